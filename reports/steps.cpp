#include "reports/steps.hpp"

#include <algorithm>
#include <array>

#include "jit/arm64/frame_bottom.hpp"
#include "jit/arm64/schemes.hpp"
#include "jit/x86_64/schemes.hpp"

namespace tailbound::reports {

namespace {

constexpr std::uint32_t longest_template = 512;

struct X86_64Steps {
  using Emitter = x86_64::Emitter;
  using Scheme = x86_64::Scheme;
  static constexpr bool epilogue_at_end = false;  // but at the first exit
  static constexpr std::uint32_t result_size = 0;

  /// `call rel32`, which stands between the steps before and behind a call.
  static std::uint32_t call_size(const Scheme&) { return 5; }
  static std::uint32_t data_bytes(const Emitter&) { return 0; }
  /// Gives where the first step begins in the emitter's buffer.
  static std::uint32_t prepare(const bpf::Bytecode&, const bpf::LoweredFunction&, std::uint32_t, Emitter&) {
    return 0;
  }
};

struct Arm64Steps {
  using Emitter = arm64::Emitter;
  using Scheme = arm64::Scheme;
  static constexpr bool epilogue_at_end = true;
  /// The result's move, before the steps behind a call.
  static constexpr std::uint32_t result_size = arm64::word_bytes;

  /// `bl`, or an address of three moves and `blr`.
  static std::uint32_t call_size(const Scheme& scheme) {
    return (scheme.lowering.direct_calls ? 1 : 4) * arm64::word_bytes;
  }
  static std::uint32_t data_bytes(const Emitter& emitter) { return emitter.data_bytes; }
  static std::uint32_t prepare(const bpf::Bytecode& program, const bpf::LoweredFunction& function,
                               std::uint32_t lead, Emitter& emitter) {
    emitter.bottom = arm64::find_frame_bottom(program, function);
    if (lead != 0) emitter.a.nop();
    return lead;
  }
};

template <class Arch>
class Finder {
  using Emitter = typename Arch::Emitter;
  using Scheme = typename Arch::Scheme;

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
      if (bpf::is_exit(insn) && (Arch::epilogue_at_end ? i + 1 == f.end_insn : !left)) {
        left = true;  // the other exits jump there
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
    const std::uint32_t size = Arch::call_size(scheme_);
    spans_.push_back({end, size, "call", "call"});
    run(scheme_.after_call, "behind the call", end + size + Arch::result_size);
  }

  void tail_call(std::uint32_t at) {
    const auto site = std::ranges::find(image_.sites, at, &jit::ImageSite::insn);
    const bool direct = site != image_.sites.end() && site->direct_index.has_value();
    run(direct ? scheme_.tail_call_direct : scheme_.tail_call_indirect,
        direct ? "direct tail call" : "indirect tail call", image_.address[at]);
  }

  /// Gives the end of the last.
  std::uint32_t run(const typename Scheme::Steps& steps, std::string_view place, std::uint32_t at) {
    return at + emit(steps, at % 8, [&](const auto& step, std::uint32_t from, std::uint32_t size) {
             if (size != 0) spans_.push_back({at + from, size, step.name, place});
           });
  }

  /// Emits the steps elsewhere, `lead` bytes behind a multiple of 8, to see how long each is; data at their end
  /// aside. Gives the length of all.
  template <class Visit>
  std::uint32_t emit(const typename Scheme::Steps& steps, std::uint32_t lead, const Visit& visit) {
    jit::CodeBuffer buffer;
    jit::Image image;
    Emitter emitter{.a = decltype(Emitter::a)(buffer),
                    .options = options_,
                    .image = image,
                    .frame = frames_[function_],
                    .function = function_,
                    .site = {},
                    .callee = callee_};
    emitter.site.landing = scheme_.landing(options_);
    buffer.ensure(longest_template);
    const std::uint32_t start = Arch::prepare(program_, program_.functions[function_], lead, emitter);
    std::uint32_t end = start;
    for (const auto& step : steps) {
      buffer.ensure(longest_template);
      const std::uint32_t before = end;
      step.emit(emitter);
      end = buffer.size() - Arch::data_bytes(emitter);
      visit(step, before - start, end - before);
    }
    return end - start;
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

std::vector<StepSpan> step_spans(const bpf::Bytecode& program, const jit::Image& image,
                                 const jit::SchemeView& scheme, const jit::Options& options) {
  switch (scheme.arch) {
    case jit::Arch::x86_64:
      return Finder<X86_64Steps>(program, image, *x86_64::find_scheme(scheme.identity.name), options).find();
    case jit::Arch::arm64:
      return Finder<Arm64Steps>(program, image, *arm64::find_scheme(scheme.identity.name), options).find();
  }
  return {};
}

const jit::SchemeView* scheme_of(const Finding& finding) {
  return jit::find_scheme(finding.engine.name, finding.engine.scheme);
}

bool touches_count(std::string_view step) {
  constexpr std::array<std::string_view, 5> words = {"count", "charge", "pointer", "cell", "propagate"};
  if (step == "frame pointer") return false;
  return std::ranges::any_of(words, [&](std::string_view word) { return step.contains(word); });
}

}  // namespace tailbound::reports
