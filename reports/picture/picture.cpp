#include "reports/picture/picture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jit/bpf/call_graph.hpp"
#include "oracles/model/walker.hpp"
#include "reports/picture/frames.hpp"

namespace tailbound::reports {

namespace {

using namespace bpf;

/// Of one site; an index that depends on the run leads to more.
constexpr std::size_t most_ways = 8;
constexpr std::size_t most_attempts = std::size_t{1} << 20;

class Maker {
 public:
  Maker(const Scenario& scenario, const jit::SchemeView& scheme)
      : scenario_(scenario),
        numbering_(number(scenario)),
        walker_({.profile = scheme.identity.profile, .keep_attempts = most_attempts}),
        seen_(walker_.walk(scenario)) {
    picture_.scheme = scheme.identity.name;
    picture_.programs = scenario.programs.size();
    picture_.runs = seen_.runs.size();
  }

  Picture run(const jit::SchemeView& scheme) {
    for (std::uint16_t p = 0; p < scenario_.programs.size(); ++p) add_program(p);
    for (const model::AttemptSeen& attempt : walker_.attempts()) add(attempt);
    add_untried();
    order_by_site();
    for (const ProgArray& array : scenario_.arrays) add(array);
    add_frames(scenario_, scheme, picture_);
    return std::move(picture_);
  }

 private:
  void add_program(std::uint16_t p) {
    const Program& program = scenario_.programs[p];
    const Calls calls = calls_of(program);
    picture_.mains.push_back(numbering_.first_function[p]);
    for (std::uint16_t f = 0; f < program.functions.size(); ++f) {
      Picture::Function& function = picture_.functions.emplace_back();
      function.name = program.functions[f].name;
      function.program = p;
      function.main = f == 0;
      function.stack = program.functions[f].stack;
      const std::uint32_t id = numbering_.id({p, f});
      for (const RunObservation& run : seen_.runs) function.entries += run.ledger[seen_.layout.entry(id)];
      for (const std::uint16_t callee : calls[f]) add_call(function, numbering_.id({p, callee}));
      add_sites(id, program.functions[f].body);
    }
  }

  static void add_call(Picture::Function& caller, std::uint32_t callee) {
    const auto known = std::ranges::find(caller.calls, callee, &Picture::Call::callee);
    if (known != caller.calls.end()) ++known->times;
    else caller.calls.push_back({callee, 1});
  }

  void add_sites(std::uint32_t function, const Block& body) {
    visit(
        body,
        [&](const Statement& s) {
          if (const auto* call = std::get_if<TailCall>(&s.node)) sites_.push_back({function, call});
        },
        [](const Expr&) {});
  }

  bool is_direct(const TailCall& call) const {
    const auto* known = std::get_if<Constant>(&call.index.first);
    return known != nullptr && call.index.rest.empty() &&
           static_cast<std::uint32_t>(known->value) < scenario_.arrays[call.array].size;
  }

  Picture::Way way(std::uint32_t site, std::optional<std::uint32_t> index) const {
    const TailCall& call = *sites_[site].call;
    const ProgArray& array = scenario_.arrays[call.array];
    Picture::Way way{.site = site,
                     .function = sites_[site].function,
                     .slot = fmt::format("{}[{}]", array.name, index ? std::to_string(*index) : "?"),
                     .direct = is_direct(call),
                     .target = std::nullopt};
    way.in_range = !index || *index < array.size;
    return way;
  }

  void add(const model::AttemptSeen& seen) {
    std::optional<std::uint32_t> target;
    if (seen.program != model::no_program) target = picture_.mains[seen.program];
    Picture::Way& found = find(seen, target);
    switch (seen.kind) {
      case model::AttemptKind::taken: ++found.taken; return;
      case model::AttemptKind::at_limit: ++found.at_limit; return;
      case model::AttemptKind::empty: ++found.empty; return;
      case model::AttemptKind::out_of_range: ++found.out_of_range; return;
    }
  }

