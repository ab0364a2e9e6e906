# tailbound dump and tailbound fidelity. Sourced by test_cli.sh.
expect dump_help 0 'nothing is run' "$tb" dump --help
one_line dump_needs_something 2 'expected a .graph file or --program-id' "$tb" dump
one_line dump_no_file 2 'absent.graph' "$tb" dump absent.graph
one_line dump_unknown_engine 2 "unknown engine 'guess'; expected kernel" "$tb" dump "$hierarchy" --engine guess
one_line fidelity_no_such_guest 2 'vm:guess: ' "$tb" fidelity --engine vm:guess
one_line dump_id_of_another_kernel 2 'of the running kernel' "$tb" dump --program-id 1 --engine vm:debian-6.1-amd64
one_line fidelity_bad_number 2 'is no number' "$tb" fidelity --scenarios many
why=$("$tb" dump "$hierarchy" 2>&1 >/dev/null)
if [ $? -eq 3 ]; then
  echo "skipped dump and fidelity on the running kernel: $why"
else
  expect dump_is_annotated 0 'a tail call lands here' "$tb" dump "$hierarchy"
  expect dump_agrees 0 'ours is the same' "$tb" dump "$hierarchy"
  expect dump_names_maps 0 'movabs .*map jmp_table' "$tb" dump "$hierarchy"
  expect dump_sees_another_scheme 0 'ours differs first at' "$tb" dump "$hierarchy" --scheme by-value
  json_keys dump_json 0 kernel,machine,scheme,options,programs "$tb" dump "$hierarchy" --json
  one_line dump_no_such_program 3 'program 4294967295: No such file' "$tb" dump --program-id 4294967295
  one_line dump_unknown_scheme 2 "unknown scheme 'guess'" "$tb" dump "$hierarchy" --scheme guess
  expect fidelity_holds 0 'are the same byte for byte .100.00 %' "$tb" fidelity --scenarios 50
  harden=$(cat /proc/sys/net/core/bpf_jit_harden)
  expect fidelity_hardened 0 '.0 direct.$' "$tb" fidelity --scenarios 30 --harden
  expect fidelity_puts_the_setting_back 0 "^$harden\$" cat /proc/sys/net/core/bpf_jit_harden
  expect fidelity_is_interrupted 0 '^[0-9]+ scenarios of seed' \
    timeout --preserve-status -s INT 3 "$tb" fidelity --scenarios 100000000
  json_keys fidelity_json 0 engine,kernel,scheme,functions,same,classes,located "$tb" fidelity --scenarios 20 --json
  expect fidelity_finds_another_scheme 1 'dump --engine kernel --scheme by-value differ/.*graph' \
    "$tb" fidelity --scenarios 20 --scheme by-value --folder differ
  expect fidelity_example_is_shown 0 'program ' "$tb" dump "$(ls differ/*.graph | head -n 1)"
fi
