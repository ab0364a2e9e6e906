// Programs of random instructions whose every effect lands in the given context, which the engines then
// compare.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/text.hpp"
#include "oracles/observation.hpp"
#include "tests/insns/step.hpp"

namespace tailbound::insns {

/// What a step leaves behind, in words of the context.
struct Area {
  static constexpr std::uint32_t words = 5;  // two of memory; dst, src, r0 or where a jump led
  static constexpr std::uint32_t memory = 0, dst = 16, src = 24, other = 32;
};

/// Writes the instructions of a program. `at` is the address of a step's area.
class StepWriter {
 public:
  explicit StepWriter(std::vector<Insn>& code) : code_(code) {}

  void start(Draw& draw) {
    for (std::uint8_t r = 0; r < 10; ++r) value(r, draw.edgy());
  }

  /// Where r10 is read as a value, once with r10 and once with a copy: the difference of what the two leave
  /// behind.
  void step(const Step& step, std::uint64_t at, std::uint64_t spare) {
    if (!reads_frame_pointer(step)) return one(step, at, none);
    one(step, at, none);
    const std::uint8_t copy = free_register({step.insn.dst, step.insn.src, 0});
    Step twin = step;
    if (reads_src(step.row->form) && step.insn.src == 10) twin.insn.src = copy;
    if (is_jump(step.row->form) && step.insn.dst == 10) twin.insn.dst = copy;
    one(twin, spare, copy);
    subtract(at, spare);
    // The registers still hold what came from r10.
    for (std::uint8_t r = 0; r < 10; ++r) code_.push_back(bpf::build::mov(reg(r), 0));
  }

  /// All ten registers go to the context, then the program ends.
  void finish(std::uint64_t at) {
    put(10, -8, 1);
    value(1, at);
    for (std::uint8_t r = 0; r < 10; ++r) {
      if (r != 1) put(1, static_cast<std::int16_t>(8 * r), r);
    }
    get(0, 10, -8);
    put(1, 8, 0);
    end();
  }
  void end() {
    value(0, 0);
    code_.push_back(bpf::build::exit());
  }

 private:
  static constexpr std::uint8_t none = 11;

  static bpf::Reg reg(std::uint8_t r) { return static_cast<bpf::Reg>(r); }
  static std::uint8_t free_register(std::initializer_list<std::uint8_t> taken) {
    std::uint8_t r = 9;
    while (std::ranges::find(taken, r) != taken.end()) --r;
    return r;
  }
  void value(std::uint8_t r, std::uint64_t word) {
    code_.push_back(bpf::build::imm64_low(reg(r), bpf::Imm64Kind::value, static_cast<std::int32_t>(word)));
    code_.push_back(bpf::build::imm64_high(static_cast<std::int32_t>(word >> 32)));
  }
  void put(std::uint8_t base, std::int16_t off, std::uint8_t r, bpf::Width width = bpf::Width::b8) {
    code_.push_back(bpf::build::store(width, reg(base), off, reg(r)));
  }
  void get(std::uint8_t r, std::uint8_t base, std::int16_t off, bpf::Width width = bpf::Width::b8) {
    code_.push_back(bpf::build::load(width, reg(r), reg(base), off));
  }

  /// `copy` (a register, or none) is made to hold r10.
  void one(const Step& step, std::uint64_t at, std::uint8_t copy) {
    const Form form = step.row->form;
    const std::uint8_t scratch = free_register({step.insn.dst, step.insn.src, 0, copy});
    const std::uint8_t pointer = free_register({step.insn.dst, step.insn.src, 0, copy, scratch});
    if (accesses_memory(form)) remember(step, at, scratch, pointer);
    operands(step, at, copy);
    if (is_jump(form)) jump(step, scratch);
    else place(step);
    value(pointer, at);
    if (step.insn.dst != copy) keep(step.insn.dst, pointer, Area::dst);
    if (step.insn.src != copy) keep(step.insn.src, pointer, Area::src);
    keep(is_jump(form) ? scratch : 0, pointer, Area::other);
    if (accesses_memory(form) && base_of(step) == 10 && step.bad_address == 0) {
      get(scratch, 10, step.insn.off, bpf::width_of(step.insn));
      put(pointer, Area::memory, scratch);
    }
  }

