#include "oracles/check/path.hpp"

#include <algorithm>
#include <bitset>
#include <optional>
#include <utility>

namespace tailbound::check {

namespace {

using namespace bpf;

/// Positions in the trace: how many entries have been made.
using Positions = std::bitset<LedgerLayout::ring_entries + 1>;

/// Where control can be after a block: behind it, or returned from the function.
struct Outcomes {
  Positions behind;
  Positions returned;
};

class PathSearch {
 public:
  PathSearch(const Scenario& scenario, const std::vector<SlotContents>& contents,
             std::vector<std::uint32_t> trace, bool limit_reached)
      : scenario_(scenario),
        numbering_(number(scenario)),
        contents_(contents),
        trace_(std::move(trace)),
        limit_reached_(limit_reached),
        entered_at_(numbering_.functions),
        ends_(trace_.size()) {
    for (std::size_t at = 0; at < trace_.size(); ++at) {
      if (trace_[at] < entered_at_.size()) entered_at_[trace_[at]].push_back(at);
    }
  }

  bool possible(std::uint16_t program) {
    Positions start;
    start.set(0);
    return enter_from({program, 0}, start).test(trace_.size());
  }

 private:
  /// Entering `ref` as entry `at` of the trace, which is its: how many can have been made when it returns.
  const Positions& enter(FunctionRef ref, std::size_t at) {
    if (!ends_[at]) {
      Positions start;
      start.set(at + 1);
      ends_[at] = block(ref, scenario_.programs[ref.program].functions[ref.function].body, start).returned;
    }
    return *ends_[at];
  }

  Outcomes block(FunctionRef self, const Block& statements, Positions at) {
    Outcomes outcomes{at, {}};
    for (const Statement& statement : statements) {
      const Outcomes next = step(self, statement, outcomes.behind);
      outcomes.behind = next.behind;
      outcomes.returned |= next.returned;
    }
    return outcomes;
  }

  Outcomes step(FunctionRef self, const Statement& statement, const Positions& at) {
    return std::visit(Match{
                          [&](const Evaluate& s) { return Outcomes{evaluate(self, s.value, at), {}}; },
                          [&](const TailCall& s) { return attempt(s, evaluate(self, s.index, at)); },
                          [&](const HelperCall&) { return Outcomes{at, {}}; },
                          [&](const StoreCell& s) { return Outcomes{evaluate(self, s.value, at), {}}; },
                          [&](const Asm&) { return Outcomes{at, {}}; },
                          [&](const If& s) { return branch(self, s, evaluate(self, s.left, at)); },
                          [&](const Return& s) { return Outcomes{{}, evaluate(self, s.value, at)}; },
                      },
                      statement.node);
  }

  Positions evaluate(FunctionRef self, const Expr& expr, const Positions& at) {
    const auto* call = std::get_if<CallValue>(&expr.first);
    return call == nullptr ? at : enter_from({self.program, call->function}, at);
  }

  Positions enter_from(FunctionRef callee, const Positions& at) {
    Positions ends;
    for (const std::size_t p : entered_at_[numbering_.id(callee)]) {
      if (at.test(p)) ends |= enter(callee, p);
    }
    return ends;
  }

  Outcomes branch(FunctionRef self, const If& s, const Positions& at) {
    Outcomes outcomes = block(self, s.then_block, at);
    const Outcomes other = block(self, s.else_block, at);
    outcomes.behind |= other.behind;
    outcomes.returned |= other.returned;
    return outcomes;
  }

  Outcomes attempt(const TailCall& s, const Positions& at) {
    const Choice choice = choices(s);
    Outcomes outcomes{choice.refusable ? at : Positions{}, {}};
    for (const std::uint16_t program : choice.programs) outcomes.returned |= enter_from({program, 0}, at);
    return outcomes;
  }

  struct Choice {
    std::vector<std::uint16_t> programs;
    bool refusable = false;
  };

  Choice choices(const TailCall& s) const {
    const ProgArray& array = scenario_.arrays[s.array];
    Choice choice{{}, limit_reached_};
    const std::optional<std::uint32_t> index = known_index(s.index);
    if (index && *index >= array.size) return {{}, true};
    for (std::uint32_t i = index.value_or(0); i < (index ? *index + 1 : array.size); ++i)
      add_slot(s.array, i, choice);
    if (!index) choice.refusable = true;  // it may be out of range
    return choice;
  }

  static std::optional<std::uint32_t> known_index(const Expr& expr) {
    if (!expr.rest.empty()) return std::nullopt;
    if (const auto* constant = std::get_if<Constant>(&expr.first))
      return static_cast<std::uint32_t>(constant->value);
    if (const auto* data = std::get_if<Data>(&expr.first)) return static_cast<std::uint32_t>(data->value);
    return std::nullopt;
  }

  void add_slot(std::uint16_t array, std::uint32_t index, Choice& choice) const {
    for (const SlotContents& contents : contents_) {
      if (contents.array != array || contents.index != index) continue;
      choice.programs.insert(choice.programs.end(), contents.programs.begin(), contents.programs.end());
      choice.refusable |= contents.may_be_empty;
      return;
    }
    const auto& slots = scenario_.arrays[array].slots;
    const auto at =
        std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.index == index; });
    if (at == slots.end()) choice.refusable = true;
    else choice.programs.push_back(at->program);
  }

  const Scenario& scenario_;
  Numbering numbering_;
  const std::vector<SlotContents>& contents_;
  std::vector<std::uint32_t> trace_;
  bool limit_reached_;
  std::vector<std::vector<std::size_t>> entered_at_;  // by function id: its entries in the trace
  std::vector<std::optional<Positions>> ends_;        // enter(), by entry: the trace says of which function
};

std::vector<std::uint32_t> trace_of(const RunObservation& run) {
  std::vector<std::uint32_t> trace;
  for (std::uint64_t i = 0; i < run.ledger[LedgerLayout::total]; ++i) {
    trace.push_back(static_cast<std::uint32_t>(run.ledger[LedgerLayout::ring + i / 2] >> (i % 2 * 32)));
  }
  return trace;
}

}  // namespace

Verdict possible_path(const Scenario& scenario, std::uint16_t program,
                      const std::vector<SlotContents>& contents, const LedgerLayout& layout,
                      const RunObservation& run, std::uint64_t limit) {
  if (run.ledger[LedgerLayout::total] > LedgerLayout::ring_entries || run.out_of_fuel()) {
    return {Outcome::incomparable, Property::path, "", "the trace is longer than the ledger's ring", 0};
  }
  PathSearch search(scenario, contents, trace_of(run), run.tail_calls(layout) >= limit);
  if (search.possible(program)) return {};
  return {Outcome::disagree, Property::path, "no path",
          "the functions entered are no path over what the slots held", 0};
}

}  // namespace tailbound::check
