#include "fuzz/campaign/blame_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "fuzz/campaign/blame_arch.hpp"
#include "fuzz/campaign/jury.hpp"
#include "gen/generate.hpp"
#include "gen/mutate/mutate.hpp"
#include "jit/lower/scheme_diff.hpp"
#include "jit/lower/step_code.hpp"
#include "jit/schemes.hpp"

namespace tailbound::fuzz {

namespace {

/// Scenarios that a mended scheme has to take besides the finding's own.
constexpr std::uint64_t most_drawn = 100;
constexpr std::size_t most_others = 8;

template <class Steps>
std::string names_of(const Steps& steps) {
  std::vector<std::string_view> names;
  for (const auto& step : steps) names.push_back(step.name);
  return fmt::format("'{}'", fmt::join(names, "', '"));
}

template <class Difference>
std::string sentence(const Difference& difference) {
  const std::string_view place = difference.place->name;
  if (difference.gone.empty()) return fmt::format("{}: {} is missing", place, names_of(difference.instead));
  if (difference.instead.empty())
    return fmt::format("{}: {} should not be there", place, names_of(difference.gone));
  const std::string gone = names_of(difference.gone);
  const std::string instead = names_of(difference.instead);
  if (gone == instead) return fmt::format("{}: {} does something else", place, gone);
  return fmt::format("{}: {} in place of {}", place, gone, instead);
}

bool is_sampled(const std::string& verdict) {
  for (const Oracle& oracle : oracles()) {
    for (const Property property : oracle.properties) {
      if (verdict.starts_with(fmt::format("{}-", name(property)))) return oracle.when == When::sampled;
    }
  }
  return false;
}

template <class Arch>
class StepBlame {
  using Scheme = typename Arch::Scheme;
  using Difference = jit::StepDifference<typename Arch::Emitter>;
  using Differences = std::vector<Difference>;

 public:
  StepBlame(const reports::FindingFile& finding, const Scheme& guilty, Blame& blame)
      : finding_(finding), scheme_(guilty), blame_(blame), oracles_(finding.record.oracles) {
    // A scheme in between has a frame of its own; what bounds it is not worked out. Nor does it count as its
    // base does.
    if (!finding.record.verdict.starts_with(name(Property::stack))) oracles_.remove(OracleId::machine_stack);
    oracles_.remove(OracleId::prediction);
  }

  void run() {
    if (agrees(scheme_, *scheme_.identity.profile, finding_.scenario)) {
      blame_.why_not = "it does not happen again";
      return;
    }
    for (const std::size_t count : {1U, 2U}) {
      for (const bool sound : {true, false}) {
        for (const Scheme* donor : donors(sound)) {
          try_sets(*donor, count);
          if (count > 1 && !blame_.guilty.empty()) return;
        }
        if (!blame_.guilty.empty()) return;
      }
    }
    for (const Scheme* donor : donors(true)) drop_from_all(*donor);
    keep_fewest();
    if (blame_.guilty.empty()) blame_.why_not = "no steps of another scheme make it go away";
  }

 private:
  /// Those that differ least first.
  std::vector<const Scheme*> donors(bool sound) const {
    std::vector<const Scheme*> found;
    for (const Scheme& donor : Arch::schemes()) {
      if (&donor != &scheme_ && donor.identity.meant_sound == sound) found.push_back(&donor);
    }
    std::ranges::sort(found, {}, [&](const Scheme* donor) { return to(*donor).size(); });
    return found;
  }

  Differences to(const Scheme& donor) const {
    return jit::differences(scheme_, donor, jit::same_step<typename Arch::Emitter>);
  }

  void try_sets(const Scheme& donor, std::size_t count) {
    const Differences all = to(donor);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (count == 1) {
        try_set(donor, {all[i]});
        continue;
      }
      for (std::size_t j = i + 1; j < all.size(); ++j) try_set(donor, {all[i], all[j]});
    }
  }

  void try_set(const Scheme& donor, const Differences& chosen) {
    if (mends(donor, chosen)) accuse(donor, chosen);
  }

  /// A step may hide one scenario's fault by chance, and another scenario may have a second fault: of
  /// neighbours that break in the same way, at least three in four have to agree too. What was right stays so.
  bool mends(const Scheme& donor, const Differences& chosen) {
    if (chosen.empty()) return false;
    Mended mended(*this, donor, chosen);
    if (!mended.agrees(finding_.scenario)) return false;
    if (!others_) others_ = other_scenarios();
    for (const bpf::Scenario& scenario : others_->right) {
      if (!mended.agrees(scenario)) return false;
    }
    std::size_t agreed = 0;
    for (const bpf::Scenario& scenario : others_->broken) agreed += mended.agrees(scenario) ? 1U : 0U;
    return 4 * agreed >= 3 * others_->broken.size();
  }