  /// r10 itself is another number on every engine; its twin is kept in place of it.
  void keep(std::uint8_t r, std::uint8_t pointer, std::int16_t off) {
    if (r < 10) put(pointer, off, r);
  }

  /// Fills the place that the step will access.
  void remember(const Step& step, std::uint64_t at, std::uint8_t scratch, std::uint8_t pointer) {
    value(scratch, step.memory_is_base && base_of(step) != 10 ? base_value(step, at) : step.memory);
    value(pointer, at);
    put(pointer, Area::memory, scratch);
    put(pointer, Area::memory + 8, scratch);
    if (base_of(step) == 10) {
      put(10, step.insn.off, scratch, bpf::width_of(step.insn));
    } else {
      put(pointer, static_cast<std::int16_t>(step.place), scratch, bpf::width_of(step.insn));
    }
  }

  void operands(const Step& step, std::uint64_t at, std::uint8_t copy) {
    value(0, step.r0);
    if (step.insn.src < 10) value(step.insn.src, step.src);
    if (step.insn.dst < 10) value(step.insn.dst, step.dst);
    if (copy != none) code_.push_back(bpf::build::mov(reg(copy), bpf::Reg::r10));
    if (!accesses_memory(step.row->form) || base_of(step) == 10) return;
    value(base_of(step), base_value(step, at));
  }
  static std::uint64_t base_value(const Step& step, std::uint64_t at) {
    const std::uint64_t target = step.bad_address != 0 ? step.bad_address : at + step.place;
    return target - static_cast<std::uint64_t>(std::int64_t{step.insn.off});
  }

  void place(const Step& step) {
    code_.push_back(step.insn);
    if (bpf::is_two_slot(step.insn)) code_.push_back(bpf::build::imm64_high(step.second));
  }

  void aim(Insn insn, std::int32_t distance) {
    if (insn.opcode == bpf::opcode::ja32) insn.imm = distance;
    else insn.off = static_cast<std::int16_t>(distance);
    code_.push_back(insn);
  }
  void filler(std::uint8_t r, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) code_.push_back(bpf::build::alu(bpf::AluOp::add, reg(r), 3));
  }

  /// `mark` shows which way it went.
  void jump(const Step& step, std::uint8_t mark) {
    code_.push_back(bpf::build::mov(reg(mark), 0));
    const auto n = static_cast<std::int32_t>(step.distance);
    if (!step.backward) {
      aim(step.insn, n);
      filler(mark, step.distance);
      code_.push_back(bpf::build::alu(bpf::AluOp::add, reg(mark), 1000));
      return;
    }
    // over the landing place, then back to it
    code_.push_back(bpf::build::go_to(static_cast<std::int16_t>(n + 2)));
    code_.push_back(bpf::build::alu(bpf::AluOp::add, reg(mark), 2000));
    filler(mark, step.distance);
    code_.push_back(bpf::build::go_to(2));
    aim(step.insn, -(n + 3));
    code_.push_back(bpf::build::alu(bpf::AluOp::add, reg(mark), 4000));
  }

  /// area(at) ^= area(spare); area(spare) = 0
  void subtract(std::uint64_t at, std::uint64_t spare) {
    value(1, at);
    value(2, spare);
    for (std::int16_t off = 0; off < std::int16_t{8 * Area::words}; off = static_cast<std::int16_t>(off + 8)) {
      get(3, 1, off);
      get(4, 2, off);
      code_.push_back(bpf::build::alu(bpf::AluOp::bit_xor, bpf::Reg::r3, bpf::Reg::r4));
      put(1, off, 3);
      code_.push_back(bpf::build::store(bpf::Width::b8, bpf::Reg::r2, off, 0));
    }
  }

