#include "reports/html/return_places.hpp"

#include "reports/steps.hpp"

namespace tailbound::reports::html {

ReturnPlaces::ReturnPlaces(const bpf::Lowered& lowered, const jit::SchemeView& scheme) {
  jit::Image image;
  for (const bpf::Bytecode& program : lowered.programs) {
    auto& functions = places_.emplace_back(program.functions.size());
    if (!jit::compile(scheme, program, {}, image)) continue;
    for (const StepSpan& span : step_spans(program, image, scheme, {})) {
      if (span.place != "call") continue;
      std::size_t f = functions.size() - 1;
      while (image.functions[f].offset > span.offset) --f;
      functions[f].push_back(span.offset + span.size - image.functions[f].offset);
    }
  }
}

std::optional<std::uint32_t> ReturnPlaces::behind_call(bpf::FunctionRef function, std::uint32_t call) const {
  const std::vector<std::uint32_t>& places = places_[function.program][function.function];
  if (call == 0 || call > places.size()) return std::nullopt;
  return places[call - 1];
}

bool ReturnPlaces::knows_order(const bpf::Scenario& scenario, bpf::FunctionRef function) {
  bool straight = true;
  for (const bpf::Statement& s : scenario.programs[function.program].functions[function.function].body) {
    const auto* branch = std::get_if<bpf::If>(&s.node);
    if (branch == nullptr) continue;
    for (const bpf::Block* block : {&branch->then_block, &branch->else_block}) {
      bpf::visit(
          *block, [](const bpf::Statement&) {},
          [&](const bpf::Expr& e) { straight &= !std::holds_alternative<bpf::CallValue>(e.first); });
    }
  }
  return straight;
}

}  // namespace tailbound::reports::html
