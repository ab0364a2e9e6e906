#include "oracles/engine/kernel/refused_programs.hpp"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <utility>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/limits.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"
#include "oracles/engine/kernel/spin_lock_job.hpp"

namespace tailbound::engine::kernel {

namespace {

using bpf::Scenario;
using Stage = Refusal::Stage;

bpf::Statement calls(std::uint16_t function) { return {bpf::Evaluate{{bpf::CallValue{function}, {}}}}; }
bpf::Statement returns() { return {bpf::Return{{bpf::Constant{0}, {}}}}; }

/// One program of so many functions of this stack, each called by the one before it, and one run.
Scenario chain(std::size_t functions, std::uint16_t stack) {
  Scenario s;
  s.arrays = {{"a", 1, {}}};
  bpf::Program& program = s.programs.emplace_back();
  for (std::size_t f = 0; f < functions; ++f) {
    bpf::Function& function = program.functions.emplace_back();
    function.name = f == 0 ? "p" : "f" + std::to_string(f);
    function.stack = stack;
    if (f + 1 < functions) function.body.push_back(calls(static_cast<std::uint16_t>(f + 1)));
    function.body.push_back(returns());
  }
  s.events = {bpf::Run{0, {}}};
  return s;
}

void before_return(Scenario& s, std::size_t function, bpf::Statement statement) {
  bpf::Block& body = s.programs[0].functions[function].body;
  body.insert(body.end() - 1, std::move(statement));
}

/// Main calls as many as one body may, each of which calls nothing; the last calls the rest.
Scenario too_many_functions() {
  const std::size_t functions = bpf::default_limits().functions + 1;
  Scenario s = chain(1, 0);
  for (std::size_t f = 1; f < functions; ++f)
    s.programs[0].functions.push_back({"f" + std::to_string(f), 0, 0, {returns()}});
  const std::size_t of_main = bpf::cap::statements - 1;
  for (std::size_t f = 1; f < functions; ++f)
    before_return(s, f <= of_main ? 0 : of_main, calls(static_cast<std::uint16_t>(f)));
  return s;
}
Scenario nine_frames() { return chain(bpf::default_limits().frames + 1, 0); }
Scenario deep_stack() { return chain(1, bpf::max_stack + 8); }
Scenario deep_chain() {
  Scenario s = chain(2, 256);
  s.programs[0].functions[1].stack = 264;
  return s;
}
Scenario deep_tail_call() {
  Scenario s = chain(2, 256);
  s.programs[0].functions[1].stack = 0;
  before_return(s, 1, {bpf::TailCall{0, {bpf::Constant{0}, {}}}});
  return s;
}
Scenario called_main() {
  Scenario s = chain(2, 0);
  before_return(s, 1, calls(0));
  return s;
}
Scenario recursion() {
  Scenario s = chain(3, 0);
  before_return(s, 2, calls(1));
  return s;
}

template <Scenario (*make)()>
Request request_of() {
  Request request{.btf = {function_btf().bytes}, .jobs = std::vector<Job>(1)};
  fill_job(bpf::lower(make()), {.events = false}, request.jobs[0]);
  return request;
}

template <Scenario (*make)()>
std::string own_words_of(std::string_view limits) {
  Scenario scenario = make();
  scenario.limits = limits;
  const auto violation = bpf::check_scenario(scenario);
  return violation ? violation->message : std::string();
}

/// An array that has a tc program, and then gets one for xdp.
Request mixed_types() {
  Scenario s = chain(1, 0);
  s.programs.push_back({{{"q", 0, 0, {returns()}}}});
  s.arrays = {{"a", 2, {{0, 0}, {1, 1}}}};
  Request request{.btf = {function_btf().bytes}, .jobs = std::vector<Job>(1)};
  fill_job(bpf::lower(s), {.events = false}, request.jobs[0]);
  request.jobs[0].programs[1].type = program_type(bpf::ProgType::xdp);
  return request;
}

/// What no scenario has: its text is refused.
std::string fault_of_text(const char* text) {
  const auto scenario = bpf::parse_graph(text);
  if (!scenario) return scenario.error().text();
  const auto violation = bpf::check_scenario(*scenario);
  return violation ? violation->message : std::string();
}
std::string own_mixed_types(std::string_view) {
  return fault_of_text("type tc\nprogram p { return 0 }\ntype xdp\nprogram q { return 0 }\nrun p\n");
}
std::string own_spin_lock(std::string_view) {
  return fault_of_text("program p { asm { call 93 } return 0 }\nrun p\n");
}

constexpr Wording many[] = {{5, 10, "too many subprograms"}};
constexpr Wording frames[] = {{5, 10, "the call stack of 9 frames is too deep"}};
constexpr Wording stack[] = {{5, 10, "invalid write to stack R10 off=-520"}};
constexpr Wording stack_of_chain[] = {{5, 10, "combined stack size of 2 calls is 544"},
                                      {6, 12, "combined stack size of 2 calls is 528"}};
constexpr Wording tail_call[] = {
    {5, 10, "tail_calls are not allowed when call stack of previous frames is 256 bytes"}};
constexpr Wording main_called[] = {{5, 10, "back-edge"}, {6, 12, "the call stack of 9 frames is too deep"}};
constexpr Wording recursive[] = {{5, 10, "back-edge"}, {6, 12, "the call stack of 9 frames is too deep"}};
constexpr Wording lock[] = {{5, 10, "function calls are not allowed while holding a lock"}};
constexpr Wording mixed[] = {{5, 10, ""}};

constexpr RefusedProgram table[] = {
    {"257-functions", "one function more than a program may have", request_of<too_many_functions>,
     own_words_of<too_many_functions>, "257 functions", Stage::program, many},
    {"9-frames", "one call deeper than eight frames", request_of<nine_frames>, own_words_of<nine_frames>,
     "is frame 9 of a call chain", Stage::program, frames},
    {"520-bytes", "a frame of more than 512 bytes", request_of<deep_stack>, own_words_of<deep_stack>,
     "has 520 bytes of stack", Stage::program, stack},
    {"520-bytes-of-two", "two frames of more than 512 bytes together", request_of<deep_chain>,
     own_words_of<deep_chain>, "bytes of stack, at most 512 are allowed", Stage::program, stack_of_chain},
    {"256-before-tail-call", "a subprogram that tail-calls below 256 bytes", request_of<deep_tail_call>,
     own_words_of<deep_tail_call>, "tail-calls below 256 bytes of callers' stack", Stage::program, tail_call},
    {"main-called", "a subprogram that calls its main", request_of<called_main>, own_words_of<called_main>,
     "calls its main function", Stage::program, main_called},
    {"recursion", "two subprograms that call each other", request_of<recursion>, own_words_of<recursion>,
     "calls itself, perhaps through others", Stage::program, recursive},
    {"tail-call-under-lock", "a tail call while a spin lock is held; no scenario can hold one",
     spin_lock_request, own_spin_lock, "call", Stage::program, lock},
    {"mixed-types", "a prog_array with programs of two types; a scenario has one", mixed_types, own_mixed_types,
     "type", Stage::slot, mixed},
};

}  // namespace

std::span<const RefusedProgram> refused_programs() { return table; }

const Wording* RefusedProgram::wording(std::uint32_t major, std::uint32_t minor) const {
  const Wording* found = nullptr;
  for (const Wording& each : wordings) {
    if (std::pair(each.major, each.minor) <= std::pair(major, minor)) found = &each;
  }
  return found;
}

std::string refusal_fault(const RefusedProgram& row, const Answer& answer, std::uint32_t major,
                          std::uint32_t minor) {
  const Refusal& refusal = answer.refusal;
  if (!answer.refused()) return fmt::format("{}: the kernel takes it", row.name);
  if (refusal.stage != row.stage) {
    return fmt::format("{}: refused at {} {}, expected at {}", row.name, name(refusal.stage), refusal.position,
                       name(row.stage));
  }
  const Wording* const expected = row.wording(major, minor);
  if (expected == nullptr || refusal.log.contains(expected->fragment)) return {};
  return fmt::format("{}: the verifier does not say '{}'; the end of its log:\n{}", row.name,
                     expected->fragment, refusal.log);
}

}  // namespace tailbound::engine::kernel
