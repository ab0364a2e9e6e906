# The command as people and scripts use it: exit codes, output, bad input. Prints "ok NAME" or "FAILED NAME: why".
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tb="$root/build/release/bin/tailbound"
checked="$root/build/sanitize/bin/tailbound"
selftests="$root/corpus/selftests"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
hierarchy="$selftests/tailcall_bpf2bpf_hierarchy_1.graph"

# expect NAME EXIT PATTERN COMMAND…: exit code, and a line of the output (both streams) that matches.
expect() {
  local name=$1 want=$2 pattern=$3 got
  shift 3
  timeout 120 "$@" >out 2>&1 </dev/null
  got=$?
  if [ "$got" -ne "$want" ]; then
    printf 'FAILED %s: exit %s, expected %s: %s\n' "$name" "$got" "$want" "$(head -c 300 out | tr '\n' ' ')"
  elif ! grep -qE -- "$pattern" out; then
    printf 'FAILED %s: no line matches %s: %s\n' "$name" "$pattern" "$(head -c 300 out | tr '\n' ' ')"
  else
    printf 'ok %s\n' "$name"
  fi
}
# one_line NAME EXIT PATTERN COMMAND…: the same, and the complaint is a single line.
one_line() {
  expect "$@"
  [ "$(wc -l <out)" -eq 1 ] || printf 'FAILED %s: %s lines of complaint, expected 1\n' "$1" "$(wc -l <out)"
}

