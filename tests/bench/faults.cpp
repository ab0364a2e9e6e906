#include "tests/bench/faults.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <expected>
#include <string>
#include <thread>

#include "tests/bench/fault_rows.hpp"
#include "tests/planted/search.hpp"

namespace tailbound::bench {

namespace {

using planted::Fault;

/// Nothing is to be seen of an equivalent fault; so many scenarios of each seed are to confirm it.
constexpr std::uint64_t equivalent_scenarios = 3000;

struct Options {
  std::uint32_t seeds = 20;
  double seconds = 60;
  std::vector<const Fault*> only;
  bool json = false;
};
template <class T>
using Expected = std::expected<T, std::string>;

template <class Number>
Expected<Number> number(std::string_view option, std::string_view text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
  return std::unexpected(fmt::format("{} '{}'; expected a number from {} to {}", option, text, least, most));
}

Expected<std::vector<const Fault*>> faults_by_name(std::string_view names) {
  std::vector<const Fault*> found;
  for (std::size_t end = 0; end != std::string_view::npos;
       names.remove_prefix(end == std::string_view::npos ? 0 : end + 1)) {
    end = names.find(',');
    const std::string_view name = names.substr(0, end);
    const auto at = std::ranges::find(planted::all(), name, &Fault::name);
    if (at == planted::all().end()) {
      return std::unexpected(fmt::format("unknown fault '{}'; expected a name that --faults prints", name));
    }
    found.push_back(&*at);
  }
  return found;
}

Expected<Options> parse(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    if (option == "--json") {
      options.json = true;
      continue;
    }
    if (option != "--seeds" && option != "--seconds" && option != "--only") {
      return std::unexpected(
          fmt::format("unknown option '{}'; expected --seeds, --seconds, --only or --json", option));
    }
    if (++i == arguments.size()) return std::unexpected(fmt::format("{} without its value", option));
    const std::string_view value = arguments[i];
    if (option == "--seeds") {
      if (const auto seeds = number<std::uint32_t>(option, value, 1, 1000)) options.seeds = *seeds;
      else return std::unexpected(seeds.error());
    } else if (option == "--seconds") {
      if (const auto seconds = number<double>(option, value, 0.001, 86400)) options.seconds = *seconds;
      else return std::unexpected(seconds.error());
    } else {
      auto only = faults_by_name(value);
      if (!only) return std::unexpected(only.error());
      options.only = std::move(*only);
    }
  }
  if (options.only.empty()) {
    for (const Fault& fault : planted::all()) options.only.push_back(&fault);
  }
  return options;
}

std::vector<planted::Search> searches(const Options& options) {
  std::vector<planted::Search> all;
  for (const Fault* fault : options.only) {
    for (std::uint32_t seed = 1; seed <= options.seeds; ++seed) {
      all.push_back({.fault = fault,
                     .seed = seed,
                     .scenarios = fault->equivalent.empty() ? UINT64_MAX : equivalent_scenarios,
                     .seconds = options.seconds,
                     .wanted = {},
                     .compare = true});
    }
  }
  return all;
}

/// A line on standard error once it takes more than a second: over itself on a terminal, else every ten
/// seconds.
class Progress {
 public:
  explicit Progress(std::size_t searches) : searches_(searches) {}

  void operator()(std::size_t ended) {
    const double now = std::chrono::duration<double>(Clock::now() - start_).count();
    if (ended == searches_ && shown_ && terminal_) fmt::print(stderr, "\r\033[K");
    if (now < next_ || ended == searches_) return;
    next_ = now + (terminal_ ? 0.2 : 10);
    shown_ = true;
    fmt::print(stderr, "{}{} of {} searches, {:.0f} s{}", terminal_ ? "\r" : "", ended, searches_, now,
               terminal_ ? "\033[K" : "\n");
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::size_t searches_;
  Clock::time_point start_ = Clock::now();
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  double next_ = 1;
  bool shown_ = false;
};

int run(const Options& options) {
  const std::vector<planted::Search> all = searches(options);
  Progress progress(all.size());
  const auto found = planted::run(all, std::max(1U, std::thread::hardware_concurrency()),
                                  [&](std::size_t ended) { progress(ended); });
  std::vector<FaultRow> rows;
  for (std::size_t i = 0; i < options.only.size(); ++i) {
    rows.push_back(summarise(*options.only[i], std::span(found).subspan(i * options.seeds, options.seeds)));
  }
  const FaultTotals totals = total(rows);
  const auto print = options.json ? json : text;
  fmt::print("{}", print(rows, totals, options.seeds, options.seconds));
  return totals.enough() ? 0 : 1;
}

}  // namespace

int faults(std::span<char* const> arguments) {
  const auto options = parse(arguments);
  if (!options) {
    fmt::print(stderr, "tailbound bench --faults: {}\n", options.error());
    return 2;
  }
  try {
    return run(*options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "tailbound bench --faults: {}\n", error.what());
    return 3;
  }
}

}  // namespace tailbound::bench
