// refused: section xdp, symbol second: a program of another type than those before it
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tc") int first(struct __sk_buff *skb) { return 0; }
SEC("xdp") int second(struct xdp_md *ctx) { return 0; }
