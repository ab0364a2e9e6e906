// refused: section tc, offset 0x[0-9a-f]+: needs CO-RE relocation
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct sk_buff {
  int len;
} __attribute__((preserve_access_index));
SEC("tc") int entry(struct sk_buff *skb) { return skb->len; }
