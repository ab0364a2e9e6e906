// Statements as C. The compiler must keep each call, tail call, branch and value, so values pass a barrier and
// everything that is counted is volatile.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "jit/bpf/lowered.hpp"
#include "jit/bpf/text.hpp"
#include "reports/reproduce/selftest.hpp"

namespace tailbound::reports {

namespace {

using namespace bpf;

std::string_view op_word(ExprOp op) {
  switch (op) {
    case ExprOp::add: return "+";
    case ExprOp::sub: return "-";
    case ExprOp::mul: return "*";
    case ExprOp::bit_and: return "&";
    case ExprOp::bit_or: return "|";
    case ExprOp::bit_xor: return "^";
    case ExprOp::lsh: return "<<";
    case ExprOp::rsh: return ">>";
  }
  return "?";
}

struct CompareWord {
  std::string_view word;
  bool is_signed;
};
CompareWord compare_word(Compare compare) {
  switch (compare) {
    case Compare::eq: return {"==", false};
    case Compare::ne: return {"!=", false};
    case Compare::gt: return {">", false};
    case Compare::ge: return {">=", false};
    case Compare::lt: return {"<", false};
    case Compare::le: return {"<=", false};
    case Compare::set: return {"&", false};
    case Compare::sgt: return {">", true};
    case Compare::sge: return {">=", true};
    case Compare::slt: return {"<", true};
    case Compare::sle: return {"<=", true};
  }
  return {"?", false};
}

struct TypeWords {
  std::string_view section, context, name;
};
TypeWords type_words(ProgType type) {
  switch (type) {
    case ProgType::socket_filter: return {"socket", "struct __sk_buff", "skb"};
    case ProgType::tc: return {"tc", "struct __sk_buff", "skb"};
    case ProgType::xdp: return {"xdp", "struct xdp_md", "ctx"};
  }
  return {"?", "?", "?"};
}

constexpr std::string_view preamble = R"(
/* A value that the compiler knows nothing about. */
#define HIDE(value) ({ __u64 hidden = (value); barrier_var(hidden); hidden; })

/* Spends fuel, or returns where none is left: a hierarchy that grows without bound ends. */
#define ENTER(id)						\
	do {							\
		if (ledger.fuel == 0)				\
			return 0;				\
		ledger.fuel--;					\
		ledger.hash = ledger.hash * 0x5bd1e995 + (id) + 1;	\
		ledger.total++;					\
		ledger.entries[id]++;				\
	} while (0)

)";
static_assert(trace_multiplier == 0x5bd1e995);

class Writer {
 public:
  Writer(const Subject& subject, const CNames& names)
      : subject_(subject),
        scenario_(subject.scenario),
        names_(names),
        numbering_(number(subject.scenario)),
        type_(type_words(subject.scenario.type)) {}

  std::expected<std::string, std::string> write() {
    std::string bodies;
    for (std::uint16_t p = 0; p < scenario_.programs.size(); ++p) {
      const Program& program = scenario_.programs[p];
      for (std::uint16_t f = 1; f < program.functions.size(); ++f) bodies += function({p, f});
      bodies += function({p, 0});
    }
    if (!trouble_.empty()) return std::unexpected(trouble_);
    return head() + prototypes() + maps() + "\n" + bodies + "char __license[] SEC(\"license\") = \"GPL\";\n";
  }

 private:
  // --- what stands before the functions ---

  std::string head() const {
    return fmt::format(
        "// SPDX-License-Identifier: GPL-2.0\n/* {}: {} */\n#include <linux/bpf.h>\n#include "
        "<bpf/bpf_helpers.h>\n\n"
        "/* What a run did, written by the programs themselves. Fuel is for one run; the test sets it anew before each. */\n{}\n"
        "volatile struct ledger ledger SEC(\".data.ledger\") = {{ .fuel = {} }};\n{}{}{}",
        subject_.record.verdict, subject_.record.detail, selftest_ledger(scenario_), scenario_.fuel, pool(), cells(),
        preamble);
  }

