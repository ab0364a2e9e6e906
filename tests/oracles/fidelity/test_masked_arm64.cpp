// What a comparison of arm64 images masks, and what it does not: addresses decide how long code is there.
#include <gtest/gtest.h>

#include <algorithm>

#include <rapidcheck/gtest.h>

#include "gen/rapidcheck.hpp"

#include "jit/arm64/compiler.hpp"
#include "jit/arm64/link.hpp"
#include "jit/arm64/literal.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/text.hpp"
#include "oracles/fidelity/examine.hpp"
#include "tests/oracles/fidelity/emitted_dump.hpp"

namespace tailbound::test {

namespace {

constexpr const char* schemes[] = {"by-value", "pointer"};

fidelity::Recognised recognised(std::string_view scheme, const jit::Options& options) {
  fidelity::Recognised out;
  out.arch = dump::find_arch("aarch64");
  out.scheme = scheme;
  out.options = options;
  return out;
}

jit::Options any_options(gen::ByteSource& bytes) {
  jit::Options options;
  options.translated = true;
  options.bti = bytes.percent(50);
  options.pac = bytes.percent(50);
  options.exclusives = bytes.percent(50);
  return options;
}

/// One program of a scenario, as a kernel at random addresses shows it.
struct Sample {
  const char* scheme;
  jit::Options options;
  const bpf::Bytecode* program;
  Emitted emitted;

  Sample(const bpf::Lowered& lowered, gen::ByteSource& bytes)
      : scheme(schemes[bytes.below(2)]),
        options(any_options(bytes)),
        program(&lowered.programs[bytes.below(static_cast<std::uint32_t>(lowered.programs.size()))]),
        emitted(emit_arm64(*program, lowered.maps.size(), scheme, options,
                           KernelAddresses(*program, lowered.maps.size(), bytes), bytes.percent(50))) {}

  auto examine() const {
    const dump::Source source(*program);
    return fidelity::examine(emitted.dump, recognised(scheme, options), &source);
  }
};

std::string first_difference(const fidelity::Examined& examined) {
  if (!examined.ours) return examined.not_compiled;
  for (const auto& difference : examined.differences) {
    if (difference) return difference->kind + ": " + difference->ours + " | " + difference->theirs;
  }
  return "";
}

RC_GTEST_PROP(MaskedArm64, WhereverAProgramLiesItIsTheSame, (const bpf::Scenario& scenario)) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  gen::ByteSource bytes(*rc::gen::arbitrary<std::uint64_t>());
  const Sample sample(lowered, bytes);
  const auto examined = sample.examine();
  RC_ASSERT(examined.has_value());
  RC_ASSERT(first_difference(*examined) == "");
  RC_ASSERT(examined->kernel.image.relocations.size() == sample.emitted.image.relocations.size());
}

/// Bits of the word at `offset` of the image that belong to an address: which 16 bits, and of a map's also
/// where to.
std::uint32_t address_bits(const jit::Image& image, std::uint32_t offset) {
  for (const jit::Relocation& r : image.relocations) {
    if (r.form != jit::Relocation::Form::literal || offset < r.offset) continue;
    const auto literal = arm64::read_literal(image.code, r.offset);
    const bool is_map = r.kind == jit::Relocation::Kind::map || r.kind == jit::Relocation::Kind::map_value;
    if (literal && offset < r.offset + literal->bytes) return is_map ? 0x7fffe0 : 0x1fffe0;
  }
  return 0;
}

RC_GTEST_PROP(MaskedArm64, AnyOtherBitIsSeen, (const bpf::Scenario& scenario)) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  gen::ByteSource bytes(*rc::gen::arbitrary<std::uint64_t>());
  Sample sample(lowered, bytes);
  const auto f = bytes.below(static_cast<std::uint32_t>(sample.emitted.image.functions.size()));
  const jit::ImageFunction& function = sample.emitted.image.functions[f];
  const std::uint32_t word = bytes.below(function.size / 4) * 4;
  const std::uint32_t bit = bytes.below(32);
  RC_PRE((address_bits(sample.emitted.image, function.offset + word) >> bit & 1) == 0);
  std::uint32_t in_dump = word + bit / 8;
  for (std::uint32_t before = 0; before < f; ++before) in_dump += sample.emitted.dump.functions[before].size;
  sample.emitted.dump.code[in_dump] ^= static_cast<std::uint8_t>(1U << bit % 8);
  const auto examined = sample.examine();
  RC_LOG() << "function " << f << ", +" << word << ", bit " << bit;
  // Without a prologue or a site that belongs there it is no image of the program.
  const bool seen = !examined.has_value() || examined->differences.at(f).has_value();
  RC_ASSERT(seen);
}

