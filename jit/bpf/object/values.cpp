#include "jit/bpf/object/values.hpp"

#include <algorithm>
#include <limits>

#include "jit/bpf/check_bytecode.hpp"
#include "jit/bpf/object/helpers.hpp"

namespace tailbound::bpf::object {

namespace {

constexpr Value unknown{Value::Kind::unknown, 0};
constexpr std::uint8_t frame_pointer = 10;

bool in_frame(const Value& value) {
  return value.kind == Value::Kind::frame || value.kind == Value::Kind::any_frame;
}

/// What is known when either may be.
Value join(const Value& a, const Value& b) {
  if (a.kind == Value::Kind::unreached || a == b) return b;
  if (b.kind == Value::Kind::unreached) return a;
  return in_frame(a) || in_frame(b) ? Value{Value::Kind::any_frame, 0} : unknown;
}

Value add(const Value& value, std::int64_t number) {
  if (value.kind == Value::Kind::constant) {
    return {value.kind, static_cast<std::int64_t>(static_cast<std::uint64_t>(value.number) +
                                                  static_cast<std::uint64_t>(number))};
  }
  if (value.kind != Value::Kind::frame) return in_frame(value) ? value : unknown;
  const std::int64_t sum = value.number + number;
  constexpr std::int64_t far = 1 << 20;  // no stack reaches there
  return sum < -far || sum > far ? Value{Value::Kind::any_frame, 0} : Value{value.kind, sum};
}

void alu(const Insn& insn, Values& values) {
  Value& dst = values[insn.dst];
  const bool wide = class_of(insn) == opcode::alu64;
  const bool by_register = uses_src_register(insn);
  const AluOp op = alu_op(insn);
  const Value right = by_register ? values[insn.src] : Value{Value::Kind::constant, insn.imm};
  const bool plain = insn.off == 0 && op != AluOp::end && op != AluOp::neg;
  if (plain && op == AluOp::mov) {
    dst = right;
  } else if (plain && right.kind == Value::Kind::constant &&
             right.number != std::numeric_limits<std::int64_t>::min() &&
             (op == AluOp::add || op == AluOp::sub)) {
    dst = add(dst, op == AluOp::add ? right.number : -right.number);
  } else {
    const bool keeps_address = in_frame(dst) || (plain && in_frame(right));
    dst = keeps_address ? Value{Value::Kind::any_frame, 0} : unknown;
  }
  if (wide) return;
  if (dst.kind == Value::Kind::constant) dst.number = static_cast<std::uint32_t>(dst.number);
  else dst = unknown;
}

void after_call(Values& values) {
  for (unsigned reg = 0; reg <= 5; ++reg) values[reg] = unknown;
}

void load_imm64(const Insn& low, const Insn& high, Values& values) {
  Value& dst = values[low.dst];
  dst = unknown;
  if (low.src == static_cast<std::uint8_t>(Imm64Kind::map)) dst = {Value::Kind::map, low.imm};
  if (low.src == static_cast<std::uint8_t>(Imm64Kind::value)) {
    dst = {Value::Kind::constant,
           static_cast<std::int64_t>(std::uint64_t{static_cast<std::uint32_t>(high.imm)} << 32 |
                                     static_cast<std::uint32_t>(low.imm))};
  }
}

void step(std::span<const Insn> insns, std::uint32_t at, Values& values) {
  const Insn& insn = insns[at];
  if (is_helper_call(insn) || is_local_call(insn)) return after_call(values);
  switch (class_of(insn)) {
    case opcode::alu32:
    case opcode::alu64: return alu(insn, values);
    case opcode::ld: return load_imm64(insn, insns[at + 1], values);
    case opcode::ldx: values[insn.dst] = unknown; return;
    case opcode::stx:
      if ((insn.opcode & opcode::mode_mask) != opcode::mode_atomic) return;
      // Fetching forms write the source register or r0; the others are taken for such.
      values[insn.src] = unknown;
      values[0] = unknown;
      return;
    default: return;  // stores of constants and jumps write no register
  }
}

class Walk {
 public:
  explicit Walk(std::span<const Insn> insns)
      : insns_(insns), values_(insns.size()), waits_(insns.size(), false) {}

