// Tail calls whose index, or whose array, only a run tells.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int even(struct __sk_buff *skb);
int odd(struct __sk_buff *skb);

#define table(name, first, second)                        \
  struct {                                                \
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);                \
    __uint(max_entries, 2);                               \
    __uint(key_size, sizeof(__u32));                      \
    __array(values, void(void));                          \
  } name SEC(".maps") = {.values = {[0] = (void *)&first, [1] = (void *)&second}}

table(forwards, even, odd);
table(backwards, odd, even);

unsigned selector;

static __noinline int jump(struct __sk_buff *skb, void *array) {
  int refused = 5;
  bpf_tail_call_static(skb, array, 1);
  asm volatile("" : "+r"(refused));  // a caller's compiler does not know it
  return refused;
}

SEC("tc")
int even(struct __sk_buff *skb) { return 100; }

SEC("tc/odd")
int odd(struct __sk_buff *skb) { return 101; }

SEC("classifier")
int by_index(struct __sk_buff *skb) {
  bpf_tail_call(skb, &forwards, selector);
  return 3;
}

SEC("?tc")
int by_array(struct __sk_buff *skb) {
  int first = jump(skb, &forwards);
  return jump(skb, &backwards) + 1000 * first;
}