  std::vector<Insn>& code_;
};

/// A scenario of one program of some steps; made again and again in the same buffers.
class StepProgram {
 public:
  StepProgram() {
    lowered.fuel = 100;
    lowered.ledger = {.functions = 1, .sites = 0};
    bpf::LoweredMap ledger;
    ledger.name = "ledger";
    ledger.value_size = lowered.ledger.words() * 8;
    ledger.words.resize(lowered.ledger.words());
    lowered.maps = {ledger};
    lowered.first_array_map = lowered.first_prog_array = 1;
    lowered.programs.resize(1);
    lowered.events = {bpf::Run{0, {}}};
    lowered.context = bpf::GivenContext{.bytes = {}, .writable = true, .packet = std::nullopt};
  }

  void make(Draw& draw, std::uint32_t count, bool bad_end) {
    steps.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      steps.push_back(bad_end && i + 1 == count ? draw_bad_step(draw) : draw_step(draw));
    }
    write(draw);
  }
  void make(Draw& draw, const Step& only) {
    steps = {only};
    write(draw);
  }

  bpf::Lowered lowered;
  std::vector<Step> steps;

 private:
  void write(Draw& draw) {
    code_.clear();
    StepWriter writer(code_);
    writer.start(draw);
    const auto count = static_cast<std::uint32_t>(steps.size());
    for (std::uint32_t i = 0; i < count; ++i) writer.step(steps[i], area(i), area(count));
    writer.finish(area(count + 1));
    lowered.context->bytes.assign(std::size_t{8} * (Area::words * (count + 1) + 10), 0);
    auto made = bpf::from_insns(code_);
    if (!made) {
      std::fprintf(stderr, "a program of steps is no program: %s\n", made.error().text().c_str());
      std::abort();
    }
    lowered.programs[0] = std::move(*made);
  }
  static std::uint64_t area(std::uint32_t i) {
    return bpf::given_context_address + std::uint64_t{8} * Area::words * i;
  }

  std::vector<Insn> code_;
};

inline std::string hex(std::uint64_t word) {
  char text[19];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(word));
  return text;
}

inline std::string describe(const Step& step) {
  const Insn second = bpf::build::imm64_high(step.second);
  return bpf::to_text(step.insn, &second) + " (" + std::string(step.row->mnemonic) + ") with dst " +
         hex(step.dst) + ", src " + hex(step.src) + ", r0 " + hex(step.r0) + ", memory " + hex(step.memory) +
         (step.bad_address != 0 ? ", bad address " + hex(step.bad_address) : "") +
         (step.backward ? ", backward" : "") + ", over " + std::to_string(step.distance);
}

/// The first thing in which two engines differ, as text; empty: nothing.
inline std::string difference(const StepProgram& program, const RunObservation& want,
                              const RunObservation& got) {
  if (want.context != got.context) {
    for (std::size_t at = 0; at + 8 <= want.context.size(); at += 8) {
      std::uint64_t one, other;
      std::memcpy(&one, &want.context[at], 8);
      std::memcpy(&other, &got.context[at], 8);
      if (one == other) continue;
      const std::size_t step = at / 8 / Area::words;
      const std::string where =
          step < program.steps.size() ? describe(program.steps[step]) : "registers at the end";
      return where + ": word " + std::to_string(at / 8 % Area::words) + " is " + hex(other) + ", expected " +
             hex(one);
    }
  }
  if (want.status != got.status || want.return_value != got.return_value) {
    return "ended " + std::string(name(got.status)) + " with " + hex(got.return_value) + ", expected " +
           std::string(name(want.status)) + " with " + hex(want.return_value) + " after " +
           describe(program.steps.back());
  }
  const bool balanced = got.status != RunStatus::finished || got.frame == FrameState{};
  return balanced ? "" : "the frame is not balanced after " + describe(program.steps.back());
}

}  // namespace tailbound::insns