# --- what is promised ---
expect fuzz_holds 0 'scenarios judged' "$tb" fuzz --time 3
expect fuzz_finds_by_value 1 'at most 33 are allowed' "$tb" fuzz --scheme by-value --time 60 --findings found
expect fuzz_prints_replay 1 '^replay   ./tailbound replay found/.*graph$' "$tb" fuzz --scheme by-value --findings found
finding=$(ls found/*.graph | head -n 1)
expect replay_gives_the_finding_again 1 'at most 33 are allowed' "$tb" run "$finding" --scheme by-value
expect the_sound_scheme_takes_it 0 '^holds' "$tb" run "$finding"
expect fuzz_under_sanitizers 0 'scenarios judged' "$checked" fuzz --time 3
expect fuzz_finds_under_sanitizers 1 'at most 33' "$checked" fuzz --scheme by-value --findings found
expect count_at_once 0 '^17179869182$' "$tb" count "$hierarchy" --scheme by-value
expect count_bounded 0 '^33$' "$tb" count "$hierarchy"
expect version 0 '^tailbound [0-9]' "$tb" --version
expect help 0 'Exit codes' "$tb" --help
expect fuzz_help 0 'Stops at the first finding' "$tb" fuzz --help

# --- JSON: the last line is one object with the promised keys ---
json_keys() {
  local name=$1 want=$2 keys=$3 got
  shift 3
  timeout 120 "$@" >out 2>err </dev/null
  got=$?
  if [ "$got" -eq "$want" ] && tail -n 1 out | python3 -c '
import json, sys
row = json.loads(sys.stdin.read())
missing = [k for k in sys.argv[1].split(",") if k not in row]
sys.exit("missing " + ",".join(missing) if missing else 0)' "$keys"; then
    printf 'ok %s\n' "$name"
  else
    printf 'FAILED %s: exit %s: %s\n' "$name" "$got" "$(tail -c 300 out)"
  fi
}
json_keys fuzz_json 0 scenarios,tail_calls,refused,out_of_fuel,seconds,findings,engines "$tb" fuzz --time 1 --json
json_keys fuzz_json_finding 1 scenarios,findings "$tb" fuzz --scheme by-value --json --findings found
json_keys run_json 0 file,verdict,engines "$tb" run "$hierarchy" --json
json_keys run_json_finding 1 file,verdict,finding "$tb" run "$hierarchy" --json --scheme by-value

# --- the kernel's selftests: pointer passes all, by-value fails those that count differently and no other ---
for file in "$selftests"/*.graph; do
  row=$(basename "$file" .graph)
  expect "pointer_$row" 0 '^holds' "$tb" run "$file"
  case $row in
    *hierarchy_[123] | tailcall_3_empty_slot) expect "by_value_$row" 1 '^finding' "$tb" run "$file" --scheme by-value ;;
    *) expect "by_value_$row" 0 '^holds' "$tb" run "$file" --scheme by-value ;;
  esac
done

# --- every scheme: a counterexample on file is found again by run and by fuzz; without one the search holds ---
regressions="$root/corpus/regressions/schemes"
for scheme in $("$tb" schemes --names); do
  if [ -e "$regressions/$scheme.graph" ]; then
    expect "fuzz_finds_$scheme" 1 '^replay   ./tailbound replay ' "$tb" fuzz --scheme "$scheme" --time 60 --findings found
    expect "run_finds_$scheme" 1 '^finding' "$tb" run "$regressions/$scheme.graph" --scheme "$scheme"
    expect "pointer_takes_$scheme" 0 '^holds' "$tb" run "$regressions/$scheme.graph"
  else
    expect "fuzz_holds_$scheme" 0 'scenarios judged' "$tb" fuzz --scheme "$scheme" --time 1
  fi
done
expect schemes_table 0 '^call-prologue +x86_64 +yes +no +linux-6.1 ' "$tb" schemes
expect schemes_document 0 '^# Schemes$' "$tb" schemes --markdown --evidence "$regressions"
"$tb" schemes --markdown --evidence "$regressions" | diff -q - "$root/docs/schemes.md" >/dev/null &&
  echo 'ok schemes_document_is_up_to_date' || echo 'FAILED schemes_document_is_up_to_date: docs/schemes.md differs'
one_line schemes_without_evidence 2 'absent: .*expected a folder' "$tb" schemes --markdown --evidence absent
one_line count_without_closed_form 3 'incomparable: .* hidden-slot' "$tb" count "$hierarchy" --scheme hidden-slot
expect count_call_prologue 0 '^33$' "$tb" count "$hierarchy" --scheme call-prologue

# --- bad input: one line, exit 2, nothing written ---
one_line unknown_command 2 'tailbound: ' "$tb" frobnicate
one_line unknown_option 2 'tailbound: ' "$tb" fuzz --frobnicate
one_line unknown_engine 2 "unknown engine 'z80'" "$tb" fuzz --engine z80
one_line engine_twice 2 'named twice' "$tb" fuzz --engine x86_64,x86_64
one_line unknown_scheme 2 "unknown scheme 'best'" "$tb" run "$hierarchy" --scheme best
one_line absurd_time 2 'time' "$tb" fuzz --time -5
one_line absurd_jobs 2 'jobs' "$tb" fuzz --jobs 100000
one_line unknown_shape 2 'helix' "$tb" fuzz --shapes helix
one_line no_shape_left 2 'no shape is left' "$tb" fuzz --shapes chain --without-shapes chain
one_line seed_is_no_number 2 'seed' "$tb" fuzz --seed x
one_line no_such_file 2 'no such file' "$tb" run absent.graph
one_line a_folder 2 'not a regular file' "$tb" run .
one_line a_device 2 'not a regular file' "$tb" run /dev/zero
: >empty.graph
one_line empty_file 2 'empty.graph:1:1: ' "$tb" run empty.graph
head -c 2000000 /dev/zero >huge.graph
one_line huge_file 2 'expected at most 1048576' "$tb" run huge.graph
head -c 1000 /dev/urandom >bytes.graph
one_line random_bytes 2 'bytes.graph:[0-9]+:[0-9]+: ' "$tb" run bytes.graph
head -c 150 "$hierarchy" >cut.graph
expect truncated_file 2 'cut.graph:[0-9]+:[0-9]+: ' "$tb" run cut.graph
printf 'program p { tail_call nowhere[0] }\nrun p\n' >unknown.graph
one_line unknown_array 2 'unknown.graph:1:23: ' "$tb" run unknown.graph
printf 'program p { return 0 }\n' >norun.graph
one_line count_without_run 2 'no .run. line' "$tb" count norun.graph
[ ! -e findings ] && echo 'ok bad_input_writes_nothing' || echo 'FAILED bad_input_writes_nothing: a findings folder appeared'

# --- the largest machine stack, measured as it was added up ---
expect stack_sum_is_measured 0 'measured, x86_64/pointer +23736 bytes' "$tb" stack --write deep.graph
expect stack_under_sanitizers 0 'measured, x86_64/by-value +21296 bytes' \
  "$checked" stack --limits linux-6.1 --scheme by-value
expect stack_json 0 '"bytes":23736,"measured":23736' "$tb" stack --json
expect stack_scenario_replays 0 '^holds' "$tb" run deep.graph
one_line stack_unknown_limits 2 "unknown limits 'linux-2.6'" "$tb" stack --limits linux-2.6
one_line stack_unknown_scheme 2 "unknown scheme 'best'" "$tb" stack --scheme best
one_line stack_unwritable 3 'tailbound: plain: Not a directory' sh -c ": >plain; '$tb' stack --write plain/deep.graph"

# --- what cannot run says so ---
printf 'program probe { return 0 }\nprogram p { return 0 }\nattach fentry probe to p\nrun p\n' >attach.graph
expect attachments_are_unavailable 3 'unavailable: attachment' "$tb" run attach.graph
printf 'program p { m[0] = 1; if m[0] == 1 { return 1 } return 0 }\nmap m[1] {}\nrun p\n' >state.graph
expect count_incomparable 3 'incomparable' "$tb" count state.graph

# --- what asm blocks may not do is refused with the place ---
printf 'program p { asm { goto -1 } return 0 }\nrun p\n' >loop.graph
one_line asm_loop_is_refused 2 'loop.graph:1:[0-9]+: .*loop' "$tb" run loop.graph

# --- findings: a folder that cannot be made is said before the search; nothing is written over ---
touch plain
one_line findings_folder_is_a_file 2 'plain/x: no files' "$tb" fuzz --scheme by-value --findings plain/x
one_line findings_folder_has_no_name 2 'tailbound: ' "$tb" fuzz --scheme by-value --findings ''


"$tb" fuzz --scheme by-value --jobs 1 --findings twice >/dev/null 2>&1 </dev/null
edited=$(ls twice/*.graph)
echo '# edited' >>"$edited"
expect fuzz_beside_an_edited_finding 1 '-2.graph' "$tb" fuzz --scheme by-value --jobs 1 --findings twice
tail -n 1 "$edited" | grep -q edited && echo 'ok edited_finding_is_kept' || echo 'FAILED edited_finding_is_kept: it was written over'

# --- the drivers, ends and tables of fuzz ---
expect fuzz_says_its_driver 0 '^  driver       libFuzzer, seed 1: [1-9][0-9]* features' "$tb" fuzz --time 1
expect fuzz_by_seed 0 '^  driver       seed 1$' "$tb" fuzz --time 1 --driver seed
expect fuzz_says_nothing_of_libfuzzers 0 '^300 scenarios judged' "$tb" fuzz --runs 300 --driver seed
"$tb" fuzz --runs 300 >/dev/null 2>err
! grep -q -e INFO -e WARNING -e '^#' err && echo 'ok libfuzzer_is_silent' || echo "FAILED libfuzzer_is_silent: $(head -n 3 err)"
expect fuzz_ends_with_a_histogram 0 '33 .*[0-9] % #' "$tb" fuzz --runs 2000
[ "$(awk '{ if (length > 110) print }' out | wc -l)" -eq 0 ] && echo 'ok summary_fits' || echo 'FAILED summary_fits: a line of more than 110'
expect fuzz_without_hierarchies 1 'replay +./tailbound replay' \
  "$tb" fuzz --scheme by-value --without-shapes hierarchy --findings unshaped
expect fuzz_is_the_same_again 0 'scenarios judged' "$tb" fuzz --runs 500 --jobs 1
sed -e 's/ in .*(.*s)//' out >once
expect fuzz_is_the_same_again_2 0 'scenarios judged' "$tb" fuzz --runs 500 --jobs 1
sed -e 's/ in .*(.*s)//' out | cmp -s - once && echo 'ok fuzz_repeats' || echo 'FAILED fuzz_repeats: the same options gave another summary'
json_keys fuzz_json_more 0 histogram,driver,corpus,broken "$tb" fuzz --time 1 --json
json_keys fuzz_json_seed 0 histogram,driver,corpus,broken "$tb" fuzz --runs 100 --driver seed --json
"$tb" fuzz --runs 100 --json >out 2>err
! [ -s err ] && [ "$(wc -l <out)" -eq 1 ] && echo 'ok json_is_alone' || echo "FAILED json_is_alone: $(head -n 3 err)"
"$tb" fuzz --time 3 >out 2>err & searching=$!
sleep 1.5
kill -USR1 $searching
wait $searching
grep -q '^after [12] s, [0-9]* scenarios judged' err && echo 'ok histogram_on_demand' || echo "FAILED histogram_on_demand: $(head -n 3 err)"
! grep -q "$(printf '\033')" out err && echo 'ok fuzz_no_colours_in_a_pipe' || echo 'FAILED fuzz_no_colours_in_a_pipe: an escape'
for driver in libfuzzer seed; do
  expect "interrupt_$driver" 0 'interrupted after' timeout --preserve-status -s INT 2 "$tb" fuzz --time 30 --driver $driver
  expect "finds_$driver" 1 '^replay   ./tailbound replay ' "$tb" fuzz --scheme by-value --driver $driver --findings found
done

"$tb" fuzz --time 20 --jobs 2 --keep-going --findings found >out 2>&1 & searching=$!
sleep 1.5
kill -9 "$(ps -o pid= --ppid $searching | head -n 1)"
sleep 1
workers=$(ps -o pid= --ppid $searching | wc -l)
kill -INT $searching
wait $searching
[ $? -eq 3 ] && [ "$workers" -eq 2 ] && grep -q 'a worker ended by Killed, not by its scenario' out &&
  echo 'ok killed_worker_is_no_finding_and_replaced' || echo "FAILED killed_worker_is_no_finding_and_replaced: $(head -n 3 out)"

# --- several findings: each signature once ---
expect keep_going 1 '^3 different findings in ' "$tb" fuzz --scheme by-value-5.17 --keep-going --findings-limit 3 --findings several
[ "$(grep '^finding ' out | sort -u | wc -l)" -eq 3 ] && [ "$(ls several | wc -l)" -eq 3 ] &&
  echo 'ok findings_differ' || echo "FAILED findings_differ: $(ls several | tr '\n' ' ')"
expect keep_going_holds 0 '^0 different findings in 0 scenarios' "$tb" fuzz --keep-going --runs 500

# --- a corpus: read, grown, and shared; what is no scenario in it is named and left alone ---
expect corpus_is_made 0 'scenarios kept' "$tb" fuzz --runs 2000 --corpus grown
grown=$(ls grown | wc -l)
[ "$grown" -gt 0 ] && echo 'ok corpus_grows' || echo 'FAILED corpus_grows: the folder is empty'
expect corpus_is_readable 0 '^holds' "$tb" run "grown/$(ls grown | head -n 1)"
expect corpus_is_read 0 "\\($grown given\\)" "$tb" fuzz --runs 500 --corpus grown
mkdir mixed
cp "$hierarchy" mixed/good.graph
head -c 2000000 /dev/zero >mixed/huge.graph
head -c 150 "$hierarchy" >mixed/cut.graph
head -c 500 /dev/urandom >mixed/picture.png
: >mixed/empty.graph
mkfifo mixed/pipe
sum=$(md5sum mixed/*.graph mixed/picture.png | md5sum)
expect foreign_files_do_not_stop 0 '\(1 given\)' "$tb" fuzz --runs 500 --corpus mixed
expect foreign_files_are_named 0 '^tailbound: not taken from the corpus: mixed/cut.graph:[0-9]+:[0-9]+: ' "$tb" fuzz --runs 50 --corpus mixed
expect foreign_files_are_counted 0 '^tailbound: not taken from the corpus: 2 more files in mixed$' "$tb" fuzz --runs 50 --corpus mixed
[ "$(md5sum mixed/cut.graph mixed/empty.graph mixed/good.graph mixed/huge.graph mixed/picture.png | md5sum)" = "$sum" ] &&
  echo 'ok foreign_files_are_left' || echo 'FAILED foreign_files_are_left: one was changed'
expect corpus_finds_at_once 1 '^finding' "$tb" fuzz --scheme by-value --corpus mixed --fresh 0 --runs 20 --findings found
touch plainfile
one_line corpus_is_a_file 2 'corpus: plainfile: not a folder' "$tb" fuzz --corpus plainfile
one_line corpus_is_a_device 2 'corpus: /dev/null: not a folder' "$tb" fuzz --corpus /dev/null
one_line corpus_is_unwritable 2 'corpus: /proc/sys: no files' "$tb" fuzz --corpus /proc/sys
one_line corpus_without_libfuzzer 2 'expected --driver libfuzzer' "$tb" fuzz --corpus grown --driver seed
"$tb" fuzz --runs 3000 --corpus shared --scheme by-value --keep-going --findings both >/dev/null 2>&1 &
expect two_runs_share_their_folders 1 'different findings' "$tb" fuzz --runs 3000 --corpus shared --seed 2 --scheme by-value --keep-going --findings both
wait
torn=$(find shared both -type f ! -name '*.graph')
[ -z "$torn" ] && echo 'ok shared_folders_are_whole' || echo "FAILED shared_folders_are_whole: $torn"

# --- where nothing can be written, what was found is in the output ---
mkdir full
cat >full_disk <<'END'
mount -t tmpfs -o size=16k none full && head -c 100000 /dev/zero >full/filler 2>/dev/null
exec "$@"
END
if unshare -rm bash full_disk test -s full/filler 2>/dev/null; then
  on_a_full_disk="unshare -rm bash full_disk"
  expect full_disk_says_so 3 'No space left on device; the finding is in no file but this output' \
    $on_a_full_disk "$tb" fuzz --scheme by-value --findings full
  grep -q '^  program ' out && grep -q '^finding ' out && echo 'ok full_disk_loses_nothing' || echo "FAILED full_disk_loses_nothing: $(head -c 300 out)"
  expect full_disk_json 3 '"scenario":".*"written":false' $on_a_full_disk "$tb" fuzz --scheme by-value --findings full --json
  expect full_disk_corpus 0 'the corpus stopped growing: full/.*No space left' $on_a_full_disk "$tb" fuzz --runs 200 --corpus full
else
  echo 'skipped full_disk: no file system can be mounted here (unshare -rm)'
fi
one_line findings_unwritable 2 'findings: /proc/sys: no files' "$tb" fuzz --findings /proc/sys

# --- absurd options ---
one_line no_jobs 2 'jobs' "$tb" fuzz --jobs 0
one_line no_time 2 'time' "$tb" fuzz --time 0
one_line time_below_zero 2 'time' "$tb" fuzz --time -1
one_line no_runs 2 'runs' "$tb" fuzz --runs 0
one_line runs_below_zero 2 'runs' "$tb" fuzz --runs -1
one_line sample_too_large 2 'sample' "$tb" fuzz --sample 99999999999999
one_line fresh_too_large 2 'fresh' "$tb" fuzz --fresh 101
one_line unknown_driver 2 'driver' "$tb" fuzz --driver afl
one_line no_findings_allowed 2 'findings-limit' "$tb" fuzz --findings-limit 0
expect help_teaches_drivers 0 'SIGUSR1 prints the histogram' "$tb" fuzz --help

# --- the printed replay line is the command ---
replays() {
  local name=$1 pattern=$2 line
  shift 2
  line=$("$@" 2>/dev/null | sed -n 's/^replay   //p' | sed "s#^./tailbound#$tb#")
  expect "$name" 1 "$pattern" bash -c "$line"
}
replays replay_line_of_x86_64 'same verdict: bound-exceeded' "$tb" fuzz --scheme by-value --findings 'with space'
replays replay_line_of_the_interpreter '^finding' "$tb" run "$selftests/tailcall_3_empty_slot.graph" --engine interpreter --scheme by-value

# --- findings replayed: the file is enough ---
finding=$(ls found/bound-exceeded-*.graph | head -n 1)
expect replay_same 1 'same verdict: bound-exceeded: [0-9]+ tail calls' "$tb" replay "$finding"
expect replay_under_sanitizers 1 'same verdict: bound-exceeded' "$checked" replay "$finding"
json_keys replay_json 1 replays "$tb" replay "$finding" --json
grep -q '"result":"same","recorded":"bound-exceeded","verdict":"bound-exceeded"' out &&
  echo 'ok replay_json_row' || echo "FAILED replay_json_row: $(tail -c 300 out)"
sed 's/^# verdict: .*/# verdict: count-more/' "$finding" >other.graph
expect replay_another 1 'another verdict: bound-exceeded: .*recorded: count-more' "$tb" replay other.graph
sed 's/^# scheme: .*/# scheme: pointer/' "$finding" >fixed.graph
expect replay_fixed 0 'agrees now .recorded: bound-exceeded' "$tb" replay fixed.graph
printf '# tailbound finding 1\n# verdict: bound-exceeded\n# engines: x86_64\n# scheme: pointer\n# oracles: bound\n' |
  cat - attach.graph >unable.graph
expect replay_could_not_run 3 'could not run: .*attachment' "$tb" replay unable.graph
expect replay_several 1 'agrees now' "$tb" replay fixed.graph "$finding"
one_line replay_no_finding 2 "1:1: not a finding; its first line is expected to be '# tailbound finding 2'" "$tb" replay "$hierarchy"
one_line replay_no_file 2 'no such file' "$tb" replay absent.graph
sed 's/^# scheme: .*/# scheme: best/' "$finding" >best.graph
one_line replay_unknown_scheme 2 "unknown scheme 'best'" "$tb" replay best.graph
sed 's/^# oracles: .*/# oracles: luck/' "$finding" >luck.graph
one_line replay_unknown_oracle 2 "unknown oracle 'luck'; expected acceptance, encoding" "$tb" replay luck.graph
head -c 60 "$finding" >short.graph
one_line replay_truncated 2 'short.graph:1:1: ' "$tb" replay short.graph
expect replay_bad_and_good 2 'agrees now' "$tb" replay short.graph fixed.graph
sed '1s/.*/# tailbound finding 9/' "$finding" >later.graph
one_line replay_later_version 2 'a finding of version 9; expected 1 or 2' "$tb" replay later.graph

# --- oracles: listed, chosen, counted ---
expect oracles_table 0 '^agreement \(every scenario\)$' "$tb" oracles
json_keys oracles_json 0 oracles "$tb" oracles --json
oracles=$("$tb" oracles --json | python3 -c 'import json, sys
for row in json.load(sys.stdin)["oracles"]: print(row["name"])')
for oracle in $oracles; do
  case $oracle in
    # They have nothing to judge without a kernel, or under a scheme that does not count by value.
    acceptance | prediction) expect "run_only_$oracle" 3 'none of the oracles could judge' "$tb" run "$hierarchy" --only "$oracle" ;;
    *) expect "run_only_$oracle" 0 '^holds' "$tb" run "$hierarchy" --only "$oracle" ;;
  esac
