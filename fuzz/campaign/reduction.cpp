#include "fuzz/campaign/reduction.hpp"

#include <algorithm>
#include <utility>

namespace tailbound::fuzz {

namespace {

using Clock = std::chrono::steady_clock;

/// Of one run of a candidate: those that do not end by themselves are many.
constexpr std::chrono::milliseconds short_limit{250};

/// The oracles that can come to a verdict before this property's own, and that one. Reading machine code back
/// costs more than all others and comes first, so it is asked only where it is what broke; the whole set has
/// the last word.
OracleSet up_to(Property property, OracleSet set) {
  const auto breaks = [&](const Oracle& oracle) {
    return std::ranges::count(oracle.properties, property) != 0;
  };
  const auto all = oracles();
  const auto guilty = std::ranges::find_if(all, breaks);
  for (const Oracle& oracle : all) {
    if (guilty != all.end() && oracle.id > guilty->id) set.remove(oracle.id);
    if (oracle.id == OracleId::encoding && (guilty == all.end() || guilty->id != oracle.id))
      set.remove(oracle.id);
  }
  return set;
}

class Reducing {
 public:
  Reducing(const MakeEngines& engines, const bpf::Scenario& found, const ReductionOptions& options)
      : engines_(engines), found_(found), options_(options), deadline_(Clock::now() + options.limit) {}

  Reduction run() {
    Jury whole = jury(options_.oracles, all_engines, true);
    first_ = whole.judge(found_);
    if (!first_.broken()) return {found_, first_, {}};
    if (options_.dear) whole.dismiss();
    const OracleSet fewer = up_to(first_.property, options_.oracles);
    if (auto reduced = attempt(fewer, native_ones, options_.fresh, whole)) return std::move(*reduced);
    if (auto reduced = attempt(fewer, emulated_too, options_.fresh, whole)) return std::move(*reduced);
    if (auto reduced = attempt(options_.oracles, all_engines, true, whole)) return std::move(*reduced);
    return {found_, first_, {}};
  }

 private:
  /// Which engines are asked about each candidate: what only checks or is emulated costs more than what it is beside.
  struct Asked {
    bool cross_check;
    bool emulated;
    std::chrono::milliseconds limit;  // of one run
  };
  static constexpr Asked native_ones{false, false, short_limit};
  static constexpr Asked emulated_too{false, true, short_limit};
  static constexpr Asked all_engines{true, true, std::chrono::milliseconds(2000)};

  Jury jury(OracleSet oracles, const Asked& asked, bool fresh) const {
    const auto make = [=, this]() -> std::expected<Judge, std::string> {
      auto engines = engines_(asked.limit);
      if (!engines) return std::unexpected(engines.error());
      Judge judge(std::move(*engines), oracles);
      judge.sampled(options_.sampled);
      judge.cross_check(asked.cross_check);
      judge.ask_emulated(asked.emulated);
      return judge;
    };
    return Jury(make, {.fresh = fresh, .expectations = options_.expectations});
  }

  /// Nothing where the scenario does not break there in the same way, or what it is reduced to does not by
  /// itself.
  std::optional<Reduction> attempt(OracleSet oracles, const Asked& asked, bool fresh, Jury& whole) {
    Jury jury = this->jury(oracles, asked, fresh);
    if (!same_class(jury.judge(found_), first_)) return std::nullopt;
    gen::ReduceOptions steps = options_.steps;
    steps.enough = [this] { return Clock::now() > deadline_; };
    Reduction reduction{found_, first_, {}};
    const auto keeps = gen::one_by_one([&](const bpf::Scenario& candidate) {
      Verdict verdict = jury.judge(candidate);
      const bool same = same_class(verdict, first_);
      if (same) reduction.verdict = std::move(verdict);
      return same;
    });
    reduction.stats = gen::reduce(reduction.scenario, keeps, steps);
    if (options_.dear) return reduction;
    reduction.verdict = whole.judge(reduction.scenario);
    if (!same_class(reduction.verdict, first_)) return std::nullopt;
    return reduction;
  }

  const MakeEngines& engines_;
  const bpf::Scenario& found_;
  const ReductionOptions& options_;
  Clock::time_point deadline_;
  Verdict first_;
};

}  // namespace

MakeEngines engines_of(const EngineChoice& choice) {
  return [choice = EngineChoice(choice)](std::chrono::milliseconds limit) mutable {
    choice.time_limit = limit;
    return make_engines(choice);
  };
}

bool same_class(const Verdict& a, const Verdict& b) {
  return a.broken() && b.broken() && a.property == b.property && a.kind == b.kind;
}

Reduction reduce_finding(const MakeEngines& engines, const bpf::Scenario& scenario,
                         const ReductionOptions& options) {
  return Reducing(engines, scenario, options).run();
}

}  // namespace tailbound::fuzz