  /// The scheme with some steps of another, under one of the two profiles: a known difference between them is
  /// no finding.
  class Mended {
   public:
    Mended(StepBlame& blame, const Scheme& donor, const Differences& chosen) : blame_(blame) {
      const Scheme mixed = jit::with_differences(blame.scheme_, donor, std::span<const Difference>(chosen));
      const bpf::Profile* const own = blame.scheme_.identity.profile;
      juries_.push_back(blame.jury_of(mixed, *own));
      if (donor.identity.profile != own) juries_.push_back(blame.jury_of(mixed, *donor.identity.profile));
    }
    bool agrees(const bpf::Scenario& scenario) {
      return std::ranges::any_of(juries_, [&](const auto& jury) {
        ++blame_.blame_.tried;
        return jury->judge(scenario).outcome == Outcome::agree;
      });
    }

   private:
    StepBlame& blame_;
    std::vector<std::unique_ptr<Jury>> juries_;
  };

  struct Others {
    std::vector<bpf::Scenario> broken;  // the finding's after a few mutations, broken in the same way
    std::vector<bpf::Scenario> right;   // those that came out right, and drawn ones that are
  };
  Others other_scenarios() {
    Others found;
    const auto jury = jury_of(scheme_, *scheme_.identity.profile);
    for (std::uint64_t n = 0; n < most_drawn && found.broken.size() < most_others; ++n) {
      gen::ByteSource source(n);
      bpf::Scenario near = finding_.scenario;
      for (std::uint32_t times = source.between(1, 3); times > 0; --times)
        gen::mutate(source, gen::Budget{}, near);
      const Verdict verdict = jury->judge(near);
      if (verdict.broken() && reports::verdict_word(verdict) == finding_.record.verdict)
        found.broken.push_back(std::move(near));
      else if (verdict.outcome == Outcome::agree && found.right.size() < most_others)
        found.right.push_back(std::move(near));
    }
    for (std::uint64_t n = 0; n < most_drawn && found.right.size() < 3 * most_others; ++n) {
      gen::ByteSource source(n);
      bpf::Scenario drawn = gen::generate(source, gen::Budget{});
      if (jury->judge(drawn).outcome == Outcome::agree) found.right.push_back(std::move(drawn));
    }
    return found;
  }

  /// All differences to a sound scheme, less one after the other that is not needed.
  void drop_from_all(const Scheme& donor) {
    Differences chosen = to(donor);
    if (!mends(donor, chosen)) return;
    for (std::size_t i = chosen.size(); i-- > 0 && chosen.size() > 1;) {
      Differences fewer = chosen;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (mends(donor, fewer)) chosen = std::move(fewer);
    }
    accuse(donor, chosen);
  }

  void accuse(const Scheme& donor, const Differences& chosen) {
    Guilt guilt{.donor = std::string(donor.identity.name), .steps = {}};
    for (const Difference& each : chosen) guilt.steps.push_back(sentence(each));
    const bool said =
        std::ranges::any_of(blame_.guilty, [&](const Guilt& g) { return g.steps == guilt.steps; });
    if (!said) blame_.guilty.push_back(std::move(guilt));
  }

  void keep_fewest() {
    std::size_t fewest = SIZE_MAX;
    for (const Guilt& guilt : blame_.guilty) fewest = std::min(fewest, guilt.steps.size());
    std::erase_if(blame_.guilty, [&](const Guilt& guilt) { return guilt.steps.size() > fewest; });
  }

  bool agrees(const Scheme& scheme, const bpf::Profile& profile, const bpf::Scenario& scenario) {
    ++blame_.tried;
    return jury_of(scheme, profile)->judge(scenario).outcome == Outcome::agree;
  }

  std::unique_ptr<Jury> jury_of(Scheme scheme, const bpf::Profile& profile) const {
    scheme.identity.profile = &profile;
    const auto kept = std::make_shared<Scheme>(std::move(scheme));
    return std::make_unique<Jury>(
        [this, kept, &profile]() -> std::expected<Judge, std::string> {
          std::vector<std::unique_ptr<engine::Engine>> engines;
          engines.push_back(engine::make_interpreter(profile));
          engines.push_back(Arch::engine(*kept));
          Judge judge(std::move(engines), oracles_);
          judge.sampled(is_sampled(finding_.record.verdict));
          return judge;
        },
        JuryOptions{.fresh = Arch::fresh, .expectations = true});
  }

  const reports::FindingFile& finding_;
  const Scheme& scheme_;
  Blame& blame_;
  OracleSet oracles_;
  std::optional<Others> others_;
};

template <class Arch>
void blame_steps_of(const reports::FindingFile& finding, Blame& blame) {
  const auto* const scheme = jit::find_named(Arch::schemes(), finding.record.scheme);
  if (scheme == nullptr) blame.why_not = "there is no scheme " + finding.record.scheme;
  else StepBlame<Arch>(finding, *scheme, blame).run();
}

}  // namespace

bool has_steps(std::string_view engine) { return engine.empty() || jit::find_arch(engine).has_value(); }

void blame_steps(const reports::FindingFile& finding, Blame& blame) {
  if (finding.record.engine == "arm64") blame_steps_of<Arm64Blame>(finding, blame);
  else blame_steps_of<X86_64Blame>(finding, blame);
}

}  // namespace tailbound::fuzz
