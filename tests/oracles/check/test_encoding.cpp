// Images against LLVM's decoder: the JIT's hold under every scheme and option, and each kind of planted fault
// is seen.
#include "oracles/check/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gen/generate.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/schemes.hpp"
#include "oracles/check/determinism.hpp"
#include "tests/oracles/check/image_faults.hpp"

namespace tailbound::test {

namespace {

jit::Options any_options() {
  jit::Options options;
  options.ibt = *rc::gen::arbitrary<bool>();
  options.retpolines = *rc::gen::arbitrary<bool>();
  options.return_thunks = *rc::gen::arbitrary<bool>();
  options.int3_after_ret = *rc::gen::arbitrary<bool>();
  options.blinding = *rc::gen::arbitrary<bool>();
  return options;
}

std::vector<jit::Image> images(std::uint64_t seed, const x86_64::Scheme& scheme, const jit::Options& options) {
  return images_by<x86_64::Compiler>(seed, scheme, options);
}

RC_GTEST_PROP(Encoding, OurImagesHoldUnderEveryScheme, (std::uint64_t seed)) {
  const jit::Options options = any_options();
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    for (const jit::Image& image : images(seed, scheme, options)) {
      const Verdict verdict = encoding()(image);
      RC_LOG() << scheme.identity.name << ": " << verdict.detail;
      RC_ASSERT(!verdict.broken());
    }
  }
}

jit::ImageSite* first_direct(jit::Image& image) {
  for (jit::ImageSite& site : image.sites) {
    if (site.direct_index) return &site;
  }
  return nullptr;
}

const jit::Relocation* first_call(const jit::Image& image) {
  for (const jit::Relocation& r : image.relocations) {
    if (r.kind == jit::Relocation::Kind::function) return &r;
  }
  return nullptr;
}

/// The place of `mov rbp, rsp` in the prologue: three bytes, so one behind its start is no boundary.
std::uint32_t frame_move(const jit::Image& image) { return image.functions[0].landing - 3; }

const ImageFault faults[] = {
    {"landing inside an instruction",
     [](jit::Image& image) {
       image.functions[0].landing -= 2;
       return "landing";
     }},
    {"landing behind the function",
     [](jit::Image& image) {
       image.functions[0].landing = image.functions[0].size;
       return "landing";
     }},
    {"an address inside an instruction",
     [](jit::Image& image) {
       image.address[0] = frame_move(image) + 1;
       return "address map";
     }},
    {"an address map that goes back",
     [](jit::Image& image) {
       image.address[image.functions[0].end_insn - 1] = image.functions[0].offset;
       return "address map";
     }},
    {"an address map that ends early",
     [](jit::Image& image) {
       image.address.pop_back();
       return "address map";
     }},
    {"a function cut short",
     [](jit::Image& image) {
       image.functions[0].size = frame_move(image) + 1;
       return "no instruction";
     }},
    {"a function behind the code",
     [](jit::Image& image) {
       image.functions.back().size += 1;
       return "function";
     }},
    {"bytes that are no instruction",
     [](jit::Image& image) {
       image.code[0] = 0x06;
       return "no instruction";
     }},
    {"a jump into an instruction",  // the seed's place gets a short jump into `mov rbp, rsp`
     [](jit::Image& image) {
       const std::uint32_t at = frame_move(image) - 4;
       image.code[at] = 0xeb;
       image.code[at + 1] = 3;
       image.code[at + 2] = 0x90;
       return "branch target";
     }},
    {"a jump out of the program",
     [](jit::Image& image) {
       const std::uint32_t at = frame_move(image) - 4;
       image.code[at] = 0xeb;
       image.code[at + 1] = 0x80;
       image.code[at + 2] = 0x90;
       return "branch target";
     }},
    {"a relocation one byte early",
     [](jit::Image& image) -> const char* {
       if (image.relocations.empty()) return nullptr;
       image.relocations.back().offset -= 1;
       return "relocation";
     }},
    {"a call of a function that is not there",
     [](jit::Image& image) -> const char* {
       const jit::Relocation* const call = first_call(image);
       if (call == nullptr) return nullptr;
       image.relocations[static_cast<std::size_t>(call - image.relocations.data())].target = 1000;
       return "relocation";
     }},
    {"a call field for an address",
     [](jit::Image& image) -> const char* {
       const jit::Relocation* const call = first_call(image);
       if (call == nullptr) return nullptr;
       image.relocations[static_cast<std::size_t>(call - image.relocations.data())].kind =
           jit::Relocation::Kind::thunk;
       return "relocation";
     }},
    {"a way out inside an instruction",
     [](jit::Image& image) -> const char* {
       if (image.sites.empty()) return nullptr;
       image.sites[0].out = frame_move(image) + 1;
       return "site";
     }},
    {"a patch site one byte late",
     [](jit::Image& image) -> const char* {
       jit::ImageSite* const site = first_direct(image);
       if (site == nullptr) return nullptr;
       site->target += 1;
       return "patch site";
     }},
    {"a bypass at a shorter instruction",  // push rbp
     [](jit::Image& image) -> const char* {
       jit::ImageSite* const site = first_direct(image);
       if (site == nullptr || site->function != 0) return nullptr;
       site->bypass = frame_move(image) - 1;
       return "patch site";
     }},
};

RC_GTEST_PROP(Encoding, EveryPlantedFaultIsSeen, (std::uint64_t seed)) {
  each_fault_is_seen(images(seed, *x86_64::find_scheme("pointer"), {}), faults);
}

TEST(Encoding, EveryFaultFindsAPlace) {
  each_fault_finds_a_place([](std::uint64_t n) { return images(n, *x86_64::find_scheme("pointer"), {}); }, faults);
}

RC_GTEST_PROP(Determinism, AWarmCompilerGivesWhatAFreshOneGives, (std::uint64_t seed)) {
  static x86_64::Compiler warm;
  static jit::Image again;
  const jit::Options options = any_options();
  gen::ByteSource source(seed);
  const bpf::Lowered lowered = bpf::lower(gen::generate(source, {}));
  for (const x86_64::Scheme& scheme : x86_64::schemes()) {
    for (const bpf::Bytecode& program : lowered.programs) {
      jit::Image fresh;
      RC_ASSERT(x86_64::Compiler().compile(program, scheme, options, fresh).has_value());
      RC_ASSERT(warm.compile(program, scheme, options, again).has_value());
      RC_ASSERT(!check::same_image(fresh, again).broken());
    }
  }
}

TEST(Determinism, EveryDifferenceHasItsName) {
  jit::Image one;
  one.code = {0x90, 0xc3};
  one.functions.resize(1);
  one.sites.resize(1);
  one.relocations.resize(1);
  one.address = {0};
  EXPECT_FALSE(check::same_image(one, one).broken());
  const auto kind = [&](auto&& change) {
    jit::Image other = one;
    change(other);
    return check::same_image(one, other).kind;
  };
  EXPECT_EQ(kind([](jit::Image& i) { i.code[1] = 0xcc; }), "code");
  EXPECT_EQ(kind([](jit::Image& i) { i.code.push_back(0xcc); }), "code");
  EXPECT_EQ(kind([](jit::Image& i) { i.functions[0].landing = 1; }), "functions");
  EXPECT_EQ(kind([](jit::Image& i) { i.sites[0].out = 1; }), "sites");
  EXPECT_EQ(kind([](jit::Image& i) { i.relocations[0].addend = 1; }), "relocations");
  EXPECT_EQ(kind([](jit::Image& i) { i.address[0] = 1; }), "address map");
}

}  // namespace

}  // namespace tailbound::test
