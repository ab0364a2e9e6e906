// Random scenarios for the model's tests, a vector of bytes decides, so RapidCheck shrinks.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::model::testing {

/// What a random scenario may contain.
struct Shape {
  bool reads_state = true;  // entries() and stored cells in conditions, indices and what functions return
  bool changes_during_runs = true;
  bool attachments = true;
  bool asm_blocks = false;
};

/// Bytes in the order of their use; after the last one all choices are the first.
class Choices {
 public:
  explicit Choices(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::uint32_t below(std::uint32_t end) { return end == 0 ? 0 : next() % end; }
  bool one_in(std::uint32_t n) { return below(n) == n - 1; }

 private:
  std::uint32_t next() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

class ScenarioMaker {
 public:
  ScenarioMaker(std::vector<std::uint8_t> bytes, Shape shape) : choose_(std::move(bytes)), shape_(shape) {}

  bpf::Scenario make() {
    // Map 0 is only read, map 1 is stored to.
    scenario_.maps = {{"fixed", {1, 0, 2}}, {"moving", {0, 1}}};
    const std::uint32_t programs = 1 + choose_.below(3);
    const std::uint32_t arrays = 1 + choose_.below(2);
    for (std::uint32_t p = 0; p < programs; ++p) sizes_.push_back(1 + choose_.below(4));
    for (std::uint32_t a = 0; a < arrays; ++a) scenario_.arrays.push_back(array(a, programs));
    for (std::uint32_t p = 0; p < programs; ++p) scenario_.programs.push_back(program(p));
    probe_ = static_cast<std::uint16_t>(programs);
    scenario_.programs.push_back(probe_program());
    events(programs);
    return scenario_;
  }

 private:
  bpf::ProgArray array(std::uint32_t number, std::uint32_t programs) {
    bpf::ProgArray made{"array" + std::to_string(number), 1 + choose_.below(3), {}};
    for (std::uint32_t i = 0; i < made.size; ++i) {
      if (!choose_.one_in(4)) made.slots.push_back({i, static_cast<std::uint16_t>(choose_.below(programs))});
    }
    return made;
  }

  bpf::Program program(std::uint32_t p) {
    bpf::Program made;
    for (std::uint32_t f = 0; f < sizes_[p]; ++f) {
      bpf::Function function;
      function.name = "p" + std::to_string(p) + "f" + std::to_string(f);
      function.stack = static_cast<std::uint16_t>(choose_.below(17));
      function.keep = static_cast<std::uint8_t>(choose_.below(16));
      // Calls go to later functions only, so they are acyclic; the next one is always called.
      if (f + 1 < sizes_[p]) function.body.push_back({bpf::Evaluate{{bpf::CallValue{next_of(f)}, {}}}});
      block(function.body, {p, f}, 3, 2);
      function.body.push_back({bpf::Return{expr({p, f}, shape_.reads_state)}});
      made.functions.push_back(std::move(function));
    }
    return made;
  }

  /// In no prog_array; it tail-calls into its target's programs, in a context of its own.
  bpf::Program probe_program() const {
    bpf::Function main{"probe", 0, 0, {}};
    main.body = {{bpf::TailCall{0, {bpf::Constant{0}, {}}}}, {bpf::Return{{bpf::Constant{5}, {}}}}};
    return {{main}};
  }

  struct Place {
    std::uint32_t program, function;
  };
  static std::uint16_t next_of(std::uint32_t function) { return static_cast<std::uint16_t>(function + 1); }

  void block(bpf::Block& into, Place place, std::uint32_t most, std::uint32_t nesting) {
    const std::uint32_t statements = choose_.below(most + 1);
    for (std::uint32_t i = 0; i < statements; ++i) into.push_back(statement(place, nesting));
  }

  bpf::Statement statement(Place place, std::uint32_t nesting) {
    switch (choose_.below(8)) {
      case 0:
      case 1:
      case 2: return {bpf::TailCall{static_cast<std::uint16_t>(choose_.below(arrays())), index(place)}};
      case 3:
      case 4: return {bpf::Evaluate{expr(place, true)}};
      case 5: return {bpf::StoreCell{{1, static_cast<std::uint16_t>(choose_.below(2))}, expr(place, true)}};
      case 6: return nesting > 0 ? conditional(place, nesting) : bpf::Statement{bpf::HelperCall{}};
      default: break;
    }
    if (shape_.asm_blocks) return {bpf::Asm{{bpf::build::mov(bpf::Reg::r0, 7)}}};
    return {bpf::HelperCall{bpf::Helper::lookup, {0, 0}}};
  }

  bpf::Expr index(Place place) {
    if (choose_.one_in(3)) return expr(place, shape_.reads_state);
    return {bpf::Constant{static_cast<std::int32_t>(choose_.below(4))}, {}};
  }

  bpf::Statement conditional(Place place, std::uint32_t nesting) {
    bpf::If made;
    made.left = expr(place, shape_.reads_state);
    made.compare = static_cast<bpf::Compare>(choose_.below(11));
    made.right = static_cast<std::int32_t>(choose_.below(6)) - 1;
    block(made.then_block, place, 2, nesting - 1);
    block(made.else_block, place, 2, nesting - 1);
    if (choose_.one_in(4)) made.then_block.push_back({bpf::Return{expr(place, shape_.reads_state)}});
    return {made};
  }

  bpf::Expr expr(Place place, bool state) {
    bpf::Expr made{operand(place, state, true), {}};
    const std::uint32_t terms = choose_.below(3);
    for (std::uint32_t i = 0; i < terms; ++i) {
      const auto op = static_cast<bpf::ExprOp>(choose_.below(8));
      const bool shifts = op == bpf::ExprOp::lsh || op == bpf::ExprOp::rsh;
      made.rest.push_back({op, shifts ? bpf::Operand{small_constant()} : operand(place, state, false)});
    }
    return made;
  }

  bpf::Constant small_constant() { return {static_cast<std::int32_t>(choose_.below(5))}; }

  bpf::Operand operand(Place place, bool state, bool calls) {
    const std::uint32_t later = sizes_[place.program] - place.function - 1;
    switch (choose_.below(6)) {
      case 0: return bpf::Constant{static_cast<std::int32_t>(choose_.below(5)) - 1};
      case 1: return bpf::Data{choose_.below(4)};
      case 2: return bpf::Cell{{0, static_cast<std::uint16_t>(choose_.below(3))}};
      case 3:
        if (!state) break;
        return bpf::Cell{{1, static_cast<std::uint16_t>(choose_.below(2))}};
      case 4:
        if (!state) break;
        return bpf::Entries{any_function()};
      default:
        if (!calls || later == 0) break;
        return bpf::CallValue{static_cast<std::uint16_t>(place.function + 1 + choose_.below(later))};
    }
    return small_constant();
  }

  bpf::FunctionRef any_function() {
    const std::uint32_t program = choose_.below(static_cast<std::uint32_t>(sizes_.size()));
    return {static_cast<std::uint16_t>(program), static_cast<std::uint16_t>(choose_.below(sizes_[program]))};
  }

  void events(std::uint32_t programs) {
    const std::uint32_t runs = 1 + choose_.below(3);
    for (std::uint32_t r = 0; r < runs; ++r) {
      if (choose_.one_in(3)) scenario_.events.push_back(slot_change(programs));
      if (choose_.one_in(4)) scenario_.events.push_back(bpf::SetCell{{0, 1}, choose_.below(4)});
      if (shape_.changes_during_runs && choose_.one_in(3)) {
        scenario_.events.push_back(bpf::AtEntry{any_function(), 1 + choose_.below(6), slot_change(programs)});
      }
      if (shape_.attachments && choose_.one_in(2)) attach();
      scenario_.events.push_back(bpf::Run{static_cast<std::uint16_t>(choose_.below(programs)), {}});
    }
  }

  /// A probe is attached in one way only, and at each place once.
  void attach() {
    if (!kind_) kind_ = static_cast<bpf::AttachKind>(choose_.below(3));
    const bpf::FunctionRef target = any_function();
    const bool new_place = attached_.insert(target).second;
    if (new_place) {
      scenario_.events.push_back(bpf::Attach{*kind_, probe_, target});
    } else {
      scenario_.events.push_back(bpf::Detach{probe_, target});
      attached_.erase(target);
    }
  }

  bpf::SetSlot slot_change(std::uint32_t programs) {
    bpf::SetSlot made;
    made.array = static_cast<std::uint16_t>(choose_.below(arrays()));
    made.index = choose_.below(scenario_.arrays[made.array].size);
    if (!choose_.one_in(3)) made.program = static_cast<std::uint16_t>(choose_.below(programs));
    return made;
  }

  std::uint32_t arrays() const { return static_cast<std::uint32_t>(scenario_.arrays.size()); }

  Choices choose_;
  Shape shape_;
  bpf::Scenario scenario_;
  std::vector<std::uint32_t> sizes_;  // functions, by program
  std::uint16_t probe_ = 0;
  std::optional<bpf::AttachKind> kind_;
  std::set<bpf::FunctionRef> attached_;
};

/// Valid by construction, but for one in a thousand whose call tree is more than a verifier would walk.
inline bpf::Scenario random_scenario(Shape shape = {}) {
  const auto byte = rc::gen::resize(100, rc::gen::arbitrary<std::uint8_t>());
  const auto bytes = rc::gen::container<std::vector<std::uint8_t>>(400, byte);
  const auto is_valid = [&](const std::vector<std::uint8_t>& choices) {
    return !bpf::check_scenario(ScenarioMaker(choices, shape).make());
  };
  return ScenarioMaker(*rc::gen::suchThat(bytes, is_valid), shape).make();
}

}  // namespace tailbound::model::testing
