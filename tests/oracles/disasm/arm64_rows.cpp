#include "tests/oracles/disasm/encoding_row.hpp"
#include "tests/oracles/disasm/operands_arm64.hpp"

namespace tailbound::test {

using namespace arm64;

namespace {

/// A row of one width.
template <class... T, class Emit>
Row plain(const char* signature, const std::string& pattern, Emit emit) {
  return make_row<Assembler, T...>(signature, "", pattern, emit);
}

/// The same operands 32 bits wide, where they have that.
template <class... T, class Emit, class Use>
void with_narrow(Emit emit, Use use, const T&... operands) {
  const std::tuple<std::optional<T>...> narrowed{narrow(operands)...};
  std::apply(
      [&](const auto&... each) {
        if ((each.has_value() && ...)) use(emit, *each...);
      },
      narrowed);
}

/// A row of both widths.
template <class... T, class Emit>
Row sized(const char* signature, std::string pattern, Emit emit) {
  Row row = plain<T...>(signature, pattern, emit);
  row.samples = [=] {
    std::vector<Sample> all;
    const auto add = [&](Emit how, const T&... operands) {
      all.push_back(make_sample<Assembler, T...>(pattern, how, operands...));
    };
    each_combination<T...>([&](const T&... operands) {
      add(emit, operands...);
      with_narrow<T...>(emit, add, operands...);
    });
    return all;
  };
  row.random = [=] {
    const std::tuple<T...> operands{any_operand<T>()...};
    const bool wide = *rc::gen::arbitrary<bool>();
    Sample sample = std::apply(
        [&](const T&... each) { return make_sample<Assembler, T...>(pattern, emit, each...); }, operands);
    const auto instead = [&](Emit how, const T&... each) {
      sample = make_sample<Assembler, T...>(pattern, how, each...);
    };
    if (!wide) std::apply([&](const T&... each) { with_narrow<T...>(emit, instead, each...); }, operands);
    return sample;
  };
  return row;
}

/// Without the samples that the manual calls unpredictable, and LLVM refuses.
Row without(Row row, std::function<bool(const std::string& text)> unpredictable) {
  row.samples = [all = row.samples, unpredictable] {
    std::vector<Sample> samples = all();
    std::erase_if(samples, [&](const Sample& sample) { return unpredictable(sample.text); });
    return samples;
  };
  row.random = [one = row.random, all = row.samples, unpredictable] {
    const Sample sample = one();
    return unpredictable(sample.text) ? all().front() : sample;
  };
  return row;
}

/// The numbers of the registers in a line, in order.
std::vector<std::string> registers_of(const std::string& text) {
  std::vector<std::string> found;
  const std::size_t first = text.find(' ');
  for (std::size_t i = first; i < text.size(); ++i) {
    const bool begins = (text[i] == 'x' || text[i] == 'w') && (text[i - 1] == ' ' || text[i - 1] == '[');
    if (!begins) continue;
    const std::size_t end = text.find_first_of(",]", i);
    found.push_back(text.substr(i + 1, end - i - 1));
  }
  return found;
}

bool loads_one_twice(const std::string& text) { return registers_of(text)[0] == registers_of(text)[1]; }
bool status_is_an_operand(const std::string& text) {
  const auto regs = registers_of(text);
  return regs[0] == regs[1] || (regs.size() > 2 && regs[0] == regs[2] && regs[0] != "zr");
}

/// A branch to a label so many words ahead; the bytes are the branch's.
struct Ahead {
  unsigned words = 0;
};

/// One line a method. `a` is the assembler, `o...` its operands.
#define CALL(method) [](Assembler& a, auto... o) { a.method(o...); }
#define AT_IMM(method) [](Assembler& a, auto t, SpX n, auto offset) { a.method(t, at(n, offset.value)); }
#define AT_REG(method) [](Assembler& a, auto t, SpX n, ZrX m) { a.method(t, at(X(n), X(m))); }

std::vector<Row> arithmetic_rows() {
  return {
      sized<SpSized, SpSized, Sum>("add(Sized,Sized,Imm12)", "add {0}, {1}, {2}", CALL(add)),
      sized<SpSized, SpSized, Sum>("sub(Sized,Sized,Imm12)", "sub {0}, {1}, {2}", CALL(sub)),
      sized<SpSized, Sum>("cmp(Sized,Imm12)", "cmp {0}, {1}", CALL(cmp)),
      sized<SpSized, Sum>("cmn(Sized,Imm12)", "cmn {0}, {1}", CALL(cmn)),
      sized<SpSized, ZrSized, Mask>("and_(Sized,Sized,Bitmask)", "and {0}, {1}, {2}", CALL(and_)),
      sized<SpSized, ZrSized, Mask>("orr(Sized,Sized,Bitmask)", "orr {0}, {1}, {2}", CALL(orr)),
      sized<SpSized, ZrSized, Mask>("eor(Sized,Sized,Bitmask)", "eor {0}, {1}, {2}", CALL(eor)),
      sized<ZrSized, Mask>("tst(Sized,Bitmask)", "tst {0}, {1}", CALL(tst)),
      sized<ZrSized, std::uint16_t, Block>("movn(Sized,std::uint16_t,unsigned)", "movn {0}, {1}, {2}",
                                           CALL(movn)),
      sized<ZrSized, std::uint16_t, Block>("movz(Sized,std::uint16_t,unsigned)", "movz {0}, {1}, {2}",
                                           CALL(movz)),
      sized<ZrSized, std::uint16_t, Block>("movk(Sized,std::uint16_t,unsigned)", "movk {0}, {1}, {2}",
                                           CALL(movk)),
      sized<ZrSized, ZrSized, BitNumber, BitNumber>("ubfm(Sized,Sized,unsigned,unsigned)",
                                                    "ubfm {0}, {1}, {2}, {3}", CALL(ubfm)),
      sized<ZrSized, ZrSized, BitNumber, BitNumber>("sbfm(Sized,Sized,unsigned,unsigned)",
                                                    "sbfm {0}, {1}, {2}, {3}", CALL(sbfm)),
      sized<ZrSized, ZrSized, BitNumber>("lsl(Sized,Sized,unsigned)", "lsl {0}, {1}, {2}", CALL(lsl)),
      sized<ZrSized, ZrSized, BitNumber>("lsr(Sized,Sized,unsigned)", "lsr {0}, {1}, {2}", CALL(lsr)),
      sized<ZrSized, ZrSized, BitNumber>("asr(Sized,Sized,unsigned)", "asr {0}, {1}, {2}", CALL(asr)),
      sized<ZrSized, ZrSized>("uxth(Sized,Sized)", "ubfm {0}, {1}, #0, #15", CALL(uxth)),
      sized<ZrSized, ZrSized>("sxtb(Sized,Sized)", "sbfm {0}, {1}, #0, #7", CALL(sxtb)),
      sized<ZrSized, ZrSized>("sxth(Sized,Sized)", "sbfm {0}, {1}, #0, #15", CALL(sxth)),
      plain<ZrX, ZrX>("sxtw(X,X)", "sbfm {0}, {1}, #0, #31", CALL(sxtw)),
      sized<ZrSized, ZrSized, ZrSized>("add(Sized,Sized,Sized)", "add {0}, {1}, {2}", CALL(add)),
      sized<ZrSized, ZrSized, ZrSized>("sub(Sized,Sized,Sized)", "sub {0}, {1}, {2}", CALL(sub)),
      sized<ZrSized, ZrSized>("cmp(Sized,Sized)", "cmp {0}, {1}", CALL(cmp)),
      sized<ZrSized, ZrSized>("neg(Sized,Sized)", "neg {0}, {1}", CALL(neg)),
      sized<ZrSized, ZrSized, ZrSized>("and_(Sized,Sized,Sized)", "and {0}, {1}, {2}", CALL(and_)),
      sized<ZrSized, ZrSized, ZrSized>("orr(Sized,Sized,Sized)", "orr {0}, {1}, {2}", CALL(orr)),
      sized<ZrSized, ZrSized, ZrSized>("eor(Sized,Sized,Sized)", "eor {0}, {1}, {2}", CALL(eor)),
      sized<ZrSized, ZrSized>("tst(Sized,Sized)", "tst {0}, {1}", CALL(tst)),
      sized<ZrSized, ZrSized>("mvn(Sized,Sized)", "mvn {0}, {1}", CALL(mvn)),
      sized<ZrSized, ZrSized, ZrSized>("mul(Sized,Sized,Sized)", "mul {0}, {1}, {2}", CALL(mul)),
      sized<ZrSized, ZrSized, ZrSized, ZrSized>("msub(Sized,Sized,Sized,Sized)", "msub {0}, {1}, {2}, {3}",
                                                CALL(msub)),
      sized<ZrSized, ZrSized, ZrSized>("udiv(Sized,Sized,Sized)", "udiv {0}, {1}, {2}", CALL(udiv)),
      sized<ZrSized, ZrSized, ZrSized>("sdiv(Sized,Sized,Sized)", "sdiv {0}, {1}, {2}", CALL(sdiv)),
      sized<ZrSized, ZrSized, ZrSized>("lslv(Sized,Sized,Sized)", "lsl {0}, {1}, {2}", CALL(lslv)),
      sized<ZrSized, ZrSized, ZrSized>("lsrv(Sized,Sized,Sized)", "lsr {0}, {1}, {2}", CALL(lsrv)),
      sized<ZrSized, ZrSized, ZrSized>("asrv(Sized,Sized,Sized)", "asr {0}, {1}, {2}", CALL(asrv)),
      sized<ZrSized, ZrSized>("rev16(Sized,Sized)", "rev16 {0}, {1}", CALL(rev16)),
      sized<ZrSized, ZrSized>("rev(Sized,Sized)", "rev {0}, {1}", CALL(rev)),
  };
}

std::vector<Row> memory_rows() {
  constexpr const char* imm = "{0}, [{1}, {2}]";
  const auto with = [](const char* mnemonic, const char* operands) {
    return std::string(mnemonic) + " " + operands;
  };
  const auto row = [&](const char* mnemonic) { return with(mnemonic, imm); };
  return {
      plain<W, SpX, Offset<1>>("ldrb(W,MemImm)", row("ldrb"), AT_IMM(ldrb)),
      plain<W, SpX, ZrX>("ldrb(W,MemReg)", row("ldrb"), AT_REG(ldrb)),
      plain<W, SpX, Offset<2>>("ldrh(W,MemImm)", row("ldrh"), AT_IMM(ldrh)),
      plain<W, SpX, ZrX>("ldrh(W,MemReg)", row("ldrh"), AT_REG(ldrh)),
      sized<ZrSized, SpX, Offset<8>>("ldr(Sized,MemImm)", row("ldr"), AT_IMM(ldr)),
      sized<ZrSized, SpX, ZrX>("ldr(Sized,MemReg)", row("ldr"), AT_REG(ldr)),
      plain<ZrX, SpX, Offset<1>>("ldrsb(X,MemImm)", row("ldrsb"), AT_IMM(ldrsb)),
      plain<ZrX, SpX, ZrX>("ldrsb(X,MemReg)", row("ldrsb"), AT_REG(ldrsb)),
      plain<ZrX, SpX, Offset<2>>("ldrsh(X,MemImm)", row("ldrsh"), AT_IMM(ldrsh)),
      plain<ZrX, SpX, ZrX>("ldrsh(X,MemReg)", row("ldrsh"), AT_REG(ldrsh)),
      plain<ZrX, SpX, Offset<4>>("ldrsw(X,MemImm)", row("ldrsw"), AT_IMM(ldrsw)),
      plain<ZrX, SpX, ZrX>("ldrsw(X,MemReg)", row("ldrsw"), AT_REG(ldrsw)),
      plain<W, SpX, Offset<1>>("strb(W,MemImm)", row("strb"), AT_IMM(strb)),
      plain<W, SpX, ZrX>("strb(W,MemReg)", row("strb"), AT_REG(strb)),
      plain<W, SpX, Offset<2>>("strh(W,MemImm)", row("strh"), AT_IMM(strh)),
      plain<W, SpX, ZrX>("strh(W,MemReg)", row("strh"), AT_REG(strh)),
      sized<ZrSized, SpX, Offset<8>>("str(Sized,MemImm)", row("str"), AT_IMM(str)),
      sized<ZrSized, SpX, ZrX>("str(Sized,MemReg)", row("str"), AT_REG(str)),
      plain<ZrX, ZrX>("push(X,X)", "stp {0}, {1}, [sp, #-16]!", CALL(push)),
      without(plain<ZrX, ZrX>("pop(X,X)", "ldp {0}, {1}, [sp], #16", CALL(pop)), loads_one_twice),
      plain<ZrX, Distance<19>>("ldr_literal(X,std::int32_t)", "ldr {0}, {1}", CALL(ldr_literal)),
  };
}

std::vector<Row> atomic_rows() {
  return {
      sized<ZrSized, SpX>("stadd(Sized,X)", "stadd {0}, [{1}]", CALL(stadd)),
      sized<ZrSized, SpX>("stclr(Sized,X)", "stclr {0}, [{1}]", CALL(stclr)),
      sized<ZrSized, SpX>("steor(Sized,X)", "steor {0}, [{1}]", CALL(steor)),
      sized<ZrSized, SpX>("stset(Sized,X)", "stset {0}, [{1}]", CALL(stset)),
      sized<ZrSized, ZrSized, SpX>("ldaddal(Sized,Sized,X)", "ldaddal {0}, {1}, [{2}]", CALL(ldaddal)),
      sized<ZrSized, ZrSized, SpX>("ldclral(Sized,Sized,X)", "ldclral {0}, {1}, [{2}]", CALL(ldclral)),
      sized<ZrSized, ZrSized, SpX>("ldeoral(Sized,Sized,X)", "ldeoral {0}, {1}, [{2}]", CALL(ldeoral)),
      sized<ZrSized, ZrSized, SpX>("ldsetal(Sized,Sized,X)", "ldsetal {0}, {1}, [{2}]", CALL(ldsetal)),
      sized<ZrSized, ZrSized, SpX>("swpal(Sized,Sized,X)", "swpal {0}, {1}, [{2}]", CALL(swpal)),
      sized<ZrSized, ZrSized, SpX>("casal(Sized,Sized,X)", "casal {0}, {1}, [{2}]", CALL(casal)),
      sized<ZrSized, SpX>("ldxr(Sized,X)", "ldxr {0}, [{1}]", CALL(ldxr)),
      without(sized<W, ZrSized, SpX>("stxr(W,Sized,X)", "stxr {0}, {1}, [{2}]", CALL(stxr)),
              status_is_an_operand),
      without(sized<W, ZrSized, SpX>("stlxr(W,Sized,X)", "stlxr {0}, {1}, [{2}]", CALL(stlxr)),
              status_is_an_operand),
      plain<>("dmb_ish()", "dmb ish", CALL(dmb_ish)),
  };
}

/// A template's branch over nops; the bytes are the branch's.
template <class... T, class Branch>
Row ahead(const char* signature, const char* pattern, Branch branch) {
  Row row = sized<T..., Ahead>(signature, pattern, [branch](Assembler& a, auto... operands) {
    const auto all = std::make_tuple(operands...);
    ShortLabel out;
    branch(a, std::get<0>(all), out);
    for (unsigned i = 0; i < std::get<sizeof...(T)>(all).words; ++i) a.nop();
    a.bind(out);
  });
  const auto cut = [](Sample sample) {
    sample.bytes.resize(word_bytes);
    return sample;
  };
  row.samples = [all = row.samples, cut] {
    std::vector<Sample> samples = all();
    for (Sample& sample : samples) sample = cut(std::move(sample));
    return samples;
  };
  row.random = [one = row.random, cut] { return cut(one()); };
  return row;
}

std::vector<Row> control_rows();

}  // namespace

template <>
struct Operand<Ahead> {
  static std::vector<Ahead> values() { return {{0}, {1}, {2}, {7}, {31}, {200}}; }
  static std::string text(Ahead ahead, char) { return fmt::format("#{}", (ahead.words + 1) * word_bytes); }
};

namespace {

std::vector<Row> control_rows() {
  return {
      plain<Distance<26>>("b(std::int32_t)", "b {0}", CALL(b)),
      plain<Distance<26>>("bl(std::int32_t)", "bl {0}", CALL(bl)),
      plain<Cond, Distance<19>>("b(Cond,std::int32_t)", "b.{0} {1}", CALL(b)),
      sized<ZrSized, Distance<19>>("cbz(Sized,std::int32_t)", "cbz {0}, {1}", CALL(cbz)),
      sized<ZrSized, Distance<19>>("cbnz(Sized,std::int32_t)", "cbnz {0}, {1}", CALL(cbnz)),
      plain<ZrX>("br(X)", "br {0}", CALL(br)),
      plain<ZrX>("blr(X)", "blr {0}", CALL(blr)),
      plain<>("ret()", "ret", CALL(ret)),
      plain<>("nop()", "nop", CALL(nop)),
      plain<>("bti_c()", "bti c", CALL(bti_c)),
      plain<>("bti_j()", "bti j", CALL(bti_j)),
      plain<>("bti_jc()", "bti jc", CALL(bti_jc)),
      plain<>("paciasp()", "paciasp", CALL(paciasp)),
      plain<>("autiasp()", "autiasp", CALL(autiasp)),
      plain<std::uint16_t>("brk(std::uint16_t)", "brk {0}", CALL(brk)),
      ahead<Cond>("b(Cond,ShortLabel&)", "b.{0} {1}",
                  [](Assembler& a, Cond cond, ShortLabel& out) { a.b(cond, out); }),
      ahead<ZrSized>("cbz(Sized,ShortLabel&)", "cbz {0}, {1}",
                     [](Assembler& a, Sized t, ShortLabel& out) { a.cbz(t, out); }),
  };
}

}  // namespace

const EncodingSet& arm64_encodings() {
  static const EncodingSet set = [] {
    EncodingSet all{disasm::Arch::aarch64,
                    "arm64",
                    "jit/arm64/assembler.hpp",
                    {},
                    {"here()", "bind(constShortLabel&)", "data(std::uint64_t)"}};
    for (const auto rows : {arithmetic_rows, memory_rows, atomic_rows, control_rows}) {
      const std::vector<Row> more = rows();
      all.rows.insert(all.rows.end(), more.begin(), more.end());
    }
    return all;
  }();
  return set;
}

}  // namespace tailbound::test
