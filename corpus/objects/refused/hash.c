// refused: section .maps, symbol table, offset 0x0: map type 1; expected an array \(2\) or a prog_array \(3\)
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u32);
} table SEC(".maps");
SEC("tc") int entry(struct __sk_buff *skb) { return 0; }