// --- blinded constants ---

/// A kernel shows the program as it was, and the code of the blinded one.
Emitted emit_blinded(const Sample& sample, std::size_t map_count, gen::ByteSource& bytes) {
  const bpf::Bytecode& program = *sample.program;
  std::uint32_t constants = 0;
  for (const bpf::LoweredFunction& f : program.functions) constants += bpf::blinded_constants(program, f);
  std::vector<bpf::BlindPair> pairs(constants);
  for (bpf::BlindPair& pair : pairs) {
    pair = {static_cast<std::int32_t>(bytes.bits()), static_cast<std::int32_t>(bytes.bits())};
  }
  const bpf::Bytecode blinded = bpf::blind(program, pairs);
  Emitted out = emit_arm64(blinded, map_count, sample.scheme, sample.options,
                           KernelAddresses(blinded, map_count, bytes), false);
  out.dump.translated = sample.emitted.dump.translated;
  for (std::size_t f = 0; f < program.functions.size(); ++f)
    out.dump.functions[f].first_insn = program.functions[f].first_insn;
  return out;
}

RC_GTEST_PROP(MaskedArm64, BlindedConstantsAreThoseOfTheProgram, (const bpf::Scenario& scenario)) {
  const bpf::Lowered lowered = bpf::lower(scenario);
  gen::ByteSource bytes(*rc::gen::arbitrary<std::uint64_t>());
  const Sample sample(lowered, bytes);
  const Emitted emitted = emit_blinded(sample, lowered.maps.size(), bytes);
  const dump::Source source(*sample.program);
  fidelity::Recognised as = recognised(sample.scheme, sample.options);
  as.hardened = true;
  const auto same = fidelity::examine(emitted.dump, as, &source);
  RC_ASSERT(same.has_value());
  RC_ASSERT(first_difference(*same) == "");
  // The same code is none of a program with another constant.
  dump::ProgramDump other = emitted.dump;
  const auto fuel = std::ranges::find_if(other.translated, [](const bpf::Insn& insn) {
    return insn == bpf::build::alu(bpf::AluOp::add, bpf::Reg::r2, -1);
  });
  RC_ASSERT(fuel != other.translated.end());
  fuel->imm = -2;
  const auto differs = fidelity::examine(other, as, &source);
  RC_ASSERT(differs.has_value());
  RC_ASSERT(first_difference(*differs) != "");
}

// --- one map, one address ---

bpf::Lowered two_loads() {
  bpf::Lowered lowered;
  lowered.maps = {{.kind = bpf::LoweredMap::Kind::array, .name = "values", .words = {0}, .slots = {}}};
  auto insns = bpf::assemble("r1 = map_value 0 + 0\nr2 = map_value 0 + 0\nr0 = 0\nexit\n");
  lowered.programs.push_back(*bpf::from_insns(std::move(*insns), lowered.maps));
  return lowered;
}

