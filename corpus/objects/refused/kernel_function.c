// refused: section tc, symbol entry, offset 0x[0-9a-f]+: calls bpf_rcu_read_lock, which the object does not define
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern void bpf_rcu_read_lock(void) __ksym;
SEC("tc") int entry(struct __sk_buff *skb) {
  bpf_rcu_read_lock();
  return 0;
}