  std::string pool() const {
    if (pool_.empty()) return "";
    std::vector<std::string> words;
    for (const std::uint64_t word : pool_) words.push_back(fmt::format("0x{:x}", word));
    return fmt::format(
        "/* Constants that the verifier must not know. */\n"
        "volatile __u64 pool[] SEC(\".data.pool\") = {{ {} }};\n",
        fmt::join(words, ", "));
  }

  std::string cells() const {
    if (scenario_.maps.empty()) return "";
    std::string members, values;
    for (std::size_t m = 0; m < scenario_.maps.size(); ++m) {
      const std::vector<std::uint64_t>& words = scenario_.maps[m].cells;
      members += fmt::format("\t__u64 {}[{}];\n", names_.maps[m], words.size());
      std::vector<std::string> hex;
      for (const std::uint64_t word : words) hex.push_back(fmt::format("0x{:x}", word));
      values += fmt::format("\t{{ {} }},\n", fmt::join(hex, ", "));
    }
    return fmt::format("volatile struct {{\n{}}} cells SEC(\".data.cells\") = {{\n{}}};\n", members, values);
  }

  std::string prototypes() const {
    std::string out;
    for (std::uint32_t id = 0; id < numbering_.functions; ++id) out += signature(numbering_.ref(id)) + ";\n";
    return out + "\n";
  }

  std::string signature(FunctionRef ref) const {
    const std::string& name = names_.functions[numbering_.id(ref)];
    if (ref.is_main()) return fmt::format("int {}({} *{})", name, type_.context, type_.name);
    return fmt::format("static __noinline __u64 {}({} *{})", name, type_.context, type_.name);
  }

  std::string maps() const {
    std::string out;
    for (std::size_t a = 0; a < scenario_.arrays.size(); ++a) {
      const ProgArray& array = scenario_.arrays[a];
      out += fmt::format(
          "struct {{\n\t__uint(type, BPF_MAP_TYPE_PROG_ARRAY);\n\t__uint(max_entries, {});\n"
          "\t__uint(key_size, sizeof(__u32));\n\t__array(values, int (void *));\n}} {} SEC(\".maps\")",
          array.size, names_.arrays[a]);
      std::string values;
      for (const Slot& slot : array.slots)
        values += fmt::format("\t\t[{}] = (void *)&{},\n", slot.index, main_name(slot.program));
      out += values.empty() ? ";\n" : fmt::format(" = {{\n\t.values = {{\n{}\t}},\n}};\n", values);
    }
    if (uses_scratch_) out += array_map("scratch", scratch_keys);
    if (uses_lookups_) out += array_map("lookups", 1);
    return out;
  }

  static std::string array_map(std::string_view name, std::uint32_t entries) {
    return fmt::format(
        "struct {{\n\t__uint(type, BPF_MAP_TYPE_ARRAY);\n\t__uint(max_entries, {});\n"
        "\t__type(key, __u32);\n\t__type(value, __u64);\n}} {} SEC(\".maps\");\n",
        entries, name);
  }

  const std::string& main_name(std::uint16_t program) const {
    return names_.functions[numbering_.id({program, 0})];
  }

  // --- functions ---

  std::string function(FunctionRef ref) {
    ref_ = ref;
    id_ = numbering_.id(ref);
    next_site_ = numbering_.first_site[id_];
    source_ = &scenario_.programs[ref.program].functions[ref.function];
    indent_ = 1;
    std::string out = ref.is_main() ? fmt::format("SEC(\"{}\")\n", type_.section) : "";
    out += signature(ref) + "\n{\n" + live_values();
    out += line(fmt::format("ENTER({});", id_)) + place_live_values();
    for (const Statement& s : source_->body) out += statement(s);
    return out + "}\n\n";
  }

  std::string line(std::string_view text) const {
    return std::string(indent_, '\t') + std::string(text) + "\n";
  }

  bool keeps(unsigned reg) const { return (source_->keep & (1U << (reg - 6))) != 0; }

