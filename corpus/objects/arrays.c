// Array maps by helper, with values that are no whole words, and a subprogram that has five arguments.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct item {
  __u32 a, b, c;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 3);
  __type(key, __u32);
  __type(value, struct item);
} items SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, short);
} shorts SEC(".maps");

int absent;

__noinline int five(int a, int b, int c, int d, int e) { return a + 10 * b + 100 * c + 1000 * d + 10000 * e; }

SEC("socket")
int entry(struct __sk_buff *skb) {
  __u32 key = 1;
  struct item mine = {.a = 11, .b = 22, .c = 33};
  short number = -2;
  struct item *there;
  short *half;

  bpf_map_update_elem(&items, &key, &mine, BPF_ANY);
  key = 3;
  bpf_map_update_elem(&shorts, &key, &number, BPF_ANY);
  key = 1;
  there = bpf_map_lookup_elem(&items, &key);
  if (!there) return -1;
  there->b++;
  key = 9;
  if (!bpf_map_lookup_elem(&items, &key)) absent++;
  key = 3;
  half = bpf_map_lookup_elem(&shorts, &key);
  if (!half) return -2;
  return five(there->a, there->b, there->c, *half, skb->len);
}
