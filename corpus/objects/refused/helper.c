// refused: section tc, symbol entry, offset 0x[0-9a-f]+: calls helper 6, which engines do not have
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char text[] = "text";
SEC("tc") int entry(struct __sk_buff *skb) { return bpf_trace_printk(text, sizeof text); }