  std::string live_values() const {
    std::string out;
    for (unsigned reg = 7; reg <= 9; ++reg) {
      if (keeps(reg)) out += line(fmt::format("__u64 kept{};", reg));
    }
    if (source_->stack > 0) {
      out += line(
          fmt::format("volatile __u8 stack[{}] __attribute__((aligned({})));", source_->stack, probe_bytes()));
    }
    return out.empty() ? out : out + "\n";
  }

  unsigned probe_bytes() const { return static_cast<unsigned>(stack_probe_width(source_->stack)); }
  std::string probe() const { return fmt::format("*(volatile __u{} *)stack", 8 * probe_bytes()); }

  std::string place_live_values() const {
    std::string out;
    for (unsigned reg = 7; reg <= 9; ++reg) {
      if (keeps(reg)) out += line(fmt::format("kept{} = HIDE({});", reg, live_value(id_, reg)));
    }
    if (source_->stack > 0) out += line(fmt::format("{} = {};", probe(), live_value(id_, 10)));
    return out;
  }

  std::string read_live_values() const {
    std::string sum;
    for (unsigned reg = 7; reg <= 9; ++reg) {
      if (keeps(reg)) sum += fmt::format(" + kept{}", reg);
    }
    if (source_->stack > 0) sum += " + " + probe();
    std::string out = keeps(6) ? line(fmt::format("HIDE(*(__u32 *){});", type_.name)) : "";
    return sum.empty() ? out : out + line(fmt::format("ledger.live = ledger.live{};", sum));
  }

  // --- statements ---

  std::string statement(const Statement& s) {
    return std::visit(Match{
                          [&](const Evaluate& e) { return evaluate(e); },
                          [&](const TailCall& t) { return tail_call(t); },
                          [&](const HelperCall& h) { return helper(h); },
                          [&](const StoreCell& c) { return line(cell(c.cell) + " = " + expr(c.value) + ";"); },
                          [&](const Asm& a) { return asm_block(a); },
                          [&](const If& i) { return branch(i); },
                          [&](const Return& r) { return return_value(r); },
                      },
                      s.node);
  }

  std::string evaluate(const Evaluate& e) {
    const bool plain_call = e.value.rest.empty() && std::holds_alternative<CallValue>(e.value.first);
    return line(plain_call ? expr(e.value) + ";" : fmt::format("HIDE({});", expr(e.value)));
  }

  std::string tail_call(const TailCall& t) {
    const std::string array = names_.arrays[t.array];
    const std::uint32_t site = next_site_++;
    const auto* constant = t.index.rest.empty() ? std::get_if<Constant>(&t.index.first) : nullptr;
    const std::string before = line(fmt::format("ledger.attempts[{}]++;", site));
    const std::string after = line(fmt::format("ledger.refused[{}]++;", site));
    if (constant != nullptr) {
      return before +
             line(fmt::format("bpf_tail_call_static({}, &{}, {});", type_.name, array, constant->value)) +
             after;
    }
    const std::string name = fmt::format("index{}", site);
    return line(fmt::format("__u32 {} = HIDE({});", name, expr(t.index))) + before +
           line(fmt::format("bpf_tail_call({}, &{}, {});", type_.name, array, name)) + after;
  }

  std::string helper(const HelperCall& h) {
    switch (h.helper) {
      case Helper::lookup:
        uses_lookups_ = true;
        return line(fmt::format("{{ __u32 key = {}; bpf_map_lookup_elem(&lookups, &key); }}", h.cell.index));
      case Helper::update:
        uses_scratch_ = true;
        return line(fmt::format(
            "{{ __u32 key = {}; __u64 value = {}; bpf_map_update_elem(&scratch, &key, &value, 0); }}",
            h.cell.index, live_value(id_, 2)));
      case Helper::time: return line("bpf_ktime_get_ns();");
      case Helper::random: return line("bpf_get_prandom_u32();");
    }
    return "";
  }

