# Reproducers and reports; sourced by test_cli.sh, whose functions it uses.
rm -rf reported && mkdir reported
first=reported/first.graph
cat >"$first" <<'END'
# tailbound finding 1
# verdict: bound-exceeded
# detail: 1375 tail calls from one entry; at most 33 are allowed
# engine: x86_64
# engines: interpreter,x86_64
# scheme: by-value
# oracles: bound,agreement,ended,frame
# found by: a test
array a0[1] { 0: p0 }
program p0 { call f1; call f1; return 0; subprog f1 { tail_call a0[0]; return 0 } }
run p0
END

# --- reproducers: each form of a finding, built and run where that is safe ---
reproduced() { expect "reproduce_$1" 0 "$2" "$tb" reproduce "$first" --as "$1" --out "reported/$3"; }
reproduced graph 'for `tailbound run`' again.graph
expect reproduced_graph_fails_by_value 1 'return|tail' "$tb" run reported/again.graph --scheme by-value
expect reproduced_graph_holds 0 '^holds' "$tb" run reported/again.graph
reproduced raw 'hexadecimal' again.raw
grep -qE '^    8500000' reported/again.raw && echo 'ok raw_has_calls' || echo 'FAILED raw_has_calls'
reproduced c '/init' again.c
expect reproduced_c_builds 0 built sh -c 'cc -static -O2 -Wall -Wextra -Werror -o reported/again reported/again.c && echo built'
reproduced selftest 'progs/' pair
[ -e reported/pair/progs/pair.c ] && [ -e reported/pair/prog_tests/pair.c ] && echo 'ok selftest_pair' || echo 'FAILED selftest_pair'
if command -v clang-19 >/dev/null; then reproduced object 'object' again.bpf.o; else echo 'skipped reproduce_object: no clang-19'; fi
expect reproduce_to_the_terminal 0 '^int main' "$tb" reproduce "$first" --as c

# --- bad input of reproduce ---
one_line reproduce_unknown_form 2 "unknown form 'pdf'; expected graph" "$tb" reproduce "$first" --as pdf
one_line reproduce_object_to_a_terminal 2 'expected --out FILE' "$tb" reproduce "$first" --as object
one_line reproduce_no_finding 2 'not a finding' "$tb" reproduce "$hierarchy"
one_line reproduce_no_such_file 2 'no such file' "$tb" reproduce absent.graph
one_line reproduce_without_clang 3 'clang, which builds the BPF object, is not installed \(Debian package clang-19\)' \
  env PATH=/nowhere "$tb" reproduce "$first" --as object --out reported/none.o
[ ! -e reported/none.o ] && echo 'ok no_half_object' || echo 'FAILED no_half_object'
one_line reproduce_nowhere 3 'Not a directory' "$tb" reproduce "$first" --as c --out /dev/null/x.c
sed '1s/ 1$/ 9/' "$first" >reported/other_version.graph
one_line reproduce_other_version 2 'a finding of version 9; expected 1 or 2' "$tb" reproduce reported/other_version.graph
head -c 330 "$first" >reported/cut.graph
one_line reproduce_cut 2 'reported/cut.graph:1' "$tb" reproduce reported/cut.graph
sed 's/^# scheme: .*/# scheme: pointer/' "$first" >reported/fixed.graph
expect reproduce_fixed 0 'agrees now \(recorded: bound-exceeded\); the reproducer is made all the same' \
  "$tb" reproduce reported/fixed.graph --as graph --out reported/fixed_again.graph

# --- pages ---
expect report_pages 0 '1375 tail calls from one entry' "$tb" report "$first" --out pages
page="pages/$(basename "$first" .graph).html"
grep -q 'The return restores the old count' "$page" && echo 'ok report_explains' || echo 'FAILED report_explains'
for file in index.html report.md report.json report.sarif; do
  [ -s "pages/$file" ] && echo "ok report_$file" || echo "FAILED report_$file: missing"
done
json_keys report_json 0 report,facts,findings "$tb" report "$first" --out pages --json
expect fuzz_report 1 '^report   fuzzed/index.html$' "$tb" fuzz --scheme by-value --findings found --report fuzzed
grep -q '<dt>scenarios</dt>' fuzzed/index.html && echo 'ok fuzz_report_has_facts' || echo 'FAILED fuzz_report_has_facts'
expect fuzz_report_of_nothing 0 '^report   quiet/index.html$' "$tb" fuzz --time 1 --report quiet
grep -q 'Nothing is broken' quiet/index.html && echo 'ok report_of_nothing' || echo 'FAILED report_of_nothing'

# Every counterexample on file gets a page, whatever its scheme does to the stack.
mkdir -p counterexamples
for file in "$root"/corpus/regressions/schemes/*.graph; do
  name=$(basename "$file" .graph) arch=x86_64 scheme=$(basename "$file" .graph)
  case $name in arm64-*) arch=arm64 scheme=${name#arm64-} ;; esac
  if [ $arch = arm64 ] && [ "$(uname -m)" != aarch64 ] && ! command -v qemu-aarch64 >/dev/null; then
    echo "skipped report_page_of_$name: no qemu-aarch64"
    continue
  fi
  printf '# tailbound finding 1\n# verdict: unknown\n# engines: %s\n# scheme: %s\n# oracles: bound,agreement,ended,frame\n' \
    "$arch" "$scheme" | cat - "$file" >"counterexamples/$name.graph"
done
expect report_of_every_scheme 0 'under scheme hidden-slot' "$tb" report counterexamples/*.graph --out all_schemes
[ "$(ls all_schemes/*.html | wc -l)" -eq $(($(ls counterexamples | wc -l) + 1)) ] && echo 'ok report_page_each' || echo 'FAILED report_page_each'

# --- bad input of report: a line each, and the others are written ---
expect report_fixed 0 'agrees now .*; it gets no page' "$tb" report reported/fixed.graph --out fixed_pages
grep -q 'agrees now' fixed_pages/index.html && echo 'ok report_lists_fixed' || echo 'FAILED report_lists_fixed'
expect report_no_such_file 2 "no such file" "$tb" report absent.graph --out some
expect report_goes_on 2 'reported/cut.graph:1' "$tb" report reported/cut.graph "$first" --out some
[ -s "some/$(basename "$first" .graph).html" ] && echo 'ok report_wrote_the_other' || echo 'FAILED report_wrote_the_other'
one_line report_nowhere 3 'no files can be made here' "$tb" report "$first" --out /dev/null/pages
one_line fuzz_report_nowhere 2 'report: .*no files can be made here' "$tb" fuzz --time 1 --report /dev/null/pages
expect report_without_dot 0 'dot, which draws the SVG, is not installed' env PATH=/nowhere "$tb" report "$first" --out drawn_as_text
grep -q 'Drawn as text' "drawn_as_text/$(basename "$first" .graph).html" && echo 'ok report_draws_text' || echo 'FAILED report_draws_text'
