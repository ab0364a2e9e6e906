// Asm blocks: what a compiler makes of registers, widths, jumps and the stack, between calls that must not
// notice. Only instructions that every kernel of the limits records knows.
#include <algorithm>
#include <array>

#include "gen/body/body.hpp"
#include "jit/bpf/asm_loops.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

constexpr std::array alu_ops = {AluOp::add,    AluOp::sub,     AluOp::mul, AluOp::div,
                                AluOp::bit_or, AluOp::bit_and, AluOp::lsh, AluOp::rsh,
                                AluOp::mod,    AluOp::bit_xor, AluOp::mov, AluOp::arsh};
constexpr std::array jump_ops = {JumpOp::jeq, JumpOp::jgt,  JumpOp::jge,  JumpOp::jset,
                                 JumpOp::jne, JumpOp::jsgt, JumpOp::jsge, JumpOp::jlt,
                                 JumpOp::jle, JumpOp::jslt, JumpOp::jsle};
constexpr std::array widths = {Width::b1, Width::b2, Width::b4, Width::b8};
constexpr std::array atomics = {0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1};

template <class Table>
auto one_of(ByteSource& source, const Table& table) {
  return table[source.below(static_cast<std::uint32_t>(table.size()))];
}

class BlockDraw {
 public:
  BlockDraw(Draft& draft, std::uint32_t stack)
      : source_(draft.source), stack_(stack), most_(draft.budget.block_insns) {}

