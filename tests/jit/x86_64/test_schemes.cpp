// What every scheme's records say of the code: where a tail call lands, what a frame takes, and that a tail
// call leaves the stack as its landing expects it. A small reading of the stack effects of prologue and unwind
// stands beside the records.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "jit/x86_64/schemes.hpp"

namespace tailbound::test {

namespace {

using x86_64::Emitter;
using x86_64::Scheme;
using Bytes = std::vector<std::uint8_t>;

/// The code of some steps, and where each begins.
struct Code {
  Bytes bytes;
  std::vector<std::uint32_t> step_at;
};

Code emit(const Scheme::Steps& steps, const jit::Frame& frame, const jit::Options& options) {
  jit::CodeBuffer buffer;
  buffer.ensure(1024);
  jit::Image image;
  Emitter e{.a = x86_64::Assembler(buffer), .options = options, .image = image, .frame = frame, .site = {}};
  Code code;
  for (const auto& step : steps) {
    code.step_at.push_back(e.a.here());
    step.emit(e);
  }
  code.bytes.assign(buffer.bytes().begin(), buffer.bytes().end());
  return code;
}

/// Stack effect of straight-line code by its bytes. `rax_is_pointer` decides the one branch that prologues
/// have.
class StackEffect {
 public:
  StackEffect(const Bytes& code, std::uint32_t from, bool rax_is_pointer)
      : code_(code), at_(from), rax_is_pointer_(rax_is_pointer) {}

  /// Bytes that rsp went down by the end; nothing where the code is not known here.
  std::optional<std::int64_t> read() {
    while (at_ < code_.size()) {
      if (!one()) return std::nullopt;
    }
    return down_;
  }

 private:
  bool begins(std::initializer_list<std::uint8_t> pattern) const {
    return at_ + pattern.size() <= code_.size() &&
           std::equal(pattern.begin(), pattern.end(), code_.begin() + at_);
  }
  std::int32_t imm32(std::uint32_t offset) const {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < 4; ++i)
      value |= static_cast<std::uint32_t>(code_[at_ + offset + i]) << (8 * i);
    return static_cast<std::int32_t>(value);
  }
  bool skip(std::uint32_t size, std::int64_t down = 0) {
    at_ += size;
    down_ += down;
    return true;
  }

  bool one() {
    struct Neutral {
      std::initializer_list<std::uint8_t> pattern;
      std::uint32_t size;
    };
    static const Neutral neutral[] = {{{0xf3, 0x0f, 0x1e, 0xfa}, 4},
                                      {{0x66, 0x90}, 2},
                                      {{0x0f, 0x1f, 0x00}, 3},
                                      {{0x0f, 0x1f, 0x40}, 4},
                                      {{0x0f, 0x1f, 0x44}, 5},
                                      {{0x66, 0x0f, 0x1f, 0x44}, 6},
                                      {{0x0f, 0x1f, 0x80}, 7},
                                      {{0x0f, 0x1f, 0x84}, 8},
                                      {{0x90}, 1},
                                      {{0x31, 0xc0}, 2},
                                      {{0x48, 0x31, 0xc0}, 3},
                                      {{0x48, 0x89, 0xe5}, 3},
                                      {{0x48, 0x89, 0xe0}, 3},
                                      {{0x48, 0x83, 0xf8}, 4},
                                      {{0x4c, 0x8d, 0x94, 0x24}, 8},
                                      {{0x48, 0xb8}, 10},
                                      {{0x48, 0x8b, 0x00}, 3},
                                      {{0x48, 0xc7, 0x00}, 7},
                                      {{0x48, 0xc7, 0x04, 0x24}, 8},
                                      {{0x48, 0x89, 0x65}, 4},
                                      {{0x48, 0x8b, 0x45}, 4},
                                      {{0x48, 0x83, 0x00}, 4},
                                      {{0x83, 0x00}, 3},
                                      {{0x8b, 0x00}, 2}};
    for (const Neutral& n : neutral) {
      if (begins(n.pattern)) return skip(n.size);
    }
    if (begins({0x77})) return skip(rax_is_pointer_ ? 2U + code_[at_ + 1] : 2U);
    if (begins({0xeb})) return skip(2U + code_[at_ + 1]);
    if (begins({0xe8})) return skip(5U + static_cast<std::uint32_t>(imm32(1)), 8);
    if (begins({0x48, 0x81, 0xec})) return skip(7, imm32(3));
    if (begins({0x48, 0x81, 0xc4})) return skip(7, -imm32(3));
    if (begins({0x48, 0x83, 0xec})) return skip(4, code_[at_ + 3]);
    if (begins({0x48, 0x83, 0xc4})) return skip(4, -static_cast<std::int64_t>(code_[at_ + 3]));
    const std::uint32_t prefix = begins({0x41}) ? 1 : 0;
    const std::uint8_t op = code_[at_ + prefix] & 0xf8;
    if (op == 0x50) return skip(prefix + 1, 8);
    if (op == 0x58) return skip(prefix + 1, -8);
    return false;
  }

