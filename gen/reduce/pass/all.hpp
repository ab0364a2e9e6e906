// The passes of pass.cpp, one a file of the same name.
#pragma once

#include "gen/reduce/pass.hpp"

namespace tailbound::gen::pass {

void drop_programs(Step& step);
void merge_programs(Step& step);
void drop_events(Step& step);
void drop_statements(Step& step);
void unwrap_branches(Step& step);
void merge_functions(Step& step);
void inline_calls(Step& step);
void straighten_calls(Step& step);
void move_entries(Step& step);
void aim_tail_calls(Step& step);
void call_instead(Step& step);
void unfold_calls(Step& step);
void drop_slots(Step& step);
void drop_arrays(Step& step);
void shrink_arrays(Step& step);
void shrink_maps(Step& step);
void drop_terms(Step& step);
void simplify_values(Step& step);
void shrink_immediates(Step& step);
void shrink_indices(Step& step);
void simplify_branches(Step& step);
void simplify_helpers(Step& step);
void shrink_fragments(Step& step);
void shrink_stacks(Step& step);
void move_frames(Step& step);
void drop_kept_registers(Step& step);
void lower_events(Step& step);
void to_defaults(Step& step);
void canonical_order(Step& step);

}  // namespace tailbound::gen::pass