  Asm draw() {
    for (std::uint32_t i = source_.between(1, 3); i > 0; --i) load_constant();
    for (std::uint32_t i = source_.below(3); i > 0; --i) write_stack();
    const std::uint32_t count = source_.between(1, most_);
    const std::uint32_t loop_at = source_.percent(30) ? source_.below(count) : count;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i == loop_at) loop(1);
      else if (source_.percent(15)) jump_ahead();
      else operation();
    }
    starts_.push_back(insns_.size());
    aim_jumps();
    return {std::move(insns_)};
  }

 private:
  struct Written {
    Width width;
    std::int16_t off;
  };

  /// What jumps may lead to. The inside of a loop is no start.
  void start() {
    if (loops_ == 0) starts_.push_back(insns_.size());
  }
  void emit(const Insn& insn) {
    start();
    insns_.push_back(insn);
  }

  Reg any() { return static_cast<Reg>(source_.below(6)); }
  /// Counts of the loops round here are left alone.
  Reg writable() {
    const Reg reg = any();
    return (counters_ & (1U << build::num(reg))) == 0 ? reg : Reg::r0;
  }
  /// Many operations treat edges of their range apart.
  std::int32_t any_constant() {
    switch (source_.below(4)) {
      case 0: return static_cast<std::int32_t>(source_.below(64));
      case 1: return -1 - static_cast<std::int32_t>(source_.below(8));
      case 2: return static_cast<std::int32_t>(1U << source_.below(32));
      default: return static_cast<std::int32_t>(source_.bits() & UINT32_MAX);
    }
  }

  void load_constant() {
    if (source_.percent(60)) return emit(build::mov(any(), any_constant()));
    emit(build::imm64_low(any(), Imm64Kind::value, any_constant()));
    insns_.push_back(build::imm64_high(any_constant()));
  }

  /// Not the deepest bytes: a value lives there across the body.
  void write_stack() {
    const Width width = one_of(source_, widths);
    const auto bytes = static_cast<std::uint32_t>(width);
    if (stack_ < 8 + bytes) return;
    const std::uint32_t place = source_.between(1, (stack_ - 8) / bytes);
    const auto off = static_cast<std::int16_t>(-static_cast<int>(place * bytes));
    if (source_.percent(50)) emit(build::store(width, Reg::r10, off, any()));
    else emit(build::store(width, Reg::r10, off, any_constant()));
    written_.push_back({width, off});
  }

  void operation() {
    const std::uint32_t kind = source_.below(20);
    if (kind < 2 && !written_.empty()) return read_stack();
    if (kind < 4) return unary();
    arithmetic(one_of(source_, alu_ops));
  }

  void arithmetic(AluOp op) {
    const bool wide = source_.percent(65);
    const Reg dst = writable();
    if (source_.percent(50)) return emit(wide ? build::alu(op, dst, any()) : build::alu32(op, dst, any()));
    std::int32_t value = any_constant();
    if (op == AluOp::lsh || op == AluOp::rsh || op == AluOp::arsh) value &= wide ? 63 : 31;
    if ((op == AluOp::div || op == AluOp::mod) && value == 0) value = 3;
    emit(wide ? build::alu(op, dst, value) : build::alu32(op, dst, value));
  }

  void unary() {
    const Reg dst = writable();
    if (source_.percent(50))
      return emit(source_.percent(50) ? build::alu(AluOp::neg, dst, 0) : build::alu32(AluOp::neg, dst, 0));
    const std::int32_t bits = 16 << source_.below(3);
    Insn swap = build::alu32(AluOp::end, dst, bits);
    if (source_.percent(50)) swap.opcode |= opcode::src_register;  // to big-endian
    emit(swap);
  }

  void read_stack() {
    const Written place = one_of(source_, written_);
    const bool atomic = (place.width == Width::b4 || place.width == Width::b8) && source_.percent(40);
    if (!atomic) return emit(build::load(place.width, writable(), Reg::r10, place.off));
    Insn insn = build::store(place.width, Reg::r10, place.off, writable());
    insn.opcode = static_cast<std::uint8_t>((insn.opcode & ~opcode::mode_mask) | opcode::mode_atomic);
    insn.imm = one_of(source_, atomics);
    emit(insn);
  }

  void jump_ahead() {
    jumps_.push_back(insns_.size());
    const JumpOp op = one_of(source_, jump_ops);
    Insn insn =
        source_.percent(50) ? build::jump(op, any(), any(), 0) : build::jump(op, any(), any_constant(), 0);
    if (source_.percent(35))
      insn.opcode = static_cast<std::uint8_t>((insn.opcode & ~opcode::class_mask) | opcode::jmp32);
    emit(insn);
  }

  void loop(std::uint32_t depth) {
    start();
    const Reg count = static_cast<Reg>(source_.between(1, 5));
    const std::uint32_t bit = 1U << build::num(count);
    if ((counters_ & bit) != 0) return operation();
    insns_.push_back(
        build::mov(count, static_cast<std::int32_t>(source_.between(1, depth == 1 ? most_rounds : 4))));
    const std::size_t first = insns_.size();
    counters_ |= bit;
    ++loops_;
    for (std::uint32_t i = source_.between(1, 4); i > 0; --i) operation();
    if (depth < 2 && source_.percent(20)) loop(depth + 1);
    insns_.push_back(build::alu(AluOp::add, count, -1));
    const auto back = static_cast<std::int16_t>(static_cast<std::int64_t>(first) -
                                                static_cast<std::int64_t>(insns_.size()) - 1);
    insns_.push_back(build::jump(JumpOp::jne, count, 0, back));
    counters_ &= ~bit;
    --loops_;
  }

  void aim_jumps() {
    for (const std::size_t at : jumps_) {
      const auto next = std::ranges::upper_bound(starts_, at);
      const auto choices = static_cast<std::uint32_t>(starts_.end() - next);
      const std::size_t target = *(next + source_.below(std::min(choices, 4U)));
      insns_[at].off = static_cast<std::int16_t>(target - at - 1);
    }
  }

  ByteSource& source_;
  std::uint32_t stack_;
  std::uint32_t most_;
  std::vector<Insn> insns_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> jumps_;
  std::vector<Written> written_;
  std::uint32_t counters_ = 0;  // by register
  std::uint32_t loops_ = 0;
};

}  // namespace

void draw_blocks(Draft& draft) {
  if (!draft.source.percent(15)) return;
  for (std::uint16_t p = 0; p < draft.program_count(); ++p) {
    for (std::uint16_t f = 0; f < draft.function_count(p); ++f) {
      if (!draft.source.percent(30)) continue;
      Function& function = draft.function({p, f});
      Statement statement{BlockDraw(draft, function.stack).draw()};
      if (!draft.afford({p, f}, statement)) continue;
      const std::uint32_t at = draft.source.below(static_cast<std::uint32_t>(function.body.size()) + 1);
      function.body.insert(function.body.begin() + at, std::move(statement));
    }
  }
}

}  // namespace tailbound::gen
