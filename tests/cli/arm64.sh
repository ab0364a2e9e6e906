# The engine arm64 on the command line; sourced by test_cli.sh.

if command -v qemu-aarch64 >/dev/null && [ -x "$root/build/release/bin/tailbound-runner-arm64" ]; then
  expect arm64_joins_a_search 0 '^  arm64 +ran [1-9][0-9]*, spared [0-9]+ \(--emulated-every 8\)' \
    "$tb" fuzz --driver seed --runs 800 --emulated-every 8
  expect arm64_gets_a_share 0 '^  arm64 +ran [1-9][0-9]* \(1 in [0-9]+, [0-9]+/s\), spared [0-9]+ \(it gets 20 % of the time\)' \
    "$tb" fuzz --driver seed --time 2 --jobs 1
  # Frames of the two differ: each use is held against the bound of its own.
  expect run_has_the_stack_of_each_arch 0 'machine stack under x86_64/pointer: at most 1400 bytes, used 1400' \
    "$tb" run "$selftests/tailcall_bpf2bpf_hierarchy_2.graph" --engine x86_64,arm64
  expect run_has_the_stack_of_arm64_too 0 'machine stack under arm64/pointer: at most 1680 bytes, used 1680' \
    "$tb" run "$selftests/tailcall_bpf2bpf_hierarchy_2.graph" --engine x86_64,arm64
  expect arm64_alone_runs_every_scenario 0 '^  arm64 +ran 200$' "$tb" fuzz --engine arm64 --driver seed --runs 200
  expect arm64_finds_by_value 1 'at most 33 are allowed' \
    "$tb" fuzz --engine arm64 --scheme by-value --time 60 --findings arm64_found
  expect arm64_finding_replays 1 '.' "$tb" replay arm64_found/*.graph
  json_keys arm64_json 0 emulated_every,engines "$tb" fuzz --driver seed --runs 64 --json
  expect arm64_has_what_x86_64_has_not 0 'x86_64 .*unavailable for 40: the JIT of x86_64 has no scheme' \
    "$tb" fuzz --scheme pointer-fixed-frame --driver seed --runs 40
else
  printf 'skipped arm64: no qemu-aarch64, or no cross compiler when this was built\n'
fi
expect arm64_without_qemu_is_counted 0 '^  arm64 .*unavailable for [0-9]+: qemu-aarch64 is not in PATH; install qemu-user' \
  env PATH=/nonexistent "$tb" fuzz --driver seed --runs 64
one_line arm64_asked_for_without_qemu 3 'arm64 is unavailable: qemu-aarch64 is not in PATH; install qemu-user' \
  env PATH=/nonexistent "$tb" fuzz --engine arm64 --driver seed --runs 64
one_line arm64_without_a_runner 3 'there is no runner /nonexistent; install g\+\+-aarch64-linux-gnu' \
  env TAILBOUND_RUNNER_ARM64=/nonexistent "$tb" fuzz --engine arm64 --driver seed --runs 64
one_line a_scheme_that_no_chosen_engine_has 2 "no chosen engine has the scheme 'pointer-fixed-frame': x86_64" \
  "$tb" fuzz --engine x86_64 --scheme pointer-fixed-frame
