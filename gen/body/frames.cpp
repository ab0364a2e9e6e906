#include "gen/body/body.hpp"

namespace tailbound::gen {

namespace {

bool is_leaf(const bpf::Function& function) {
  bool leaf = true;
  bpf::visit(
      function.body, [&](const bpf::Statement& s) { leaf &= !std::holds_alternative<bpf::TailCall>(s.node); },
      [&](const bpf::Expr& e) { leaf &= !std::holds_alternative<bpf::CallValue>(e.first); });
  return leaf;
}

}  // namespace

void draw_frames(ByteSource& source, const Budget& budget, bpf::Scenario& scenario) {
  for (bpf::Program& program : scenario.programs) {
    for (bpf::Function& function : program.functions) {
      const std::uint32_t most = is_leaf(function) ? budget.leaf_stack : budget.stack;
      if (source.percent(40)) {
        const std::uint32_t bytes = source.between(1, most);
        function.stack = static_cast<std::uint16_t>(source.percent(60) ? (bytes + 7) / 8 * 8 : bytes);
      }
      if (source.percent(40)) function.keep = static_cast<std::uint8_t>(source.below(bpf::keep::all + 1));
    }
  }
}

}  // namespace tailbound::gen
