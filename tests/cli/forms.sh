# What a reproducer shows is what the finding showed; pages of both arches. Sourced by test_cli.sh, behind reports.sh.

# --- the BPF object of a finding, read back and run: the counts of the scenario, under either scheme ---
rows_of() { grep -E '^  (interpreter|x86_64/[a-z-]+) +[0-9]+ +[0-9]+ +[0-9]+' "$1" | head -n 2; }
if command -v clang-19 >/dev/null; then
  for scheme in pointer by-value; do
    "$tb" run reported/again.bpf.o --run p0 --scheme $scheme >object_ran 2>&1
    "$tb" run "$first" --scheme $scheme >scenario_ran 2>&1
    rows_of object_ran >object_rows
    rows_of scenario_ran >scenario_rows
    if [ "$(wc -l <object_rows)" -eq 2 ] && cmp -s object_rows scenario_rows; then echo "ok object_shows_what_the_scenario_does_$scheme"
    else echo "FAILED object_shows_what_the_scenario_does_$scheme: $(tr '\n' ';' <object_rows) instead of $(tr '\n' ';' <scenario_rows)"; fi
  done
  grep -qE '^  x86_64/by-value +1375 ' object_rows && echo 'ok object_exceeds' || echo 'FAILED object_exceeds'
else
  echo 'skipped object_shows_what_the_scenario_does: no clang-19'
fi

# --- blame names both halves of what the count by value lacks ---
expect blame_of_by_value 0 "both: after call: 'store returned count' is missing; epilogue: 'hand count back' is missing" \
  "$tb" blame "$first"

# --- the run's page says what the scenarios did ---
grep -q 'What the scenarios did' fuzzed/index.html && echo 'ok fuzz_report_has_outcomes' || echo 'FAILED fuzz_report_has_outcomes'
json_keys report_json_of_a_run 1 report,facts,scenarios,outcomes,findings \
  sh -c "'$tb' fuzz --scheme by-value --findings found --report fuzzed >/dev/null; code=\$?; tr -d '\n' <fuzzed/report.json; exit \$code"

# --- a page of arm64: its stack and its code ---
sed 's/^# engine: .*/# engine: arm64/; s/^# engines: .*/# engines: interpreter,arm64/' "$first" >reported/arm64.graph
if "$tb" report reported/arm64.graph --out pages64 >out 2>&1; then
  for part in 'x26 of the caller, comes back' 'class="step">seed count' 'arm64 under scheme by-value' 'restore frame pointer and count'; do
    grep -q "$part" pages64/arm64.html && echo "ok arm64_page: $part" || echo "FAILED arm64_page: no '$part'"
  done
else
  echo "skipped arm64_page: $(tail -n 1 out)"
fi
