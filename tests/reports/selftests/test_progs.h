// A small stand-in for the runner of the kernel's BPF selftests: what the prog_tests half of a reproducer uses, and no
// more. A test is compiled together with runner.c.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Each counts, prints what fails, and gives whether it held. */
bool check_equal(long long actual, long long expected, const char *name);
#define ASSERT_EQ(actual, expected, name) check_equal((long long)(actual), (long long)(expected), name)
#define ASSERT_OK(result, name) check_equal(result, 0, name)
#define ASSERT_TRUE(condition, name) check_equal((condition) ? 1 : 0, 1, name)

bool test__start_subtest(const char *name);

/* Opens and loads the object beside the program, every program in it with that type. */
int bpf_prog_test_load(const char *file, enum bpf_prog_type type, struct bpf_object **obj, int *prog_fd);
