# BPF objects: our own, and the kernel's tail-call selftests on their unchanged sources, which Debian's linux-source
# package has. They are fetched once into a cache (TAILBOUND_LINUX_SOURCE names an unpacked tree instead).
objects="$root/corpus/objects"

# compile_object SOURCE OUT [OPTIONS…]
compile_object() {
  local source=$1 out=$2
  shift 2
  clang-19 -target bpf -g -O2 -I"/usr/include/$(uname -m)-linux-gnu" "$@" -c "$source" -o "$out" 2>compile.log
}

for source in "$objects"/*.c; do
  name=$(basename "$source" .c)
  if ! compile_object "$source" "$name.o"; then
    printf 'FAILED object_%s: %s\n' "$name" "$(head -n 1 compile.log)"
    continue
  fi
  expect "object_$name" 0 '^holds' "$tb" run "$name.o" --events "$objects/$name.events"
  expect "object_${name}_under_sanitizers" 0 '^holds' "$checked" run "$name.o" --events "$objects/$name.events"
done
for source in "$objects"/refused/*.c; do
  name=$(basename "$source" .c)
  compile_object "$source" "$name.o" || printf 'FAILED object_%s: %s\n' "$name" "$(head -n 1 compile.log)"
  one_line "object_refused_$name" 2 "$name.o: $(sed -n '1s/^.. refused: //p' "$source")" "$tb" run "$name.o"
done

# --- events on the command line, in order ---
expect object_events 0 '^  count = 35$' "$tb" run hierarchy.o --run entry --expect 'return 1, tail_calls 33' \
  --delete 'jmp_table[0]' --run entry --expect 'tail_calls 0, cell count[0] 35'
expect object_sets 0 '^holds' "$tb" run hierarchy.o --delete 'jmp_table[0]' --set 'count[0]=7' \
  --set 'jmp_table[0]=entry' --run entry --expect 'cell count[0] 41'
expect object_expectation_fails 1 '^finding  expectation' "$tb" run hierarchy.o --run entry --expect 'return 2'
expect object_by_value 1 'at most 33 are allowed' "$tb" run hierarchy.o --scheme by-value
expect object_fuel 0 'out of fuel' "$tb" run hierarchy.o --fuel 10
expect object_packet 0 '^holds' "$tb" run packet.o --packet 60 --set 'at[0]=56' --run inside --expect 'return 9'
json_keys object_json 0 file,verdict,engines,variables,oracles "$tb" run hierarchy.o --json
json_keys object_json_finding 1 finding,variables "$tb" run hierarchy.o --json --scheme by-value
one_line object_unknown_program 2 "^tailbound: --run other: unknown program 'other'" "$tb" run hierarchy.o --run other
one_line object_which_program 2 'which program\? .*programs are even, ' "$tb" run indirect.o
one_line object_two_sources_of_events 2 'excludes' "$tb" run hierarchy.o --run entry --events "$objects/hierarchy.events"
one_line object_no_events_file 2 'absent.events: there is no such file' "$tb" run hierarchy.o --events absent.events
printf 'run entry\nexpect cell counter[0] 1\n' >wrong.events
one_line object_unknown_variable 2 "wrong.events:2:13: unknown map 'counter'" "$tb" run hierarchy.o --events wrong.events
one_line events_of_a_scenario 2 'no BPF object' "$tb" run "$hierarchy" --run entry
head -c 700 hierarchy.o >cut.o
one_line object_cut 2 'cut.o: offset 0x[0-9a-f]+: the file ends inside' "$tb" run cut.o
cp /bin/true foreign.o
one_line object_foreign 2 'foreign.o: offset 0x12: an object for machine [0-9]+; expected 247' "$tb" run foreign.o
if clang-19 -target bpfeb -g -O2 -I"/usr/include/$(uname -m)-linux-gnu" -c "$objects/hierarchy.c" -o big.o 2>compile.log; then
  one_line object_big_endian 2 'big.o: offset 0x5: a big-endian object' "$tb" run big.o
else
  echo 'skipped object_big_endian: clang-19 makes no big-endian objects here'
fi
compile_object "$objects/hierarchy.c" plain.o -g0
one_line object_without_types 2 'plain.o: section .maps: maps without BTF; compile with -g' "$tb" run plain.o

# --- the conformance suite's --elf ---
hex_of() { od -An -v -tx1 "$1" | tr -d '\n'; }
expect plugin_elf 0 '^1$' "$tb" plugin --elf --program "$(hex_of hierarchy.o)"
expect plugin_elf_machine_code 0 '^1$' "$tb" plugin --engine x86_64 --elf --program "$(hex_of hierarchy.o)"
one_line plugin_elf_cut 2 'program: offset 0x' "$tb" plugin --elf --program "$(hex_of cut.o)"
one_line plugin_elf_nothing 2 'which is no ELF header' "$tb" plugin --elf

# --- the kernel's selftests ---
# Prints the folder of the selftests, or why there is none.
linux_selftests() {
  local cache package archive
  if [ -n "${TAILBOUND_LINUX_SOURCE:-}" ]; then
    printf '%s\n' "$TAILBOUND_LINUX_SOURCE/tools/testing/selftests/bpf"
    return 0
  fi
  package=$(apt-cache search --names-only '^linux-source-[0-9.]+$' 2>/dev/null | awk '{print $1}' | sort -V | tail -n 1)
  [ -n "$package" ] || { echo 'apt knows no linux-source package'; return 1; }
  cache="${XDG_CACHE_HOME:-${HOME:-$work}/.cache}/tailbound/$package"
  if [ ! -d "$cache/selftests" ]; then
    mkdir -p "$cache/part" || { echo "no room at $cache"; return 1; }
    (cd "$cache" && apt-get download "$package" >download.log 2>&1) ||
      { echo "$package cannot be downloaded: $(tail -n 1 "$cache/download.log")"; return 1; }
    archive=$(ls "$cache"/*.deb | tail -n 1)
    dpkg-deb --fsys-tarfile "$archive" | tar -xO --wildcards '*/linux-source-*.tar.xz' |
      tar -xJ -C "$cache/part" --strip-components=5 --wildcards '*/tools/testing/selftests/bpf/*' ||
      { echo "$archive cannot be unpacked"; return 1; }
    mv "$cache/part" "$cache/selftests" && rm -f "$archive"
  fi
  printf '%s\n' "$cache/selftests"
}

