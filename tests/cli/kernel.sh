# The running kernel as an engine. Skipped, with the reason, where it takes no BPF from this user.
expect engines_table 0 '^x86_64$' "$tb" engines
json_keys engines_json 0 engines "$tb" engines --json
expect results_without_a_kernel 0 '^\| tailcall_3 \| holds \| holds \|$' "$tb" results --engine interpreter,x86_64 --corpus "$selftests"
expect results_explained_by_value 0 'hierarchy_1: explained\. run 1: .* \(a call hands over a copy of the count\)' \
  "$tb" results --corpus "$selftests" --engine x86_64 --scheme by-value
json_keys results_json 0 holds,engines "$tb" results --engine interpreter,x86_64 --corpus "$selftests" --json
one_line results_no_folder 2 'expected a folder of .graph files' "$tb" results --corpus absent
expect prediction_explains_by_value 0 'scenarios judged' \
  "$tb" fuzz --engine x86_64 --scheme by-value --only prediction --runs 2000 --driver seed
if no_kernel=$("$tb" engines --json | python3 -c 'import json, sys
why = [e["unavailable"] for e in json.load(sys.stdin)["engines"] if e["name"] == "kernel"][0]
print(why or "")
sys.exit(0 if why else 1)'); then
  echo "skipped kernel: $no_kernel"
  one_line kernel_says_why_not 3 'kernel is unavailable|kernel ran nothing' "$tb" run "$hierarchy" --engine kernel
else
  expect kernel_runs 0 '^holds' "$tb" run "$hierarchy" --engine interpreter,x86_64,kernel
  expect kernel_fuzz 0 '^  driver +seed' "$tb" fuzz --engine x86_64,kernel --runs 300 --findings of_kernel
  expect kernel_results 0 '^- kernel/.*: all [0-9]+, each with the reason' "$tb" results --corpus "$selftests" --engine kernel
  if [ "$(id -u)" = 0 ]; then
    expect kernel_without_rights 3 'wants CAP_BPF' \
      setpriv --reuid=65534 --clear-groups "$tb" run "$hierarchy" --engine kernel
  else
    echo 'skipped kernel_without_rights: only root can become a user without rights'
  fi
fi
