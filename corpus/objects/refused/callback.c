// refused: section tc, symbol entry, offset 0x[0-9a-f]+: address of function .*no callbacks are taken
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static int step(__u32 index, void *ctx) { return 0; }
SEC("tc") int entry(struct __sk_buff *skb) { return bpf_loop(3, step, 0, 0); }
