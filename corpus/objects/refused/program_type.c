// refused: section kprobe/do_sys_open, symbol probe: not the section of a program type that engines run
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("kprobe/do_sys_open") int probe(void *ctx) { return 0; }