  const Bytes& code_;
  std::uint32_t at_;
  bool rax_is_pointer_;
  std::int64_t down_ = 0;
};

std::vector<std::size_t> positions(const Scheme::Steps& steps, std::string_view name) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].name == name) found.push_back(i);
  }
  return found;
}

jit::Frame any_frame(bool is_main, bool reaches) {
  return {.is_main = is_main,
          .reaches_tail_call = reaches,
          .stack_depth = *rc::gen::inRange<std::uint32_t>(0, 513),
          .saved_registers = *rc::gen::inRange<std::uint8_t>(0, 16)};
}
jit::Options any_options() {
  jit::Options options;
  options.ibt = *rc::gen::arbitrary<bool>();
  return options;
}
const Scheme& any_scheme() {
  return x86_64::schemes()[*rc::gen::inRange<std::size_t>(0, x86_64::schemes().size())];
}

RC_GTEST_PROP(Schemes, ATailCallLandsOnTheSecondLandingPad, ()) {
  const Scheme& scheme = any_scheme();
  const jit::Options options = any_options();
  const auto pads = positions(scheme.prologue, "landing pad");
  RC_ASSERT(pads.size() == 2U);
  const Code code = emit(scheme.prologue, any_frame(true, *rc::gen::arbitrary<bool>()), options);
  RC_ASSERT(code.step_at[pads[1]] == scheme.landing(options));
}

/// Return address, then the prologue.
RC_GTEST_PROP(Schemes, AnEnteredFrameTakesWhatItsSchemeSays, ()) {
  const Scheme& scheme = any_scheme();
  const bool is_main = *rc::gen::arbitrary<bool>();
  const jit::Frame frame = any_frame(is_main, *rc::gen::arbitrary<bool>());
  const Code code = emit(scheme.prologue, frame, any_options());
  const auto down = StackEffect(code.bytes, 0, !is_main).read();
  RC_ASSERT(down.has_value());
  std::int64_t want = scheme.frame_bytes(frame);
  if (is_main && scheme.entry_bytes != nullptr) want += scheme.entry_bytes(frame);
  // Its hidden slots are there only when a tail call enters, which the next property looks at.
  if (scheme.identity.name == "hidden-slot" && is_main && !frame.reaches_tail_call) want -= 16;
  RC_ASSERT(*down + 8 == want);
}

/// Unwind of any caller, then the landing of any main.
RC_GTEST_PROP(Schemes, ATailCallLeavesTheStackAsItsLandingExpects, ()) {
  const Scheme& scheme = any_scheme();
  const jit::Options options = any_options();
  const jit::Frame caller = any_frame(*rc::gen::arbitrary<bool>(), true);
  const jit::Frame callee = any_frame(true, *rc::gen::arbitrary<bool>());
  const auto& site = scheme.tail_call_direct;
  const auto bypass = positions(site, "bypass");
  RC_ASSERT(bypass.size() == 1U);
  RC_ASSERT(site.back().name == "target");
  const Scheme::Steps unwind(site.begin() + static_cast<std::ptrdiff_t>(bypass[0]) + 1, site.end() - 1);
  const auto up = StackEffect(emit(unwind, caller, options).bytes, 0, true).read();
  const auto down = StackEffect(emit(scheme.prologue, callee, options).bytes, scheme.landing(options),
                                *rc::gen::arbitrary<bool>())
                        .read();
  RC_ASSERT(up.has_value());
  RC_ASSERT(down.has_value());
  RC_ASSERT(static_cast<std::int64_t>(scheme.frame_bytes(caller)) + *up + *down ==
            static_cast<std::int64_t>(scheme.frame_bytes(callee)));
}

TEST(Schemes, NamesAreKebabCaseAndDiffer) {
  std::set<std::string_view> seen;
  for (const Scheme& scheme : x86_64::schemes()) {
    const std::string_view name = scheme.identity.name;
    EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-."), std::string_view::npos) << name;
    EXPECT_EQ(x86_64::find_scheme(name), &scheme);
    EXPECT_FALSE(scheme.identity.summary.empty()) << name;
    EXPECT_FALSE(scheme.identity.source.empty()) << name;
    ASSERT_NE(scheme.identity.profile, nullptr) << name;
    EXPECT_FALSE(scheme.identity.meant_sound && scheme.identity.wild) << name;
  }
}

}  // namespace

}  // namespace tailbound::test
