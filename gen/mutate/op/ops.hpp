// The changes by what they change; each stands with its idea in the file of that name.
#pragma once

#include "gen/mutate/mutation.hpp"

namespace tailbound::gen::op {

// statements.cpp
bool drop_statement(Mutation& mutation);
bool copy_statement(Mutation& mutation);
bool move_statement(Mutation& mutation);
bool swap_statements(Mutation& mutation);

// calls.cpp
bool add_call(Mutation& mutation);
bool repeat_call(Mutation& mutation);
bool change_callee(Mutation& mutation);
bool drop_call(Mutation& mutation);

// tail_calls.cpp
bool add_tail_call(Mutation& mutation);
bool repeat_tail_call(Mutation& mutation);
bool drop_tail_call(Mutation& mutation);
bool hide_index(Mutation& mutation);
bool change_index(Mutation& mutation);
bool change_array(Mutation& mutation);

// slots.cpp
bool fill_slot(Mutation& mutation);
bool empty_slot(Mutation& mutation);
bool redirect_slot(Mutation& mutation);
bool swap_slots(Mutation& mutation);

// arrays.cpp
bool add_array(Mutation& mutation);
bool drop_array(Mutation& mutation);
bool resize_array(Mutation& mutation);

// programs.cpp
bool add_program(Mutation& mutation);
bool copy_program(Mutation& mutation);
bool drop_program(Mutation& mutation);
bool copy_body(Mutation& mutation);

// subprograms.cpp
bool add_subprogram(Mutation& mutation);
bool outline(Mutation& mutation);
bool inline_call(Mutation& mutation);
bool copy_subprogram(Mutation& mutation);

// frames.cpp
bool change_stack(Mutation& mutation);
bool change_keep(Mutation& mutation);
bool same_frames(Mutation& mutation);

// guards.cpp
bool add_guard(Mutation& mutation);
bool drop_guard(Mutation& mutation);
bool change_guard(Mutation& mutation);
bool swap_arms(Mutation& mutation);

// values.cpp
bool change_return(Mutation& mutation);
bool return_early(Mutation& mutation);
bool return_call(Mutation& mutation);
bool change_number(Mutation& mutation);
bool change_operand(Mutation& mutation);

// noise.cpp
bool add_helper(Mutation& mutation);
bool add_store(Mutation& mutation);
bool add_asm(Mutation& mutation);
bool change_asm(Mutation& mutation);

// events.cpp
bool add_run(Mutation& mutation);
bool drop_event(Mutation& mutation);
bool change_slot_between(Mutation& mutation);
bool change_cell_between(Mutation& mutation);
bool change_slot_during(Mutation& mutation);
bool change_event(Mutation& mutation);
bool change_fuel(Mutation& mutation);
bool change_seed(Mutation& mutation);

}  // namespace tailbound::gen::op