/// Both loads of one address, which takes three moves.
struct TwoLoads {
  bpf::Lowered lowered = two_loads();
  jit::Options options;
  std::vector<std::uint64_t> function = {0xffff'8000'8000'0000};
  std::vector<std::uint64_t> map = {0xffff'0000'8765'4320};
  std::vector<std::uint64_t> value = {0xffff'0000'1234'5678};

  TwoLoads() { options.translated = true; }

  dump::ProgramDump shown(jit::KnownMaps known) const {
    jit::Image image;
    EXPECT_TRUE(arm64::Compiler().compile(lowered.programs[0], *arm64::find_scheme("pointer"), options, {},
                                          image, known));
    EXPECT_TRUE(arm64::link(image, {.function = function, .map = map, .map_value = value}, image.code.data()));
    const dump::Code code = dump::code_of(image, 0);
    dump::ProgramDump out;
    out.code.assign(code.begin(), code.end());
    out.functions = {{.address = function[0], .size = image.functions[0].size, .first_insn = 0, .source = 0}};
    out.translated = lowered.programs[0].insns;
    out.maps = {{0, "values"}};
    return out;
  }
  std::string difference(const dump::ProgramDump& dump) const {
    const auto examined = fidelity::examine(dump, recognised("pointer", options));
    return examined ? first_difference(*examined) : examined.error();
  }
};

TEST(MaskedArm64, AMapAtTwoAddressesIsSeen) {
  const TwoLoads loads;
  dump::ProgramDump dump = loads.shown({.map = loads.map, .map_value = loads.value});
  EXPECT_EQ(loads.difference(dump), "");
  constexpr std::uint8_t third_move[] = {0x01, 0xcf, 0x8a, 0xf2};  // movk x1, #0x5678
  const auto found = std::ranges::search(dump.code, third_move);
  ASSERT_FALSE(found.empty());
  found[1] ^= 0x10;
  EXPECT_EQ(loads.difference(dump), "an address that changes: 0xffff000012345678 before | 0xffff0000123456f8");
}

TEST(MaskedArm64, AnAddressInMoreMovesThanItTakesIsSeen) {
  const TwoLoads loads;
  const dump::ProgramDump dump = loads.shown({});  // four moves, as our own JIT emits where it knows no address
  EXPECT_EQ(loads.difference(dump).substr(0, 20), "movk, other operands");
}

// --- what a probe's image is recognised by ---

struct Configuration {
  const char* name;
  const char* scheme;
  jit::Options options;
};

class ProbeArm64 : public testing::TestWithParam<Configuration> {};

TEST_P(ProbeArm64, IsRecognised) {
  const bpf::Lowered lowered = fidelity::probe();
  jit::Options options = GetParam().options;
  options.translated = true;
  gen::ByteSource bytes(std::uint64_t{7});
  const KernelAddresses at(lowered.programs[0], lowered.maps.size(), bytes);
  const Emitted emitted =
      emit_arm64(lowered.programs[0], lowered.maps.size(), GetParam().scheme, options, at, true);
  const auto recognised = fidelity::recognise({"", "aarch64", {emitted.dump}});
  ASSERT_TRUE(recognised.has_value()) << recognised.error();
  EXPECT_EQ(recognised->same, 3U);
  EXPECT_EQ(recognised->scheme, GetParam().scheme);
  EXPECT_EQ(recognised->options, options);
}

jit::Options with(bool bti, bool pac, bool exclusives) {
  jit::Options options;
  options.bti = bti;
  options.pac = pac;
  options.exclusives = exclusives;
  return options;
}
jit::Options at_offsets(std::uint8_t max_entries, std::uint32_t ptrs, std::uint8_t bpf_func) {
  jit::Options options;
  options.max_entries = max_entries;
  options.ptrs = ptrs;
  options.bpf_func = bpf_func;
  return options;
}

INSTANTIATE_TEST_SUITE_P(Of, ProbeArm64,
                         testing::Values(Configuration{"plain_by_value", "by-value", with(false, false, false)},
                                         Configuration{"plain_pointer", "pointer", with(false, false, false)},
                                         Configuration{"pac_by_value", "by-value", with(false, true, true)},
                                         Configuration{"pac_pointer", "pointer", with(false, true, true)},
                                         Configuration{"bti_by_value", "by-value", with(true, true, false)},
                                         Configuration{"bti_pointer", "pointer", with(true, true, false)},
                                         Configuration{"bti_alone", "pointer", with(true, false, true)},
                                         Configuration{"other_offsets", "pointer", at_offsets(76, 312, 72)}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ProbeArm64, WithoutTailCallsIsRefusedInASentence) {
  const bpf::Lowered lowered = fidelity::probe();
  jit::Options options;
  options.translated = true;
  gen::ByteSource bytes(std::uint64_t{7});
  const KernelAddresses at(lowered.programs[0], lowered.maps.size(), bytes);
  Emitted emitted = emit_arm64(lowered.programs[0], lowered.maps.size(), "pointer", options, at, true);
  constexpr std::uint8_t load_max_entries[] = {0x2a, 0x68, 0x6a, 0xb8};
  std::vector<std::uint8_t>& code = emitted.dump.code;
  for (auto found = code.begin(); found != code.end();) {
    found = std::search(found, code.end(), std::begin(load_max_entries), std::end(load_max_entries));
    if (found != code.end()) *found = 0x2b;
  }
  EXPECT_EQ(fidelity::recognise({"", "aarch64", {emitted.dump}}).error(),
            "the probe's image: function 0 has 2 tail calls, its code 0 sites");
}

}  // namespace

}  // namespace tailbound::test
