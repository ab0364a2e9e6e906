// Reads of the packet by the old instructions, inside and outside of it, at places that are and are not known.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

unsigned at, reads, seen;

SEC("tc")
int inside(struct __sk_buff *skb) {
  reads++;
  seen = load_byte(skb, 0) + load_half(skb, 12) + load_word(skb, at);
  return 9;
}

SEC("tc")
int outside(struct __sk_buff *skb) {
  reads++;
  if (load_word(skb, 51)) return 8;
  return 7;
}
