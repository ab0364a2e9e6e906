// A valid scenario to bytes.
#include <algorithm>

#include "jit/bpf/codec.hpp"
#include "jit/bpf/codec_format.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/names.hpp"

namespace tailbound::bpf {

namespace codec {

namespace {

template <class Enum>
constexpr std::uint8_t code(Enum value) { return static_cast<std::uint8_t>(value); }

template <class... Parts>
constexpr std::uint8_t byte_of(Parts... parts) { return static_cast<std::uint8_t>((0U | ... | parts)); }

class Encoder {
 public:
  explicit Encoder(const Scenario& scenario) : scenario_(scenario) {}

  std::vector<std::uint8_t> run() {
    constexpr std::size_t usual = 512;
    bytes_.reserve(usual);
    header();
    number(scenario_.maps.size());
    for (const ArrayMap& map : scenario_.maps) cells(map);
    number(scenario_.arrays.size());
    for (const ProgArray& array : scenario_.arrays) slots(array);
    number(scenario_.programs.size() - 1);
    for (const Program& each : scenario_.programs) program(each);
    for (std::size_t i = begins_with_plain_run() ? 1 : 0; i < scenario_.events.size(); ++i)
      event(scenario_.events[i]);
    end_list(scenario_.events.size(), cap::events);
    if (!has_canonical_names()) names();
    return std::move(bytes_);
  }

 private:
  // --- numbers ---

  void put(std::uint8_t byte) { bytes_.push_back(byte); }

  void number(std::uint64_t value) {
    if (value <= longest_plain) return put(static_cast<std::uint8_t>(value));
    const std::size_t head = bytes_.size();
    put(0);
    for (; value != 0; value >>= 8) put(static_cast<std::uint8_t>(value));
    bytes_[head] = static_cast<std::uint8_t>(longest_plain + bytes_.size() - head - 1);
  }

  /// A list that is as long as it may be has no end mark: the reader stops by itself.
  void end_list(std::size_t count, std::size_t most) {
    if (count < most) put(0);
  }

  void signed_number(std::int32_t value) { number(zigzag(value)); }

  void reference(CellRef cell) {
    number(cell.map);
    number(cell.index);
  }
  void reference(FunctionRef function) {
    number(function.program);
    number(function.function);
  }

  // --- header, maps, names ---

  bool begins_with_plain_run() const {
    return !scenario_.events.empty() && scenario_.events.front() == Event(Run{});
  }

  void header() {
    const bool limits = scenario_.limits != default_limits().name, fuel = scenario_.fuel != default_fuel;
    const auto flag = [](bool set, std::uint8_t bit) { return set ? bit : std::uint8_t{0}; };
    // tc, the default, is 0.
    const unsigned type = (code(scenario_.type) + program_types - code(ProgType::tc)) % program_types;
    put(byte_of(type, flag(limits, header::has_limits), flag(fuel, header::has_fuel),
                flag(scenario_.seed != 0, header::has_seed), flag(!has_canonical_names(), header::has_names),
                flag(!begins_with_plain_run(), header::no_first_run)));
    if (limits) number(static_cast<std::uint64_t>(find_limits(scenario_.limits) - all_limits().data()));
    if (fuel) number(scenario_.fuel);
    if (scenario_.seed != 0) number(scenario_.seed);
  }

  void cells(const ArrayMap& map) {
    const auto last =
        std::find_if(map.cells.rbegin(), map.cells.rend(), [](std::uint64_t v) { return v != 0; });
    number(map.cells.size() - 1);
    number(static_cast<std::uint64_t>(map.cells.rend() - last));
    for (auto cell = map.cells.begin(); cell != last.base(); ++cell) number(*cell);
  }

  void slots(const ProgArray& array) {
    number(array.size - 1);
    number(array.slots.size());
    for (const Slot& slot : array.slots) {
      number(slot.index);
      number(slot.program);
    }
  }

  bool has_canonical_names() const {
    for (std::size_t m = 0; m < scenario_.maps.size(); ++m) {
      if (scenario_.maps[m].name != canonical::map(m)) return false;
    }
    for (std::size_t a = 0; a < scenario_.arrays.size(); ++a) {
      if (scenario_.arrays[a].name != canonical::array(a)) return false;
    }
    for (std::size_t p = 0; p < scenario_.programs.size(); ++p) {
      if (!has_canonical_names(scenario_.programs[p], p)) return false;
    }
    return true;
  }

  static bool has_canonical_names(const Program& program, std::size_t index) {
    for (std::size_t f = 1; f < program.functions.size(); ++f) {
      if (program.functions[f].name != canonical::subprogram(f)) return false;
    }
    return program.name() == canonical::program(index);
  }

  void names() {
    for (const ArrayMap& map : scenario_.maps) name(map.name);
    for (const ProgArray& array : scenario_.arrays) name(array.name);
    for (const Program& program : scenario_.programs) {
      for (const Function& function : program.functions) name(function.name);
    }
  }

  void name(const std::string& name) {
    number(name.size());
    for (const char c : name) put(static_cast<std::uint8_t>(c));
  }

  // --- programs ---

  void program(const Program& program) {
    number(program.functions.size() - 1);
    for (const Function& each : program.functions) function(each);
  }

  void function(const Function& function) {
    put(byte_of(function.keep, function.stack > 0 ? function_flag::has_stack : std::uint8_t{0}));
    if (function.stack > 0) number(function.stack);
    const bool plain_end = function.body.back() == Statement{Return{}};
    block({function.body.data(), function.body.size() - (plain_end ? 1 : 0)});
  }

