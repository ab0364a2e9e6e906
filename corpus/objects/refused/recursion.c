// refused: section .text, symbol down, offset 0x[0-9a-f]+: a chain of more than 8 frames begins or recurs here
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
volatile int depth;
__noinline int down(int n) {
  depth++;
  if (n == 0) return 0;
  return down(n - 1) + depth;
}
SEC("tc") int entry(struct __sk_buff *skb) { return down(3); }
