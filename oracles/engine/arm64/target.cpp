#include "oracles/engine/arm64/target.hpp"

#include <cassert>
#include <cstddef>
#include <cstring>

#include "jit/arm64/assembler.hpp"
#include "jit/arm64/compiler.hpp"
#include "jit/arm64/link.hpp"
#include "jit/arm64/literal.hpp"
#include "oracles/engine/arm64/stubs.hpp"

namespace tailbound::engine::arm64 {

namespace {

namespace arch = tailbound::arm64;
using native::EngineWords;

class ArmTarget final : public native::Target {
 public:
  ArmTarget(const arch::Scheme& scheme, const jit::Options& options) : scheme_(scheme), options_(options) {}

  std::string_view arch() const override { return "arm64"; }
  const jit::SchemeIdentity& scheme() const override { return scheme_.identity; }
  bool is_own_scheme() const override { return arch::find_scheme(scheme_.identity.name) == &scheme_; }
  const jit::Options& options() const override { return options_; }
  /// A helper that is called keeps nothing on the stack: the return address is in a register.
  jit::StackCosts stack_costs() const override {
    return {.frame = scheme_.frame_bytes, .entry = scheme_.entry_bytes, .helper = 0};
  }
  std::span<const std::uint64_t> canaries() const override { return arm64::canaries; }

  native::Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t, std::uint64_t words) override {
    return arm64::emit_stubs(out, words + offsetof(EngineWords, record), options_);
  }
  void begin_scenario(EngineWords&, std::uint64_t) override {}

  std::expected<void, bpf::InsnError> compile(const bpf::Bytecode& program, jit::Image& image) override {
    return compiler_.compile(program, scheme_, options_, image);
  }
  const jit::FrameFinder& found() const override { return compiler_.found(); }
  jit::Image compile_afresh(const bpf::Bytecode& program) const override {
    jit::Image image;
    [[maybe_unused]] const auto done = arch::Compiler().compile(program, scheme_, options_, image);
    assert(done.has_value() && "it compiled before");
    return image;
  }
  std::expected<void, std::string> link(const jit::Image& image, const jit::Placement& placement,
                                        std::uint8_t* code) override {
    return arch::link(image, placement, code);
  }

  /// The kernel's JIT has no direct tail calls on arm64.
  bool patches_sites() const override { return false; }
  void patch_site(const jit::Image&, const jit::ImageSite&, std::uint64_t, std::optional<std::uint64_t>,
                  std::uint8_t*, bool) override {}

  std::uint32_t least_body() const override { return arch::word_bytes; }
  void write_jump(std::uint8_t* at, std::uint64_t from, std::uint64_t to) override {
    buffer_.clear();
    buffer_.ensure(arch::word_bytes);
    arch::Assembler(buffer_).b(static_cast<std::int32_t>(static_cast<std::int64_t>(to - from)));
    std::memcpy(at, buffer_.bytes().data(), buffer_.size());
  }
  /// Compiled code keeps nothing in x10, x11 and the flags where a body begins.
  native::DetourTrap write_detour(const native::Detour& detour) override {
    using namespace tailbound::arm64;
    buffer_.clear();
    buffer_.ensure(detour_size);
    Assembler a(buffer_);
    ShortLabel go_on;
    emit_mov64(a, x10, detour.entries);
    a.ldr(x10, at(x10, 0));
    emit_mov64(a, x11, detour.due);
    a.ldr(x11, at(x11, 0));
    a.cmp(x10, x11);
    a.b(Cond::ne, go_on);
    const std::uint64_t trap = detour.address + a.here();
    a.brk(0);
    a.bind(go_on);
    const std::size_t end = buffer_.size() + detour.body.size();
    std::memcpy(detour.room, buffer_.bytes().data(), buffer_.size());
    std::memcpy(detour.room + buffer_.size(), detour.body.data(), detour.body.size());
    write_jump(detour.room + end, detour.address + end, detour.back);
    return {.pc = trap, .resume = trap + word_bytes};
  }

 private:
  const arch::Scheme& scheme_;
  jit::Options options_;
  arch::Compiler compiler_;
  jit::CodeBuffer buffer_;
};

}  // namespace

std::unique_ptr<native::Target> make_target(const arch::Scheme& scheme, const jit::Options& options) {
  return std::make_unique<ArmTarget>(scheme, options);
}

}  // namespace tailbound::engine::arm64
