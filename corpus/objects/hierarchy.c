// Two subprogram calls an entry, each of which tail-calls the program again; the slot is filled by `.values`.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int entry(struct __sk_buff *skb);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __array(values, void(void));
} jmp_table SEC(".maps") = {.values = {[0] = (void *)&entry}};

int count = 0;

static __noinline int tail(struct __sk_buff *skb) {
  bpf_tail_call_static(skb, &jmp_table, 0);
  return 0;
}

SEC("tc")
int entry(struct __sk_buff *skb) {
  count++;
  tail(skb);
  tail(skb);
  return 1;
}

char _license[] SEC("license") = "GPL";