taken=0 refused=0 others=0
if ! tree=$(linux_selftests); then
  printf 'skipped kernel_selftest_sources: %s\n' "$tree"
elif ! ls "$tree"/progs/tailcall*.c >/dev/null 2>&1; then
  printf 'skipped kernel_selftest_sources: no progs/tailcall*.c in %s\n' "$tree"
else
  for source in "$tree"/progs/tailcall*.c; do
    name=$(basename "$source" .c)
    events="$selftests/objects/$name.events"
    if ! compile_object "$source" "kernel_$name.o" -I"$tree"; then
      others=$((others + 1))
      printf 'skipped kernel_source_%s: %s\n' "$name" "$(grep -m 1 -o 'error: .*' compile.log)"
    elif [ -e "$events" ]; then
      taken=$((taken + 1))
      expect "kernel_source_$name" 0 '^holds' "$tb" run "kernel_$name.o" --events "$events"
    elif grep -qE 'SEC\("\??(fentry|fexit|freplace|fmod_ret)' "$source"; then
      refused=$((refused + 1))
      one_line "kernel_source_refused_$name" 2 'attachments \(.*\) are not taken' "$tb" run "kernel_$name.o"
    else
      others=$((others + 1))
      printf 'skipped kernel_source_%s: no events are written for it (corpus/selftests/objects)\n' "$name"
    fi
  done
  printf 'kernel selftest sources: %s run, %s refused by name, %s left out\n' "$taken" "$refused" "$others"
fi
