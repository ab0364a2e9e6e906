// Any bytes to a valid scenario: read what is there within fixed bounds, then repair it.
#include <algorithm>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/codec_format.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/repair.hpp"

namespace tailbound::bpf {

namespace codec {

namespace {

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return at_ == bytes_.size(); }
  std::uint8_t byte() { return empty() ? std::uint8_t{0} : bytes_[at_++]; }

  std::uint64_t number() {
    const std::uint8_t head = byte();
    if (head <= longest_plain) return head;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < static_cast<unsigned>(head - longest_plain); ++i) {
      value |= std::uint64_t{byte()} << (8 * i);
    }
    return value;
  }

  /// A number for a field; bits beyond it are lost.
  template <class Field>
  Field number_as() { return static_cast<Field>(number()); }

  std::int32_t signed_number() { return unzigzag(number_as<std::uint32_t>()); }

  std::size_t count(std::size_t most) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(number(), most));
  }

  std::string text(std::size_t most) {
    std::string text;
    for (std::size_t left = count(most); left > 0 && !empty(); --left)
      text.push_back(static_cast<char>(byte()));
    return text;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

class Decoder {
 public:
  explicit Decoder(std::span<const std::uint8_t> bytes) : in_(bytes) {}

  Scenario run() {
    const std::uint8_t flags = header();
    list(scenario_.maps, in_.count(cap::maps), [&] { return map(); });
    list(scenario_.arrays, in_.count(cap::arrays), [&] { return array(); });
    const std::size_t programs = 1 + in_.count(cap::programs - 1);
    for (std::size_t i = 0; i < programs && (i == 0 || !in_.empty()); ++i)
      scenario_.programs.push_back(program());
    if ((flags & header::no_first_run) == 0) scenario_.events.emplace_back(Run{});
    events();
    if ((flags & header::has_names) != 0) names();
    return std::move(scenario_);
  }

 private:
  /// Up to `count` elements, as long as there is input for them.
  template <class Element, class Read>
  void list(std::vector<Element>& into, std::size_t count, Read read) {
    for (; count > 0 && !in_.empty(); --count) into.push_back(read());
  }

  CellRef cell() {
    const auto map = in_.number_as<std::uint16_t>();
    return {map, in_.number_as<std::uint16_t>()};
  }
  FunctionRef function_ref() {
    const auto program = in_.number_as<std::uint16_t>();
    return {program, in_.number_as<std::uint16_t>()};
  }

  // --- header, maps, names ---

  std::uint8_t header() {
    const std::uint8_t flags = in_.byte();
    const unsigned type = (flags & header::type_mask) + static_cast<unsigned>(ProgType::tc);
    scenario_.type = static_cast<ProgType>(type % program_types);
    scenario_.limits = default_limits().name;
    if ((flags & header::has_limits) != 0)
      scenario_.limits = all_limits()[in_.number() % all_limits().size()].name;
    if ((flags & header::has_fuel) != 0) scenario_.fuel = in_.number();
    if ((flags & header::has_seed) != 0) scenario_.seed = in_.number_as<std::uint32_t>();
    return flags;
  }

  ArrayMap map() {
    ArrayMap map;
    const std::size_t cells = 1 + in_.count(cap::cells - 1);
    list(map.cells, in_.count(cells), [&] { return in_.number(); });
    map.cells.resize(cells, 0);
    return map;
  }

  ProgArray array() {
    ProgArray array;
    array.size = 1 + static_cast<std::uint32_t>(in_.count(cap::array_size - 1));
    list(array.slots, in_.count(array.size), [&] {
      const auto index = in_.number_as<std::uint32_t>();
      return Slot{index, in_.number_as<std::uint16_t>()};
    });
    return array;
  }

  void names() {
    for (ArrayMap& map : scenario_.maps) map.name = in_.text(cap::name_length);
    for (ProgArray& array : scenario_.arrays) array.name = in_.text(cap::name_length);
    for (Program& program : scenario_.programs) {
      for (Function& function : program.functions) function.name = in_.text(cap::name_length);
    }
  }

  // --- programs ---

  Program program() {
    const Limits& limits = *find_limits(scenario_.limits);
    // Every statement and every slot of an asm block lowers to an instruction at least.
    room_ = limits.expanded_insns;
    Program program;
    const std::size_t functions = 1 + in_.count(limits.functions - 1);
    for (std::size_t i = 0; i < functions && (i == 0 || !in_.empty()); ++i)
      program.functions.push_back(function());
    return program;
  }

  Function function() {
    Function function;
    const std::uint8_t flags = in_.byte();
    function.keep = flags & keep::all;
    if ((flags & function_flag::has_stack) != 0) function.stack = in_.number_as<std::uint16_t>();
    statements_ = 0;
    block(function.body, 0);
    return function;
  }

  void block(Block& into, std::uint32_t nesting) {
    while (room_ > 0 && statements_ < cap::statements) {
      const std::uint8_t byte = in_.byte();
      const auto tag = static_cast<StatementTag>(byte & tag_mask);
      if (tag == StatementTag::end) return;
      --room_;
      ++statements_;
      into.push_back(statement(tag, static_cast<std::uint8_t>(byte >> above_tag), nesting));
      if (tag == StatementTag::leave) return;
    }
  }

  Statement statement(StatementTag tag, std::uint8_t above, std::uint32_t nesting) {
    switch (tag) {
      case StatementTag::end: return {Return{}};
      case StatementTag::evaluate: return {Evaluate{expr()}};
      case StatementTag::tail_call: {
        const auto array = in_.number_as<std::uint16_t>();
        return {TailCall{array, expr()}};
      }
      case StatementTag::helper: return {helper(above)};
      case StatementTag::store: {
        const CellRef to = cell();
        return {StoreCell{to, expr()}};
      }
      case StatementTag::asm_block: return {asm_block()};
      case StatementTag::branch: return branch(above, nesting);
      case StatementTag::leave: return {Return{expr()}};
    }
    return {Return{}};
  }

  HelperCall helper(std::uint8_t above) {
    switch (above % 4) {
      case 0: return {Helper::random, {}};
      case 1: return {Helper::time, {}};
      case 2: return {Helper::lookup, cell()};
      default: return {Helper::update, cell()};
    }
  }

  /// Where no if can stand, its condition is all that is read.
  Statement branch(std::uint8_t above, std::uint32_t nesting) {
    if (nesting == cap::nesting) return {Evaluate{expr()}};
    If branch;
    branch.compare = static_cast<Compare>(above % compares);
    branch.left = expr();
    branch.right = in_.signed_number();
    block(branch.then_block, nesting + 1);
    block(branch.else_block, nesting + 1);
    return {std::move(branch)};
  }

  Asm asm_block() {
    Asm block;
    const std::size_t slots = std::min(in_.count(cap::asm_insns), room_);
    room_ -= slots;
    while (block.insns.size() < slots && !in_.empty()) {
      block.insns.push_back(insn());
      if (is_two_slot(block.insns.back()) && block.insns.size() < slots) {
        block.insns.push_back(build::imm64_high(in_.signed_number()));
      }
    }
    return block;
  }

  Insn insn() {
    const std::uint8_t byte = in_.byte();
    const auto rows = insn_table();
    const Insn move = build::mov(Reg::r0, 0);
    const InsnRow& row = byte == plain_move ? *find_row(move) : rows[(byte - 1U) % rows.size()];
    Insn insn{.opcode = row.opcode, .dst = 0, .src = row.src, .off = row.off, .imm = row.imm};
    const OpenFields open = open_fields(row.form);
    if (open.registers) {
      const std::uint8_t registers = in_.byte();
      insn.dst = registers & 15;
      insn.src = registers >> 4;
    }
    if (open.off) insn.off = static_cast<std::int16_t>(in_.signed_number());
    if (open.imm) insn.imm = in_.signed_number();
    return insn;
  }

  // --- expressions ---

  Operand operand(OperandTag tag) {
    switch (tag) {
      case OperandTag::constant: return Constant{in_.signed_number()};
      case OperandTag::call: return CallValue{static_cast<std::uint16_t>(in_.number() + 1)};
      case OperandTag::entries: return Entries{function_ref()};
      case OperandTag::data: return Data{in_.number()};
      case OperandTag::cell: return Cell{cell()};
    }
    return Constant{};
  }

  Expr expr() {
    const std::uint8_t head = in_.byte();
    Expr expr;
    expr.first = operand(static_cast<OperandTag>(head % operand_tags));
    list(expr.rest, head / operand_tags % (cap::terms + 1), [&] { return term(); });
    return expr;
  }

  ExprTerm term() {
    const std::uint8_t byte = in_.byte();
    const auto op = static_cast<ExprOp>(byte % expr_ops);
    return {op, operand(static_cast<OperandTag>(byte / expr_ops % operand_tags))};
  }

  // --- events ---

  void events() {
    while (scenario_.events.size() < cap::events) {
      const std::uint8_t byte = in_.byte();
      const auto tag = static_cast<EventTag>(byte & tag_mask);
      if (tag == EventTag::end) return;
      scenario_.events.push_back(event(tag, static_cast<std::uint8_t>(byte >> above_tag)));
    }
  }

  Event event(EventTag tag, std::uint8_t above) {
    switch (tag) {
      case EventTag::end: break;
      case EventTag::run: return run_event();
      case EventTag::set_slot: return set_slot(true);
      case EventTag::clear_slot: return set_slot(false);
      case EventTag::set_cell: {
        const CellRef to = cell();
        return SetCell{to, in_.number()};
      }
      case EventTag::at_entry: {
        const FunctionRef function = function_ref();
        const auto count = static_cast<std::uint32_t>(in_.number() + 1);
        return AtEntry{function, count, set_slot(above % 2 == 0)};
      }
      case EventTag::attach: {
        const auto probe = in_.number_as<std::uint16_t>();
        return Attach{static_cast<AttachKind>(above % attach_kinds), probe, function_ref()};
      }
      case EventTag::detach: {
        const auto probe = in_.number_as<std::uint16_t>();
        return Detach{probe, function_ref()};
      }
    }
    return Run{};
  }

  SetSlot set_slot(bool has_program) {
    SetSlot change;
    change.array = in_.number_as<std::uint16_t>();
    change.index = in_.number_as<std::uint32_t>();
    if (has_program) change.program = in_.number_as<std::uint16_t>();
    return change;
  }

  Run run_event() {
    Run run{in_.number_as<std::uint16_t>(), {}};
    while (run.expectations.size() < cap::expectations) {
      const unsigned tag = in_.byte() % expect_tags;
      if (tag == 0) break;
      run.expectations.push_back(expectation(static_cast<Expect::Kind>(tag - 1)));
    }
    return run;
  }

  Expect expectation(Expect::Kind kind) {
    Expect expect{.kind = kind, .function = {}, .cell = {}, .value = 0};
    if (kind == Expect::Kind::entries) expect.function = function_ref();
    if (kind == Expect::Kind::cell) expect.cell = cell();
    expect.value = in_.number();
    return expect;
  }

  Bytes in_;
  Scenario scenario_;
  std::size_t room_ = 0;           // statements and asm slots that the program may still have
  std::uint32_t statements_ = 0;  // of the function so far
};

}  // namespace

}  // namespace codec

Scenario decode_scenario(std::span<const std::uint8_t> bytes) {
  Scenario scenario = codec::Decoder(bytes).run();
  repair(scenario);
  return scenario;
}

}  // namespace tailbound::bpf
