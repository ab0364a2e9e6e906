#include "tests/bench/insns.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "jit/x86_64/compiler.hpp"
#include "oracles/engine/x86_64/engine.hpp"
#include "tests/bench/failure.hpp"
#include "tests/insns/step_program.hpp"

namespace tailbound::bench {

namespace {

constexpr std::uint64_t ten_million = 10'000'000;

const x86_64::Scheme& scheme() { return *x86_64::find_scheme("pointer"); }

/// Ten million executions of random instructions, interpreter against x86_64.
void insn_agreement(benchmark::State& state) {
  const auto interpreter = engine::make_interpreter(*scheme().identity.profile);
  const auto native = engine::make_x86_64({.scheme = &scheme(), .options = {}});
  insns::StepProgram program;
  std::uint64_t executed = 0, faults = 0;
  for (auto _ : state) {
    insns::Draw draw(1);
    executed = faults = 0;
    while (executed < ten_million) {
      program.make(draw, 16, draw.one_in(16));
      const RunObservation& want = interpreter->run_one(program.lowered).runs.at(0);
      const Observation& got = native->run_one(program.lowered);
      const std::string text =
          got.unavailable.empty() ? insns::difference(program, want, got.runs.at(0)) : got.unavailable;
      if (!text.empty()) return fail(state, text);
      executed += program.steps.size();
      faults += want.status == RunStatus::fault ? 1 : 0;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(executed));
  state.counters["executed"] = static_cast<double>(executed);
  state.counters["faults"] = static_cast<double>(faults);
}

/// Bytes at all, instructions with any operands, instructions with any operands but one bit flipped.
std::vector<std::byte> random_bytes(insns::Draw& draw) {
  std::vector<bpf::Insn> slots(1 + draw.below(12));
  const std::uint32_t kind = draw.below(4);
  for (bpf::Insn& slot : slots) {
    slot = bpf::from_word(draw.word());
    if (kind == 0) continue;
    const bpf::InsnRow& row = draw.of(bpf::insn_table());
    slot = {.opcode = row.opcode,
            .dst = static_cast<std::uint8_t>(draw.below(10)),
            .src = row.src,
            .off = row.off,
            .imm = row.imm};
    if (row.form == bpf::Form::alu_reg || row.form == bpf::Form::jump_reg) slot.src = slot.dst;
    if (insns::is_jump(row.form)) {
      if (row.form != bpf::Form::jump_always32)
        slot.off = static_cast<std::int16_t>(static_cast<std::int32_t>(draw.below(6)) - 2);
      if (row.form == bpf::Form::jump_always || row.form == bpf::Form::jump_always32) slot.dst = 0;
    }
    if (row.form == bpf::Form::call_helper) slot = bpf::build::call_helper(draw.one_in(2) ? 12 : 7);
    if (row.form == bpf::Form::call_local)
      slot = bpf::build::call_local(static_cast<std::int32_t>(draw.below(4)));
    if (row.form == bpf::Form::exit) slot = bpf::build::exit();
  }
  if (kind > 1) slots.back() = bpf::build::exit();
  if (kind == 3) {
    bpf::Insn& slot = slots[draw.below(static_cast<std::uint32_t>(slots.size()))];
    slot = bpf::from_word(bpf::to_word(slot) ^ std::uint64_t{1} << draw.below(64));
  }
  return bpf::encode(slots);
}

/// Ten million random byte programs through decode and compile.
void random_bytes_compile(benchmark::State& state) {
  x86_64::Compiler compiler;
  jit::Image image;
  std::vector<bpf::LoweredMap> maps(2);
  maps[1].kind = bpf::LoweredMap::Kind::prog_array;
  std::uint64_t compiled = 0, not_compiled = 0;
  for (auto _ : state) {
    insns::Draw draw(1);
    compiled = not_compiled = 0;
    for (std::uint64_t n = 0; n < ten_million; ++n) {
      const auto slots = bpf::decode(random_bytes(draw));
      const auto program = bpf::from_insns(*slots, maps);
      if (!program) continue;
      if (compiler.compile(*program, scheme(), {}, image)) ++compiled;
      else ++not_compiled;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(ten_million));
  state.counters["compiled"] = static_cast<double>(compiled);
  state.counters["refused_by_checks"] = static_cast<double>(ten_million - compiled - not_compiled);
  state.counters["refused_by_x86_64"] = static_cast<double>(not_compiled);
}

}  // namespace

void register_insns(std::string_view filter) {
  const auto add = [&](const char* name, void (*run)(benchmark::State&)) {
    if (filter.find(name) == std::string_view::npos) return;
    benchmark::RegisterBenchmark(name, run)->Iterations(1)->Repetitions(1)->Unit(benchmark::kSecond);
  };
  add("insn_agreement", insn_agreement);
  add("random_bytes_compile", random_bytes_compile);
}

}  // namespace tailbound::bench
