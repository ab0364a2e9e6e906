#include "reports/steps.hpp"

#include <algorithm>
#include <array>

namespace tailbound::reports {

namespace {

using x86_64::Emitter;
using x86_64::Scheme;

/// `call rel32`, which stands between the steps before and behind a call.
constexpr std::uint32_t call_size = 5;
constexpr std::uint32_t longest_template = 512;

class Finder {
 public:
  Finder(const bpf::Bytecode& program, const jit::Image& image, const Scheme& scheme,
         const jit::Options& options)
      : program_(program), image_(image), scheme_(scheme), options_(options) {
    jit::find_frames(program, frames_);
  }

  std::vector<StepSpan> find() {
    for (std::uint16_t f = 0; f < program_.functions.size(); ++f) function(f);
    std::ranges::sort(spans_, {}, &StepSpan::offset);
    return std::move(spans_);
  }

 private:
  void function(std::uint16_t number) {
    function_ = number;
    const bpf::LoweredFunction& f = program_.functions[number];
    run(scheme_.prologue, "prologue", image_.functions[number].offset);
    bool left = false;
    for (std::uint32_t i = f.first_insn; i < f.end_insn; i += bpf::is_two_slot(program_.insns[i]) ? 2 : 1) {
      const bpf::Insn& insn = program_.insns[i];
      if (bpf::is_exit(insn) && !left) {
        left = true;  // later exits jump to the first
        run(scheme_.epilogue, "epilogue", image_.address[i]);
      } else if (bpf::is_tail_call(insn)) {
        tail_call(i);
      } else if (bpf::is_local_call(insn)) {
        call(i, insn);
      } else if (bpf::is_helper_call(insn)) {
        run(scheme_.helper_site, "before the helper", image_.address[i]);
      }
    }
  }

  void call(std::uint32_t at, const bpf::Insn& insn) {
    callee_ = frames_[jit::function_at(program_, at + 1 + static_cast<std::uint32_t>(insn.imm))];
    const std::uint32_t end = run(scheme_.call_site, "before the call", image_.address[at]);
    spans_.push_back({end, call_size, "call", "call"});
    run(scheme_.after_call, "behind the call", end + call_size);
  }

  void tail_call(std::uint32_t at) {
    const auto site = std::ranges::find(image_.sites, at, &jit::ImageSite::insn);
    const bool direct = site != image_.sites.end() && site->direct_index.has_value();
    run(direct ? scheme_.tail_call_direct : scheme_.tail_call_indirect,
        direct ? "direct tail call" : "indirect tail call", image_.address[at]);
  }

  /// Emits the steps elsewhere to see how long each is; gives the end of the last.
  std::uint32_t run(const Scheme::Steps& steps, std::string_view place, std::uint32_t at) {
    jit::CodeBuffer buffer;
    jit::Image image;
    Emitter emitter{.a = x86_64::Assembler(buffer),
                    .options = options_,
                    .image = image,
                    .frame = frames_[function_],
                    .function = function_,
                    .site = {},
                    .callee = callee_};
    emitter.site.landing = scheme_.landing(options_);
    for (const auto& step : steps) {
      buffer.ensure(longest_template);
      const std::uint32_t before = buffer.size();
      step.emit(emitter);
      const std::uint32_t size = buffer.size() - before;
      if (size != 0) spans_.push_back({at + before, size, step.name, place});
    }
    return at + buffer.size();
  }

  const bpf::Bytecode& program_;
  const jit::Image& image_;
  const Scheme& scheme_;
  const jit::Options& options_;
  std::vector<jit::Frame> frames_;
  std::vector<StepSpan> spans_;
  std::uint16_t function_ = 0;
  jit::Frame callee_;
};

}  // namespace

std::vector<StepSpan> step_spans(const bpf::Bytecode& program, const jit::Image& image, const Scheme& scheme,
                                 const jit::Options& options) {
  return Finder(program, image, scheme, options).find();
}

const x86_64::Scheme* x86_scheme(const Finding& finding) {
  return finding.engine.name == "x86_64" ? x86_64::find_scheme(finding.engine.scheme) : nullptr;
}

bool touches_count(std::string_view step) {
  constexpr std::array<std::string_view, 5> words = {"count", "charge", "pointer", "cell", "propagate"};
  return std::ranges::any_of(words, [&](std::string_view word) { return step.contains(word); });
}

}  // namespace tailbound::reports
