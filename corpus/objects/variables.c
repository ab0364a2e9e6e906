// Variables of every section and width, set and read by name between runs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum mode { keep, add, multiply };

signed char small = -3;
unsigned short next_to_it = 7;
long long wide = -5;
int row[3] = {1, 2, 3};
enum mode chosen;
const volatile int step = 2;
volatile const char name[4] = "abc";
struct pair {
  int a;
  char b;
} couple = {1, 2};

SEC("xdp")
int entry(struct xdp_md *ctx) {
  static int calls;
  calls++;
  small -= 1;
  next_to_it += 1;
  row[1] += step;
  couple.a += name[0];
  if (chosen == add) wide += row[1];
  if (chosen == multiply) wide *= row[1];
  return calls;
}
