// Runs one test; prints what it counted. Exit 0: all held; 1: some did not; 3: nothing could be loaded.
#include "test_progs.h"

static int held, failed, loaded;

bool check_equal(long long actual, long long expected, const char *name) {
  const bool equal = actual == expected;
  if (equal) held++;
  else failed++;
  if (!equal) printf("%s: actual %lld, expected %lld\n", name, actual, expected);
  return equal;
}

bool test__start_subtest(const char *name) {
  printf("subtest %s\n", name);
  return true;
}

int bpf_prog_test_load(const char *file, enum bpf_prog_type type, struct bpf_object **obj, int *prog_fd) {
  struct bpf_program *program;
  *obj = bpf_object__open_file(file, NULL);
  if (*obj == NULL) return -errno;
  bpf_object__for_each_program(program, *obj) bpf_program__set_type(program, type);
  const int error = bpf_object__load(*obj);
  if (error != 0) return error;
  *prog_fd = bpf_program__fd(bpf_object__next_program(*obj, NULL));
  loaded = 1;
  return 0;
}

void TEST(void);

int main(void) {
  TEST();
  printf("%d held, %d failed\n", held, failed);
  return !loaded ? 3 : failed != 0;
}
