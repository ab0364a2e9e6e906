// refused: section fentry/bpf_fentry_test1, symbol probe: attachments \(fentry\) are not taken
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("fentry/bpf_fentry_test1") int probe(void *ctx) { return 0; }
