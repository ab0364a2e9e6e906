#include "fuzz/campaign/reduction.hpp"

#include <algorithm>
#include <utility>

#include "oracles/symptom.hpp"

namespace tailbound::fuzz {

namespace {

using Clock = std::chrono::steady_clock;

/// Of one run of a candidate: those that do not end by themselves are many.
constexpr std::chrono::milliseconds short_limit{250};

/// Candidates that an engine gets at once where a way there and back costs more than a run.
constexpr std::size_t dear_batch = 32;

/// The oracles that can come to a verdict before those that what broke may show to, and these. Reading machine
/// code back costs more than all others and comes first, so it is asked only where it is what broke; the whole
/// set has the last word.
OracleSet up_to(const Verdict& broken, OracleSet set) {
  const std::vector<Property> shown = shown_by(broken);
  const auto may_break = [&](const Oracle& oracle) {
    return std::ranges::any_of(oracle.properties,
                               [&](Property property) { return std::ranges::count(shown, property) != 0; });
  };
  const auto all = oracles();
  const auto last = std::find_if(all.rbegin(), all.rend(), may_break);
  for (const Oracle& oracle : all) {
    if (last != all.rend() && oracle.id > last->id) set.remove(oracle.id);
    if (oracle.id == OracleId::encoding && !may_break(oracle)) set.remove(oracle.id);
  }
  return set;
}

class Reducing {
 public:
  Reducing(const MakeEngines& engines, const bpf::Scenario& found, const ReductionOptions& options)
      : engines_(engines), found_(found), options_(options), deadline_(Clock::now() + options.limit) {}

  Reduction run() {
    if (options_.dear) {
      if (auto reduced = in_one_process()) return std::move(*reduced);
    }
    Jury whole = jury(options_.oracles, all_engines, true);
    first_ = whole.judge(found_);
    if (!first_.broken()) return {found_, first_, {}};
    if (options_.dear) whole.dismiss();
    const OracleSet fewer = up_to(first_, options_.oracles);
    if (auto reduced = attempt(fewer, native_ones, options_.fresh, whole)) return std::move(*reduced);
    if (auto reduced = attempt(fewer, emulated_too, options_.fresh, whole)) return std::move(*reduced);
    if (auto reduced = attempt(options_.oracles, all_engines, true, whole)) return std::move(*reduced);
    return {found_, first_, {}};
  }

 private:
  /// A guest boots once. Nothing where only a sampled oracle sees it: these run a scenario several times.
  std::optional<Reduction> in_one_process() {
    OracleSet always = options_.oracles;
    always.remove(When::sampled);
    Jury jury = this->jury(always, all_engines, options_.fresh);
    first_ = jury.judge(found_);
    if (!first_.broken()) return std::nullopt;
    return reduced_by(jury);
  }

  /// Which engines are asked about each candidate: what only checks or is emulated costs more than what it is
  /// beside.
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
    if (!still_shows(jury.judge(found_), first_)) return std::nullopt;
    Reduction reduction = reduced_by(jury);
    if (options_.dear) return reduction;
    const Verdict alone = whole.judge(reduction.scenario);
    if (!same_class(alone, reduction.verdict)) return std::nullopt;
    reduction.verdict = alone;
    return reduction;
  }

  Reduction reduced_by(Jury& jury) const {
    gen::ReduceOptions steps = options_.steps;
    steps.enough = [this] { return Clock::now() > deadline_; };
    Reduction reduction{found_, first_, {}};
    if (options_.dear) steps.batch = dear_batch;
    const gen::Keeps keeps = [&](std::span<const bpf::Scenario> candidates) {
      const std::vector<Verdict> verdicts = jury.judge_all(candidates);
      std::vector<bool> shows;
      for (const Verdict& verdict : verdicts) shows.push_back(still_shows(verdict, reduction.verdict));
      const auto first = std::ranges::find(shows, true);  // it is kept
      if (first != shows.end()) reduction.verdict = verdicts[static_cast<std::size_t>(first - shows.begin())];
      return shows;
    };
    reduction.stats = gen::reduce(reduction.scenario, keeps, steps);
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

Reduction reduce_finding(const MakeEngines& engines, const bpf::Scenario& scenario,
                         const ReductionOptions& options) {
  return Reducing(engines, scenario, options).run();
}

}  // namespace tailbound::fuzz
