#include <array>

#include "gen/mutate/op/ops.hpp"

namespace tailbound::gen {

namespace {

/// Weights: what moves tail calls and slots first, what grows a little above what shrinks, rarely what costs
/// an engine much (asm blocks) or ends runs (fuel).
constexpr auto table = std::to_array<MutationOp>({
    {"drop statement", 3, op::drop_statement},
    {"copy statement", 3, op::copy_statement},
    {"move statement", 4, op::move_statement},
    {"swap statements", 2, op::swap_statements},

    {"add call", 4, op::add_call},
    {"repeat call", 5, op::repeat_call},
    {"change callee", 2, op::change_callee},
    {"drop call", 3, op::drop_call},

    {"add tail call", 6, op::add_tail_call},
    {"repeat tail call", 3, op::repeat_tail_call},
    {"drop tail call", 4, op::drop_tail_call},
    {"hide index", 4, op::hide_index},
    {"change index", 6, op::change_index},
    {"change array", 2, op::change_array},

    {"fill slot", 4, op::fill_slot},
    {"empty slot", 3, op::empty_slot},
    {"redirect slot", 4, op::redirect_slot},
    {"swap slots", 2, op::swap_slots},

    {"add array", 2, op::add_array},
    {"drop array", 1, op::drop_array},
    {"resize array", 2, op::resize_array},

    {"add program", 3, op::add_program},
    {"copy program", 2, op::copy_program},
    {"drop program", 3, op::drop_program},
    {"copy body", 2, op::copy_body},

    {"add subprogram", 4, op::add_subprogram},
    {"outline", 4, op::outline},
    {"inline call", 3, op::inline_call},
    {"copy subprogram", 2, op::copy_subprogram},

    {"change stack", 4, op::change_stack},
    {"change keep", 4, op::change_keep},
    {"same frames", 1, op::same_frames},

    {"add guard", 4, op::add_guard},
    {"drop guard", 3, op::drop_guard},
    {"change guard", 3, op::change_guard},
    {"swap arms", 1, op::swap_arms},

    {"change return", 3, op::change_return},
    {"return early", 2, op::return_early},
    {"return call", 3, op::return_call},
    {"change number", 3, op::change_number},
    {"change operand", 2, op::change_operand},

    {"add helper", 3, op::add_helper},
    {"add store", 3, op::add_store},
    {"add asm", 1, op::add_asm},
    {"change asm", 1, op::change_asm},

    {"add run", 2, op::add_run},
    {"drop event", 3, op::drop_event},
    {"change slot between runs", 3, op::change_slot_between},
    {"change cell between runs", 2, op::change_cell_between},
    {"change slot during a run", 3, op::change_slot_during},
    {"change event", 3, op::change_event},
    {"change fuel", 1, op::change_fuel},
    {"change seed", 1, op::change_seed},
});

}  // namespace

std::span<const MutationOp> mutation_ops() { return table; }

}  // namespace tailbound::gen