done
others=$(echo $oracles | tr ' ' ',' | sed 's/bound,//')
expect run_without_all_but_one 1 '^finding  bound-exceeded' "$tb" run "$hierarchy" --scheme by-value --without "$others"
expect run_says_what_is_off 0 '^  off: acceptance, encoding, ended, prediction, frame,' "$tb" run "$hierarchy" --only bound
expect run_says_why_not 0 '1  could not: the engine shows no machine code' "$tb" run "$hierarchy"
expect run_finds_by_the_model 1 '^finding  count-more' "$tb" run "$hierarchy" --scheme by-value --without bound
expect run_finds_by_engines_alone 1 '^finding  engine-agreement-count-more' "$tb" run "$hierarchy" --scheme by-value --only engine-agreement
expect run_nothing_judged 3 'none of the oracles could judge: encoding' "$tb" run "$hierarchy" --engine interpreter --only encoding
one_line unknown_oracle 2 "unknown oracle 'luck'; expected acceptance, encoding, " "$tb" fuzz --only luck
one_line unknown_oracle_without 2 "unknown oracle 'luck'" "$tb" run "$hierarchy" --without luck
one_line no_oracle_named 2 'no oracle is left' "$tb" run "$hierarchy" --only ''
one_line no_oracle_left 2 'no oracle is left' "$tb" fuzz --only bound --without bound
one_line no_oracle_judges_a_search 2 'no oracle would judge: expectations' "$tb" fuzz --only expectations
one_line no_oracle_is_sampled 2 'no oracle would judge: path' "$tb" fuzz --only path --sample 0
expect fuzz_counts_oracles 0 '^  independence +[1-9][0-9]*  one scenario in 64' "$tb" fuzz --time 2
json_keys fuzz_json_oracles 0 oracles "$tb" fuzz --time 1 --json --without path
grep -q '"name":"path","when":"sampled","on":false,"judged":0' out && echo 'ok fuzz_json_off' || echo "FAILED fuzz_json_off: $(tail -c 600 out)"
"$tb" fuzz --scheme by-value --only engine-agreement --findings engines >/dev/null 2>&1 </dev/null
expect replay_of_chosen_oracles 1 'same verdict: engine-agreement-' "$tb" replay engines/*.graph

# --- signals and lost output are no findings ---
expect terminated_is_no_finding 0 'interrupted after' timeout --preserve-status -s TERM 2 "$tb" fuzz --time 30
(ulimit -v 100000; timeout 20 "$tb" fuzz --scheme by-value --time 1 >out 2>&1 </dev/null; echo "exit $?" >>out)
grep -q '^exit 3$' out && echo 'ok an_engine_that_cannot_run_is_no_pass' || echo "FAILED an_engine_that_cannot_run_is_no_pass: $(tail -n 3 out | tr '\n' ' ')"
"$tb" run "$hierarchy" >/dev/full 2>err
[ $? -eq 3 ] && echo 'ok a_full_output_is_no_finding' || echo "FAILED a_full_output_is_no_finding: $(cat err)"
cp "$hierarchy" "$(printf 'bad\xff.graph')"
json_keys a_name_that_is_no_text 0 file,verdict "$tb" run "$(printf 'bad\xff.graph')" --json
one_line control_characters 2 'a.x0ab' "$tb" run "$(printf 'a\nb')"
one_line negative_seed 2 'seed' "$tb" fuzz --seed -1
one_line seed_too_large 2 'seed' "$tb" fuzz --seed 99999999999999999999
one_line time_is_nan 2 'time' "$tb" fuzz --time nan

# --- arrows: which room includes which (docs/architecture.md) ---
arrow() { # arrow ROOM FORBIDDEN…
  local room=$1 found
  shift
  found=$(cd "$root" && grep -rnE "^#include \"($(IFS='|'; echo "$*"))/" "$room" | head -n 3)
  [ -z "$found" ] && echo "ok arrows_$room" || echo "FAILED arrows_$room: $found"
}
arrow jit gen oracles reports fuzz
arrow gen oracles reports fuzz
arrow oracles gen reports fuzz
arrow reports gen fuzz

# --- machine code ---
expect fuzz_reads_code_back 0 'encoding     [1-9][0-9]* images read back, those of one scenario in 64' "$tb" fuzz --time 2
expect fuzz_sample_all 0 'one scenario in 1$' "$checked" fuzz --time 2 --sample 1
expect fuzz_sample_none 0 'not read back' "$tb" fuzz --time 1 --sample 0
one_line absurd_sample 2 'sample' "$tb" fuzz --sample x
expect fuzz_spares_the_interpreter 0 'interpreter  ran [1-9][0-9]*, spared [1-9][0-9]* \(--cross-check 8\)' "$tb" fuzz --runs 2000
expect fuzz_cross_checks_all 0 'interpreter  ran 500$' "$tb" fuzz --runs 500 --cross-check 1
one_line cross_check_of_none 2 'cross-check' "$tb" fuzz --cross-check 0
json_keys fuzz_json_cross_check 0 cross_check "$tb" fuzz --runs 100 --json
json_keys fuzz_json_encoding 0 encoding_checked,encoding_sample "$tb" fuzz --time 1 --json
for file in "$selftests"/*.graph; do
  for scheme in pointer by-value; do
    expect "show_${scheme}_$(basename "$file" .graph)" 0 '<- a tail call lands here' "$checked" show "$file" --code --scheme "$scheme"
    expect "show_frames_${scheme}_$(basename "$file" .graph)" 0 "^frames under scheme $scheme" "$checked" show "$file" --scheme "$scheme"
  done
done
expect show_marks_sites 0 '<- bypass of site 0' "$tb" show "$hierarchy" --code
! grep -q "$(printf '\033')" out && echo 'ok show_no_colours_in_a_pipe' || echo 'FAILED show_no_colours_in_a_pipe: an escape'
expect show_help 0 'who calls whom' "$tb" show --help
expect show_hierarchy 0 '==> jmp_table\[0\]: entry .*33 taken, 35 at the limit' "$tb" show "$hierarchy"
json_keys show_json 0 functions,tail_calls,live "$tb" show "$hierarchy" --json
one_line show_json_and_code 2 'excludes' "$tb" show "$hierarchy" --json --code
if command -v dot >/dev/null; then
  expect show_svg 0 'frames under' "$tb" show "$hierarchy" --svg "$PWD/show.svg" --dot "$PWD/show.dot"
  grep -q '</svg>' show.svg && echo 'ok show_svg_is_whole' || echo 'FAILED show_svg_is_whole'
  dot -Tsvg show.dot >/dev/null && echo 'ok show_dot_is_read' || echo 'FAILED show_dot_is_read'
else
  echo 'skipped show_svg: no dot (Debian package graphviz)'
fi
one_line show_svg_without_dot 3 'graphviz' env PATH=/nowhere "$tb" show "$hierarchy" --svg "$PWD/none.svg"
[ ! -e none.svg ] && echo 'ok show_no_half_svg' || echo 'FAILED show_no_half_svg'
one_line show_svg_nowhere 3 'Not a directory' "$tb" show "$hierarchy" --dot /dev/null/x.dot
one_line show_unknown_scheme 2 "unknown scheme 'best'" "$tb" show "$hierarchy" --scheme best
one_line show_no_such_file 2 'no such file' "$tb" show absent.graph

# --- the conformance plugin: hex in, r0 in hex out ---
length_of_memory=bf200000000000009500000000000000
on_x86_64="--engine x86_64 --program"
expect plugin 0 '^2$' "$tb" plugin 'aa bb' --program 'bf20000000000000 9500000000000000'
expect plugin_native 0 '^bb$' "$tb" plugin 'aa bb' $on_x86_64 71100100000000009500000000000000
expect plugin_reads_a_line 0 '^2a$' sh -c "echo 'b70000002a0000009500000000000000' | '$tb' plugin"
expect plugin_under_sanitizers 0 '^3$' "$checked" plugin '01 02 03' $on_x86_64 $length_of_memory
one_line plugin_fault 1 'fault: SIGSEGV' "$tb" plugin $on_x86_64 79100000000000009500000000000000
one_line plugin_endless 1 'did not end' "$tb" plugin $on_x86_64 0500ffff000000009500000000000000
one_line plugin_bad_opcode 2 'insn 0: undefined opcode' "$tb" plugin --program ff000000000000009500000000000000
one_line plugin_no_hex 2 'no hex digit' "$tb" plugin 'zz' --program '9500000000000000'
one_line plugin_nothing_given 2 'program is empty' "$tb" plugin



# --- proofs: all as expected, kept, exported, checked ---
proofs="$work/proofs"
expect prove_all 0 '^([0-9]+) of \1 as expected, 0 unexpected, 0 not decided' "$tb" prove --cache answers --export "$proofs"
expect prove_from_the_cache 0 '^([0-9]+) questions, \1 from the cache' "$tb" prove --cache answers
for entry in answers/*; do printf 'unsat\n' >"$entry"; break; done
expect prove_asks_again_what_was_touched 0 ' 0 unexpected, 0 not decided' "$tb" prove --cache answers
json_keys prove_json 0 obligations,as_expected,unexpected,not_decided,questions,from_cache,seconds,z3,cvc5 \
  "$tb" prove --json --cache answers
expect prove_only_prints_scenarios 0 '^program entry' "$tb" prove --only T1.attempt.linux --cache answers
one_line prove_unknown_id 2 "unknown obligation 'T9'" "$tb" prove --only T9
one_line prove_export_over_something 2 'expected a new or an empty folder' "$tb" prove --only T7 --export "$proofs"
expect check_proofs_holds 0 ' 0 contradict, 0 failed' "$tb" check-proofs "$proofs"
one_line check_proofs_no_folder 2 'no such folder' "$tb" check-proofs absent

# altered NAME EXIT PATTERN COMMAND: a copy of the export on which COMMAND was run inside
altered() {
  local name=$1 want=$2 pattern=$3
  rm -rf altered && cp -r "$proofs" altered && (cd altered && eval "$4")
  expect "check_proofs_$name" "$want" "$pattern" "$tb" check-proofs altered
}
rehash='s=$(sha256sum $f | cut -d" " -f1); sed -i "s/^[0-9a-f]* \(.* $f\)\$/$s \1/" MANIFEST'
altered missing_file 2 'T1.call.smt2: missing' 'rm T1.call.smt2'
altered edited_file 2 'T1.call.smt2: edited' 'echo "; more" >>T1.call.smt2'
altered extra_file 2 'extra: not in the manifest' 'echo >extra'
altered extra_folder 2 'extra: not in the manifest' 'mkdir extra'
altered link 2 'T1.call.smt2: missing, or no file' 'mv T1.call.smt2 ../moved.smt2; ln -s ../moved.smt2 T1.call.smt2'
altered no_manifest 2 'MANIFEST: missing' 'rm MANIFEST'
altered cut_manifest 2 'not in the manifest' 'sed -i "\$d" MANIFEST'
altered no_certificate 2 'T1.call.smt2: has no certificate' 'rm T1.call.rup; sed -i "/T1.call.rup/d" MANIFEST'
altered other_status 2 'its :status is not' 'sed -i "s/unsat T1.call.smt2/sat T1.call.smt2/" MANIFEST'
altered corrupted_certificate 1 'T1.call: certificate: ' "f=T1.call.rup; sed -i 1,5d \$f; echo 0 >\$f; $rehash"
altered other_clauses 1 'T1.call: certificate: the clauses are not' "f=T1.call.cnf; sed -i 2d \$f; $rehash"
altered false_status 1 'T1.call.hypotheses.smt2: z3: sat, the file says unsat' \
  "f=T2.base.smt2; g=T1.call.hypotheses.smt2; sed -i 's/:status sat/:status unsat/; s/QF_BV/ALL/' \$g; sed -i \"s/ sat \$g/ unsat \$g/\" MANIFEST; f=\$g; $rehash"

# fake_cvc5 NAME EXIT PATTERN SCRIPT: what another cvc5 in PATH leads to; never a pass
fake_cvc5() {
  mkdir -p fake && printf '#!/bin/sh\n[ "$1" = --version ] && { echo fake; exit 0; }\n%s\n' "$4" >fake/cvc5 && chmod +x fake/cvc5
  expect "prove_cvc5_$1" "$2" "$3" env PATH="$work/fake:$PATH" "$tb" prove --only T7 --no-cache
}
expect prove_cvc5_missing 3 '^cvc5 is missing' env PATH=/nonexistent "$tb" prove --only T7 --no-cache
fake_cvc5 killed 3 'cvc5: died: killed by signal 9' 'kill -9 $$'
fake_cvc5 nonsense 3 'cvc5: nonsense' 'echo perhaps'
fake_cvc5 silent 3 'cvc5: nonsense' 'true'
fake_cvc5 no_memory 3 'cvc5: died: out of memory' 'echo std::bad_alloc >&2; exit 134'
fake_cvc5 sat_without_a_model 3 'cvc5: bad model' 'echo sat'
fake_cvc5 sat_with_a_wrong_model 3 'a model under which assertion' 'echo sat; echo "((define-fun count () (_ BitVec 64) #x0000000000000063))"'
fake_cvc5 always_unsat 1 'NOT AS EXPECTED' 'echo unsat'
expect prove_export_without_cadical 3 'no certificate: cadical is missing' \
  env PATH=/nonexistent "$tb" prove --only T7 --no-cache --export without

source "$root/tests/cli/fidelity.sh"
source "$root/tests/cli/findings.sh"
source "$root/tests/cli/kernel.sh"
source "$root/tests/cli/reports.sh"
source "$root/tests/cli/forms.sh"
source "$root/tests/cli/arm64.sh"
source "$root/tests/cli/vm.sh"
source "$root/tests/cli/guest_init.sh"
source "$root/tests/cli/objects.sh"

echo 'cli tests ended'