  std::vector<Values> walk() {
    Values start;
    start.fill(unknown);
    start[frame_pointer] = {Value::Kind::frame, 0};
    reach(0, start);
    while (!waiting_.empty()) {
      const std::uint32_t at = waiting_.back();
      waiting_.pop_back();
      waits_[at] = false;
      follow(at);
    }
    return std::move(values_);
  }

 private:
  void reach(std::uint32_t at, const Values& with) {
    if (at >= values_.size()) return;
    Values joined;
    for (unsigned reg = 0; reg < register_count; ++reg) joined[reg] = join(values_[at][reg], with[reg]);
    if (joined == values_[at]) return;
    values_[at] = joined;
    if (waits_[at]) return;
    waits_[at] = true;
    waiting_.push_back(at);
  }

  void follow(std::uint32_t at) {
    const Insn& insn = insns_[at];
    if (is_local_call(insn)) enter(at + 1 + static_cast<std::uint32_t>(insn.imm), values_[at]);
    Values after = values_[at];
    step(insns_, at, after);
    if (const auto target = jump_target(insns_, at)) reach(*target, after);
    const bool ends = is_exit(insn) || insn.opcode == opcode::ja || insn.opcode == opcode::ja32;
    if (!ends) reach(at + (is_two_slot(insn) ? 2 : 1), after);
  }

  /// A caller's stack is no place in the callee's.
  void enter(std::uint32_t first, const Values& caller) {
    Values start;
    start.fill(unknown);
    for (unsigned reg = 1; reg <= 5; ++reg) {
      if (!in_frame(caller[reg])) start[reg] = caller[reg];
    }
    start[frame_pointer] = {Value::Kind::frame, 0};
    reach(first, start);
  }

  std::span<const Insn> insns_;
  std::vector<Values> values_;
  std::vector<bool> waits_;
  std::vector<std::uint32_t> waiting_;
};

constexpr std::int64_t whole_stack = 512;

/// Bytes below r10 that an access of this address reaches.
std::int64_t depth_at(const Value& value, std::int64_t offset) {
  if (value.kind == Value::Kind::any_frame) return whole_stack;
  return value.kind == Value::Kind::frame ? -(value.number + offset) : 0;
}

/// What a call or a store hands on.
std::int64_t depth_of(const Insn& insn, const Values& values) {
  if (is_local_call(insn)) {
    const bool hands_on = std::any_of(values.begin() + 1, values.begin() + 6, in_frame);
    return hands_on ? whole_stack : 0;
  }
  if (is_helper_call(insn)) {
    const HelperRow* const helper = find_helper(insn.imm);
    std::int64_t deepest = 0;
    for (unsigned reg = 1; reg <= (helper == nullptr ? 5U : helper->arguments); ++reg) {
      deepest = std::max(deepest, depth_at(values[reg], 0));
    }
    return deepest;
  }
  switch (class_of(insn)) {
    case opcode::ldx: return depth_at(values[insn.src], insn.off);
    case opcode::st: return depth_at(values[insn.dst], insn.off);
    case opcode::stx: return in_frame(values[insn.src]) ? whole_stack : depth_at(values[insn.dst], insn.off);
    default: return 0;  // arithmetic, loads of constants and jumps touch no memory
  }
}

}  // namespace

std::vector<Values> known_values(std::span<const Insn> insns) { return Walk(insns).walk(); }

std::uint16_t touched_stack(std::span<const Insn> insns, std::span<const Values> values, std::uint32_t first,
                            std::uint32_t end) {
  std::int64_t deepest = 0;
  for (std::uint32_t i = first; i < end; ++i) {
    deepest = std::max(deepest, depth_of(insns[i], values[i]));
    if (is_two_slot(insns[i])) ++i;
  }
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(deepest, 0, whole_stack));
}

}  // namespace tailbound::bpf::object
