#include "fuzz/campaign/blame_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "fuzz/campaign/jury.hpp"
#include "gen/generate.hpp"
#include "gen/mutate/mutate.hpp"
#include "jit/lower/scheme_diff.hpp"
#include "jit/x86_64/schemes.hpp"
#include "jit/x86_64/step_code.hpp"
#include "oracles/engine/x86_64/engine.hpp"

namespace tailbound::fuzz {

namespace {

using x86_64::Scheme;
using Difference = jit::StepDifference<x86_64::Emitter>;
using Differences = std::vector<Difference>;

/// Scenarios that a mended scheme has to take besides the finding's own.
constexpr std::uint64_t most_drawn = 100;
constexpr std::size_t most_others = 8;

std::string names_of(const Scheme::Steps& steps) {
  std::vector<std::string_view> names;
  for (const x86_64::Step& step : steps) names.push_back(step.name);
  return fmt::format("'{}'", fmt::join(names, "', '"));
}

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

class StepBlame {
 public:
  StepBlame(const reports::FindingFile& finding, const Scheme& guilty, Blame& blame)
      : finding_(finding), scheme_(guilty), blame_(blame), oracles_(finding.record.oracles) {
    // A scheme in between has a frame of its own; what bounds it is not worked out. Nor does it count as its
    // base does.
    if (!finding.record.verdict.starts_with(name(Property::stack))) oracles_.remove(OracleId::machine_stack);
    oracles_.remove(OracleId::prediction);
  }

  void run() {
    if (judge(scheme_, *scheme_.identity.profile, finding_.scenario).outcome == Outcome::agree) {
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
    for (const Scheme& donor : x86_64::schemes()) {
      if (&donor != &scheme_ && donor.identity.meant_sound == sound) found.push_back(&donor);
    }
    std::ranges::sort(found, {}, [&](const Scheme* donor) { return to(*donor).size(); });
    return found;
  }

  Differences to(const Scheme& donor) const { return jit::differences(scheme_, donor, x86_64::same_step); }

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
    if (agrees_with(donor, chosen, finding_.scenario) && mends_others(donor, chosen)) accuse(donor, chosen);
  }

  /// A step may hide one scenario's fault by chance, and another scenario may have a second fault: of
  /// neighbours that break in the same way, at least three in four have to agree too. What was right has to
  /// stay so.
  bool mends_others(const Scheme& donor, const Differences& chosen) {
    if (!others_) others_ = other_scenarios();
    return most_agree(donor, chosen, others_->broken) && most_agree(donor, chosen, others_->right);
  }

  bool most_agree(const Scheme& donor, const Differences& chosen, const std::vector<bpf::Scenario>& scenarios) {
    std::size_t agreed = 0;
    for (const bpf::Scenario& scenario : scenarios) agreed += agrees_with(donor, chosen, scenario) ? 1U : 0U;
    return 4 * agreed >= 3 * scenarios.size();
  }

  struct Others {
    std::vector<bpf::Scenario> broken;  // the finding's after a few mutations, broken in the same way
    std::vector<bpf::Scenario> right;   // drawn, and right under the guilty scheme
  };
  Others other_scenarios() {
    Others found;
    Jury jury = jury_of(scheme_, *scheme_.identity.profile);
    for (std::uint64_t n = 0; n < most_drawn && found.broken.size() < most_others; ++n) {
      gen::ByteSource source(n);
      bpf::Scenario near = finding_.scenario;
      for (std::uint32_t times = source.between(1, 3); times > 0; --times)
        gen::mutate(source, gen::Budget{}, near);
      const Verdict verdict = jury.judge(near);
      if (verdict.broken() && reports::verdict_word(verdict) == finding_.record.verdict)
        found.broken.push_back(std::move(near));
    }
    for (std::uint64_t n = 0; n < most_drawn && found.right.size() < 2 * most_others; ++n) {
      gen::ByteSource source(n);
      bpf::Scenario drawn = gen::generate(source, gen::Budget{});
      if (jury.judge(drawn).outcome == Outcome::agree) found.right.push_back(std::move(drawn));
    }
    return found;
  }

  /// All differences to a sound scheme, less one after the other that is not needed.
  void drop_from_all(const Scheme& donor) {
    Differences chosen = to(donor);
    if (!agrees_with(donor, chosen, finding_.scenario) || !mends_others(donor, chosen)) return;
    for (std::size_t i = chosen.size(); i-- > 0 && chosen.size() > 1;) {
      Differences fewer = chosen;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (agrees_with(donor, fewer, finding_.scenario) && mends_others(donor, fewer)) chosen = std::move(fewer);
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

  /// Under one of the two profiles: a known difference between them is no finding.
  bool agrees_with(const Scheme& donor, const Differences& chosen, const bpf::Scenario& scenario) {
    if (chosen.empty()) return false;
    const Scheme mixed = jit::with_differences(scheme_, donor, std::span<const Difference>(chosen));
    const auto agrees = [&](const bpf::Profile* profile) {
      return judge(mixed, *profile, scenario).outcome == Outcome::agree;
    };
    if (agrees(scheme_.identity.profile)) return true;
    return donor.identity.profile != scheme_.identity.profile && agrees(donor.identity.profile);
  }

  Verdict judge(const Scheme& scheme, const bpf::Profile& profile, const bpf::Scenario& scenario) {
    ++blame_.tried;
    return jury_of(scheme, profile).judge(scenario);
  }

  Jury jury_of(Scheme scheme, const bpf::Profile& profile) const {
    scheme.identity.profile = &profile;
    const auto kept = std::make_shared<Scheme>(std::move(scheme));
    return Jury(
        [this, kept, &profile]() -> std::expected<Judge, std::string> {
          std::vector<std::unique_ptr<engine::Engine>> engines;
          engines.push_back(engine::make_interpreter(profile));
          engines.push_back(engine::make_x86_64(
              {.scheme = kept.get(), .options = {}, .time_limit = std::chrono::milliseconds(250)}));
          Judge judge(std::move(engines), oracles_);
          judge.sampled(is_sampled(finding_.record.verdict));
          return judge;
        },
        {.fresh = false, .expectations = true});
  }

  const reports::FindingFile& finding_;
  const Scheme& scheme_;
  Blame& blame_;
  OracleSet oracles_;
  std::optional<Others> others_;
};

}  // namespace

void blame_steps(const reports::FindingFile& finding, Blame& blame) {
  const Scheme* const scheme = x86_64::find_scheme(finding.record.scheme);
  if (scheme == nullptr) blame.why_not = "there is no scheme " + finding.record.scheme;
  else StepBlame(finding, *scheme, blame).run();
}

}  // namespace tailbound::fuzz