  /// What an asm block leaves in r0 is no part of what a selftest compares.
  std::string asm_block(const Asm& a) {
    std::string text;
    for (std::size_t i = 0; i < a.insns.size(); ++i) {
      const Insn& insn = a.insns[i];
      if (insn.dst == 10 || insn.src == 10)
        trouble_ = "an asm block uses the stack, where the compiler has its own";
      const bool two = is_two_slot(insn) && i + 1 < a.insns.size();
      text += fmt::format("{0}\t     \"{1};\"\n", std::string(indent_, '\t'),
                          to_text(insn, two ? &a.insns[i + 1] : nullptr));
      if (two) ++i;
    }
    return line("asm volatile(\"r0 = 0; r1 = 0; r2 = 0; r3 = 0; r4 = 0; r5 = 0;\"") + text +
           line("\t     ::: \"r0\", \"r1\", \"r2\", \"r3\", \"r4\", \"r5\", \"memory\");");
  }

  std::string branch(const If& i) {
    const CompareWord word = compare_word(i.compare);
    std::string out = line(fmt::format("if ({}HIDE({}) {} ({}){}) {{", word.is_signed ? "(__s64)" : "",
                                       expr(i.left), word.word, word.is_signed ? "__s64" : "__u64", i.right));
    out += block(i.then_block);
    if (!i.else_block.empty()) out += line("} else {") + block(i.else_block);
    return out + line("}");
  }

  std::string block(const Block& statements) {
    ++indent_;
    std::string out;
    for (const Statement& s : statements) out += statement(s);
    --indent_;
    return out;
  }

  std::string return_value(const Return& r) {
    if (source_->stack == 0 && source_->keep == 0) return line(fmt::format("return HIDE({});", expr(r.value)));
    const std::string value = line("{") + line(fmt::format("\t__u64 value = HIDE({});", expr(r.value)));
    ++indent_;
    const std::string live = read_live_values();
    --indent_;
    return value + "\n" + live + line("\treturn value;") + line("}");
  }

  // --- expressions: 64 bits, unsigned, from left to right ---

  std::string expr(const Expr& e) {
    std::string out = operand(e.first);
    for (std::size_t t = 0; t < e.rest.size(); ++t) {
      const ExprTerm& term = e.rest[t];
      const bool by_register =
          (term.op == ExprOp::lsh || term.op == ExprOp::rsh) && !std::holds_alternative<Constant>(term.operand);
      out = fmt::format("{} {} {}{}", t == 0 ? out : "(" + out + ")", op_word(term.op), operand(term.operand),
                        by_register ? " % 64" : "");
      if (by_register) out = fmt::format("({})", out);
    }
    return out;
  }

  std::string operand(const Operand& o) {
    return std::visit(
        Match{
            [](const Constant& c) {
              return c.value < 0 ? fmt::format("(__u64)({}LL)", c.value) : fmt::format("{}ULL", c.value);
            },
            [&](const Data& d) { return fmt::format("pool[{}]", pooled(d.value)); },
            [&](const Cell& c) { return cell(c.cell); },
            [&](const Entries& e) { return fmt::format("ledger.entries[{}]", numbering_.id(e.function)); },
            [&](const CallValue& c) {
              return fmt::format("{}({})", names_.functions[numbering_.id({ref_.program, c.function})],
                                 type_.name);
            },
        },
        o);
  }

  std::string cell(CellRef ref) const { return fmt::format("cells.{}[{}]", names_.maps[ref.map], ref.index); }

  std::size_t pooled(std::uint64_t value) {
    const auto known = std::ranges::find(pool_, value);
    if (known != pool_.end()) return static_cast<std::size_t>(known - pool_.begin());
    pool_.push_back(value);
    return pool_.size() - 1;
  }

  const Subject& subject_;
  const Scenario& scenario_;
  const CNames& names_;
  Numbering numbering_;
  TypeWords type_;
  std::vector<std::uint64_t> pool_;
  bool uses_scratch_ = false;
  bool uses_lookups_ = false;
  std::string trouble_;
  // Of the function under way:
  FunctionRef ref_;
  std::uint32_t id_ = 0;
  std::uint32_t next_site_ = 0;
  const Function* source_ = nullptr;
  std::size_t indent_ = 1;
};

}  // namespace

std::expected<std::string, std::string> selftest_program(const Subject& subject, const CNames& names) {
  return Writer(subject, names).write();
}

}  // namespace tailbound::reports
