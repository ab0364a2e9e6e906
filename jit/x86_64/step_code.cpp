#include "jit/x86_64/step_code.hpp"

namespace tailbound::x86_64 {

namespace {

/// Room for any step.
constexpr std::uint32_t longest_step = 256;

void emit(const Step& step, const jit::Frame& frame, const jit::Frame& callee, jit::CodeBuffer& code) {
  const jit::Options options;
  jit::Image image;
  code.ensure(longest_step);
  Emitter emitter{.a = Assembler(code),
                  .options = options,
                  .image = image,
                  .frame = frame,
                  .function = 0,
                  .site = {},
                  .callee = callee};
  step.emit(emitter);
  emitter.a.bind(emitter.site.out);
}

/// For all kinds of frames, one after the other.
std::vector<std::uint8_t> code_of(const Step& step) {
  jit::CodeBuffer code;
  for (const bool is_main : {true, false}) {
    for (const bool reaches : {true, false}) {
      for (const std::uint32_t depth : {0U, 8U, 13U, 200U}) {
        for (const bool callee_reaches : {true, false}) {
          const jit::Frame frame{.is_main = is_main,
                                 .reaches_tail_call = reaches,
                                 .stack_depth = depth,
                                 .saved_registers = static_cast<std::uint8_t>(depth % 16)};
          const jit::Frame callee{
              .is_main = false, .reaches_tail_call = callee_reaches, .stack_depth = 0, .saved_registers = 0};
          emit(step, frame, callee, code);
        }
      }
    }
  }
  return {code.bytes().begin(), code.bytes().end()};
}

}  // namespace

bool same_step(const Step& a, const Step& b) {
  if (a.name != b.name) return false;
  return a.emit == b.emit || code_of(a) == code_of(b);
}

}  // namespace tailbound::x86_64
