// refused: section .data, symbol .*, offset 0x0: an address in a variable
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
int target;
int *there = &target;
SEC("tc") int entry(struct __sk_buff *skb) { return *there; }
