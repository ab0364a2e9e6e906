# The life of a finding: stages, the list of known ones, files of other versions, edited and cut off.
rm -rf life && mkdir life
expect finding_is_reduced 1 '^stage    reduced$' "$tb" fuzz --scheme by-value --findings life
finding=$(ls life/*.graph | head -n 1)
grep -q '^# stage: reduced$' "$finding" && echo 'ok finding_file_has_its_stage' || echo 'FAILED finding_file_has_its_stage'
expect replay_says_the_stage 1 'same verdict: .*; stage: reduced$' "$tb" replay "$finding"
sed 's/^# scheme: .*/# scheme: pointer/' "$finding" >gone.graph
expect replay_of_what_is_gone 0 'agrees now .*; stage: fixed$' "$tb" replay gone.graph
json_keys replay_stage_json 1 replays "$tb" replay "$finding" --json
grep -q '"stage":"reduced","edited":false' out && echo 'ok replay_json_stage' || echo "FAILED replay_json_stage: $(tail -c 300 out)"

# edited and cut off: said, and judged all the same; never 'fixed'
sed '0,/^  call f1$/{/^  call f1$/d}' "$finding" >edited.graph
expect replay_edited_is_said 2 'edited.graph: edited or cut off since it was written: its signature is bound-exceeded-' "$tb" replay edited.graph
expect replay_edited_is_not_fixed 2 'agrees now .*; stage: reduced$' "$tb" replay edited.graph
sed 's/^  return 0$/  return 7/' "$finding" >otherwise.graph
expect replay_edited_that_breaks 1 'same verdict' "$tb" replay otherwise.graph
sed '1s/.*/# tailbound finding 1/' "$finding" >first.graph
expect replay_of_the_first_version 1 'same verdict' "$tb" replay first.graph
sed 's/^# stage: .*/# stage: lost/' "$finding" >lost.graph
one_line replay_unknown_stage 2 "unknown stage 'lost'; expected new, reduced, known, fixed or regression" "$tb" replay lost.graph

# the list of known findings
mkdir -p listed
sed 's/^# stage: .*/# stage: known/' "$finding" >listed/by-value.graph
expect fuzz_says_known 1 '^stage    known$' "$tb" fuzz --scheme by-value --findings life --known listed
expect fuzz_counts_known 1 '^known    1 of 1 findings of this scheme on the list are as it says$' \
  "$tb" fuzz --scheme by-value --findings life --known listed
# so few scenarios that they all reduce to the one that is listed
expect fuzz_new_only 0 '^stage    known$' "$tb" fuzz --scheme by-value --findings life --known listed --new-only \
  --runs 200 --seed 1 --jobs 1 --shapes hierarchy --driver seed
json_keys fuzz_known_json 1 known,findings "$tb" fuzz --scheme by-value --findings life --known listed --json
grep -q '"stage":"known"' out && echo 'ok fuzz_json_stage' || echo "FAILED fuzz_json_stage: $(tail -c 300 out)"
sed 's/^# scheme: .*/# scheme: pointer/' listed/by-value.graph >listed/pointer.graph
expect fuzz_says_what_no_longer_reproduces 0 '^known    listed/pointer.graph no longer reproduces: fixed.$' "$tb" fuzz --time 1 --known listed
sed -i 's/^# stage: .*/# stage: fixed/' listed/pointer.graph
expect fuzz_fixed_is_as_listed 0 '^known    1 of 1 findings of this scheme' "$tb" fuzz --time 1 --known listed
sed 's/^# stage: .*/# stage: fixed/' "$finding" >listed/by-value.graph
expect fuzz_says_regression 1 '^known    listed/by-value.graph happens again: a regression$' \
  "$tb" fuzz --scheme by-value --findings life --known listed
cp edited.graph listed/edited.graph
one_line known_edited 2 "listed/edited.graph:1:1: a finding of stage 'reduced'; expected known or fixed" "$tb" fuzz --known listed
sed -i 's/^# stage: .*/# stage: known/' listed/edited.graph
one_line known_edited_is_refused 2 'listed/edited.graph:1:1: edited: its signature' "$tb" fuzz --known listed
one_line known_no_folder 2 'known: absent: No such file' "$tb" fuzz --known absent

# the program of the thread with one call is not reported, its neighbour with two is
thread="$root/corpus/regressions/thread"
expect thread_one_call_holds 0 '^holds' "$tb" run "$thread/one-call.graph" --scheme by-value
expect thread_two_calls_is_found 1 'tail calls from one entry; at most 33 are allowed' "$tb" run "$thread/two-calls.graph" --scheme by-value
expect thread_two_calls_holds_by_pointer 0 '^holds' "$tb" run "$thread/two-calls.graph"

# blame
expect blame_by_value 0 "^guilty   both: after call: 'store returned count' is missing; epilogue: 'hand count back' is missing" \
  "$tb" blame "$finding"
grep -q "^# guilty: both: after call: 'store returned count' is missing; epilogue: 'hand count back' is missing" "$finding" && echo 'ok finding_file_names_the_guilty' || echo 'FAILED finding_file_names_the_guilty'
json_keys blame_json 0 guilty,predicted_by,tried "$tb" blame "$finding" --json
one_line blame_of_what_is_gone 3 'nothing to blame: it does not happen again' "$tb" blame gone.graph
one_line blame_no_finding 2 'not a finding' "$tb" blame "$hierarchy"
