// refused: section tc, symbol entry, offset 0x0: address of jiffies, which the object does not define
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern const void jiffies __ksym;
SEC("tc") int entry(struct __sk_buff *skb) { return *(volatile int *)&jiffies; }