  /// The last one that a site may have takes in all that are one too many.
  Picture::Way& find(const model::AttemptSeen& seen, std::optional<std::uint32_t> target) {
    Picture::Way fresh = way(seen.site, seen.index);
    fresh.target = target;
    std::vector<std::size_t>& known = ways_of_[seen.site];
    for (const std::size_t i : known) {
      Picture::Way& each = picture_.ways[i];
      if (each.slot == fresh.slot && each.target == target) return each;
    }
    if (known.size() == most_ways) return picture_.ways[known.back()];
    if (known.size() + 1 == most_ways) {
      fresh = way(seen.site, std::nullopt);
      fresh.slot += " (others)";
    }
    known.push_back(picture_.ways.size());
    return picture_.ways.emplace_back(std::move(fresh));
  }

  /// Sites that no run came to: where they would lead at the start, if that is known.
  void add_untried() {
    for (std::uint32_t site = 0; site < sites_.size(); ++site) {
      if (!ways_of_[site].empty()) continue;
      const TailCall& call = *sites_[site].call;
      std::optional<std::uint32_t> index;
      if (call.index.rest.empty()) {
        if (const auto* known = std::get_if<Constant>(&call.index.first))
          index = static_cast<std::uint32_t>(known->value);
        if (const auto* hidden = std::get_if<Data>(&call.index.first))
          index = static_cast<std::uint32_t>(hidden->value);
      }
      Picture::Way untried = way(site, index);
      for (const Slot& slot : scenario_.arrays[call.array].slots) {
        if (index == slot.index) untried.target = picture_.mains[slot.program];
      }
      ways_of_[site].push_back(picture_.ways.size());
      picture_.ways.push_back(std::move(untried));
    }
  }

  void order_by_site() {
    std::vector<Picture::Way> ordered;
    for (const std::vector<std::size_t>& ways : ways_of_) {
      for (const std::size_t i : ways) ordered.push_back(std::move(picture_.ways[i]));
    }
    picture_.ways = std::move(ordered);
  }

  void add(const ProgArray& array) {
    std::string slots;
    for (const Slot& slot : array.slots) {
      slots += fmt::format("{}{}: {}", slots.empty() ? "" : ", ", slot.index,
                           shortened(scenario_.programs[slot.program].name(), 20));
    }
    picture_.arrays.emplace_back(fmt::format("{}[{}]", array.name, array.size),
                                 slots.empty() ? "all slots empty" : slots);
  }

  struct Site {
    std::uint32_t function = 0;
    const TailCall* call = nullptr;
  };

  const Scenario& scenario_;
  Numbering numbering_;
  model::Walker walker_;
  const Observation& seen_;
  Picture picture_;
  std::vector<Site> sites_;
  std::vector<std::vector<std::size_t>> ways_of_ = std::vector<std::vector<std::size_t>>(numbering_.sites);
};

}  // namespace

Picture picture_of(const Scenario& scenario, const jit::SchemeView& scheme) {
  return Maker(scenario, scheme).run(scheme);
}

std::uint64_t Picture::taken() const {
  std::uint64_t sum = 0;
  for (const Way& way : ways) sum += way.taken;
  return sum;
}

std::uint64_t Picture::refused() const {
  std::uint64_t sum = 0;
  for (const Way& way : ways) sum += way.at_limit + way.empty + way.out_of_range;
  return sum;
}

std::string shortened(const std::string& name, std::size_t most) {
  return name.size() <= most ? name : name.substr(0, most - 2) + "..";
}

std::string outcome_of(const Picture::Way& way) {
  std::string text;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(way.taken, "taken");
  add(way.at_limit, "at the limit");
  add(way.empty, "empty");
  add(way.out_of_range, "out of range");
  return text.empty() ? "never tried" : text;
}

}  // namespace tailbound::reports