  /// A return ends its block, so it needs no end after it.
  void block(std::span<const Statement> block) {
    for (const Statement& each : block) statement(each);
    if (block.empty() || !std::holds_alternative<Return>(block.back().node)) tag(StatementTag::end);
  }

  void tag(StatementTag tag, unsigned above = 0) { put(byte_of(code(tag), above << above_tag)); }

  void statement(const Statement& statement) {
    std::visit(Match{
                   [&](const Evaluate& s) {
                     tag(StatementTag::evaluate);
                     expr(s.value);
                   },
                   [&](const TailCall& s) {
                     tag(StatementTag::tail_call);
                     number(s.array);
                     expr(s.index);
                   },
                   [&](const HelperCall& s) { helper(s); },
                   [&](const StoreCell& s) {
                     tag(StatementTag::store);
                     reference(s.cell);
                     expr(s.value);
                   },
                   [&](const Asm& s) { asm_block(s); },
                   [&](const If& s) { branch(s); },
                   [&](const Return& s) {
                     tag(StatementTag::leave);
                     expr(s.value);
                   },
               },
               statement.node);
  }

  void helper(const HelperCall& s) {
    switch (s.helper) {
      case Helper::random: return tag(StatementTag::helper, 0);
      case Helper::time: return tag(StatementTag::helper, 1);
      case Helper::lookup: tag(StatementTag::helper, 2); return reference(s.cell);
      case Helper::update: tag(StatementTag::helper, 3); return reference(s.cell);
    }
  }

  void branch(const If& s) {
    tag(StatementTag::branch, code(s.compare));
    expr(s.left);
    signed_number(s.right);
    block(s.then_block);
    block(s.else_block);
  }

  void asm_block(const Asm& s) {
    tag(StatementTag::asm_block);
    number(s.insns.size());
    for (std::size_t i = 0; i < s.insns.size(); ++i) {
      insn(s.insns[i]);
      if (is_two_slot(s.insns[i])) signed_number(s.insns[++i].imm);
    }
  }

  void insn(const Insn& insn) {
    const InsnRow* row = find_row(insn);
    const bool move = insn.opcode == build::mov(Reg::r0, 0).opcode;
    put(move ? plain_move : static_cast<std::uint8_t>(1 + (row - insn_table().data())));
    const OpenFields open = open_fields(row->form);
    if (open.registers) put(byte_of(insn.dst, static_cast<unsigned>(insn.src) << 4));
    if (open.off) signed_number(insn.off);
    if (open.imm) signed_number(insn.imm);
  }

  // --- expressions ---

  static OperandTag tag_of(const Operand& operand) {
    return std::visit(Match{
                          [](const Constant&) { return OperandTag::constant; },
                          [](const Data&) { return OperandTag::data; },
                          [](const Cell&) { return OperandTag::cell; },
                          [](const Entries&) { return OperandTag::entries; },
                          [](const CallValue&) { return OperandTag::call; },
                      },
                      operand);
  }

  void operand(const Operand& operand) {
    std::visit(Match{
                   [&](const Constant& o) { signed_number(o.value); },
                   [&](const Data& o) { number(o.value); },
                   [&](const Cell& o) { reference(o.cell); },
                   [&](const Entries& o) { reference(o.function); },
                   [&](const CallValue& o) { number(o.function - 1U); },
               },
               operand);
  }

  void expr(const Expr& expr) {
    put(static_cast<std::uint8_t>(code(tag_of(expr.first)) + operand_tags * expr.rest.size()));
    operand(expr.first);
    for (const ExprTerm& term : expr.rest) {
      put(static_cast<std::uint8_t>(code(term.op) + expr_ops * code(tag_of(term.operand))));
      operand(term.operand);
    }
  }

  // --- events ---

  void tag(EventTag tag, unsigned above = 0) { put(byte_of(code(tag), above << above_tag)); }

  void event(const Event& event) {
    std::visit(Match{
                   [&](const Run& e) { run(e); },
                   [&](const SetSlot& e) {
                     tag(e.program ? EventTag::set_slot : EventTag::clear_slot);
                     set_slot(e);
                   },
                   [&](const SetCell& e) {
                     tag(EventTag::set_cell);
                     reference(e.cell);
                     number(e.value);
                   },
                   [&](const AtEntry& e) {
                     tag(EventTag::at_entry, e.change.program ? 0 : 1);
                     reference(e.function);
                     number(e.count - 1U);
                     set_slot(e.change);
                   },
                   [&](const Attach& e) {
                     tag(EventTag::attach, code(e.kind));
                     number(e.probe);
                     reference(e.target);
                   },
                   [&](const Detach& e) {
                     tag(EventTag::detach);
                     number(e.probe);
                     reference(e.target);
                   },
               },
               event);
  }

  void set_slot(const SetSlot& change) {
    number(change.array);
    number(change.index);
    if (change.program) number(*change.program);
  }

  void run(const Run& run) {
    tag(EventTag::run);
    number(run.program);
    for (const Expect& expect : run.expectations) {
      put(static_cast<std::uint8_t>(1 + code(expect.kind)));
      if (expect.kind == Expect::Kind::entries) reference(expect.function);
      if (expect.kind == Expect::Kind::cell) reference(expect.cell);
      number(expect.value);
    }
    end_list(run.expectations.size(), cap::expectations);
  }

  const Scenario& scenario_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

}  // namespace codec

std::vector<std::uint8_t> encode_scenario(const Scenario& scenario) { return codec::Encoder(scenario).run(); }

}  // namespace tailbound::bpf
