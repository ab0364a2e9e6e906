#include "fuzz/campaign/worker.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>

namespace tailbound::fuzz {

namespace {

/// Of `runs` scenarios that workers take in turn.
std::uint64_t share_of(const CampaignOptions& options, std::uint32_t index) {
  if (options.runs == 0) return std::numeric_limits<std::uint64_t>::max();
  return options.runs / options.jobs + (index < options.runs % options.jobs ? 1 : 0);
}

std::uint64_t class_of(const Verdict& verdict) {
  return std::hash<std::string>{}(std::string(name(verdict.property)) + " " + verdict.kind);
}

}  // namespace

Worker::Worker(const CampaignOptions& options, std::uint32_t index, const Shared& shared, Judge judge)
    : options_(options),
      index_(index),
      share_(share_of(options, index)),
      common_(shared.common()),
      page_(shared.worker(index)),
      judge_(std::move(judge)),
      emulated_turns_(options.emulated_every),
      has_emulated_(std::ranges::any_of(judge_.engines(), [](const auto& e) { return e->identity().emulated; })),
      images_before_(page_.encoding_checked) {
  judge_.count_into(page_.oracles);
  common_.started = true;
}

bool Worker::done() const {
  return common_.stop.load(std::memory_order_relaxed) || started() >= share_;
}

Judgement Worker::judge(const bpf::Scenario& scenario) {
  // Numbered as if the workers took turns, so that the sample is the same whatever their number.
  const std::uint64_t number = index_ + started() * options_.jobs;
  add(page_.started_scenarios, 1);
  judge_.sampled(options_.sample != 0 && number % options_.sample == 0);
  judge_.cross_check(number % options_.cross_check == 0);
  judge_.ask_emulated(ask_emulated(number));
  Judgement judgement = judge_.judge(scenario);
  report(judgement);
  if (judgement.verdict.broken()) hand_on(judgement.verdict);
  return judgement;
}

/// The clock is read only where somebody's time is counted.
bool Worker::ask_emulated(std::uint64_t number) {
  if (!has_emulated_) return false;
  return emulated_turns_.take(number, std::chrono::steady_clock::now() - start_, judge_.emulated_time());
}

void Worker::report(const Judgement& judgement) {
  add(page_.tail_calls, judgement.forecast.tail_calls);
  add(page_.out_of_range, judgement.forecast.out_of_range);
  add(page_.at_limit, judgement.forecast.at_limit);
  add(page_.empty, judgement.forecast.empty);
  add(page_.out_of_fuel, judgement.forecast.out_of_fuel);
  for (std::size_t e = 0; e < judge_.engines().size(); ++e) {
    if (!judge_.asked(e)) {
      add(page_.spared[e], 1);
      continue;
    }
    const std::string& why = judge_.observed(e).unavailable;
    if (!why.empty()) page_.reasons[e].add(why);
    add(why.empty() ? page_.ran[e] : page_.unavailable[e], 1);
  }
  page_.encoding_checked.store(images_before_ + judge_.images_checked(), std::memory_order_relaxed);
  if (!judgement.judged) return;
  add(page_.scenarios, 1);
  const auto bits = rows_of(judge_, judgement);
  for (std::size_t t = 0; t < tables; ++t) {
    for (std::size_t row = 0; row < most_rows; ++row) {
      if ((bits[t] >> row & 1U) != 0) add(page_.histogram[t][row], 1);
    }
  }
}

void Worker::hand_on(const Verdict& verdict) {
  add(page_.broken, 1);
  const std::uint64_t found_class = class_of(verdict);
  if (!page_.found && !common_.known.often(found_class)) {
    page_.finding.copy(page_.under_way);
    page_.found_class = found_class;
    page_.found = true;
  }
  if (!options_.keep_going) common_.stop = true;
}

bool Worker::shows_new(std::span<const volatile std::uint8_t, features::counters> counters) {
  const std::uint32_t fresh = common_.lit.add(counters);
  if (fresh == 0) return false;
  common_.features.fetch_add(fresh);
  common_.kept.fetch_add(1);
  return true;
}

void Worker::corpus_trouble(std::string_view why) {
  if (page_.corpus_trouble[0] == '\0') why.copy(page_.corpus_trouble.data(), page_.corpus_trouble.size() - 1);
}

}  // namespace tailbound::fuzz
