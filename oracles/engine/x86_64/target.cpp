#include "oracles/engine/x86_64/target.hpp"

#include <cassert>
#include <cstring>

#include "jit/x86_64/assembler.hpp"
#include "jit/x86_64/compiler.hpp"
#include "jit/x86_64/counter.hpp"
#include "jit/x86_64/link.hpp"
#include "oracles/engine/x86_64/stubs.hpp"

namespace tailbound::engine::x86_64 {

namespace {

namespace arch = tailbound::x86_64;
using native::EngineWords;

/// What images find at their address for per-processor data, and behind it the task that it points to.
struct Counters {
  arch::PerCpu per_cpu;
  arch::Task task;
};
static_assert(sizeof(Counters) <= sizeof(EngineWords::target));

class X86Target final : public native::Target {
 public:
  X86Target(const arch::Scheme& scheme, const jit::Options& options) : scheme_(scheme), options_(options) {}

  std::string_view arch() const override { return "x86_64"; }
  const jit::SchemeIdentity& scheme() const override { return scheme_.identity; }
  bool is_own_scheme() const override { return arch::find_scheme(scheme_.identity.name) == &scheme_; }
  const jit::Options& options() const override { return options_; }
  jit::StackCosts stack_costs() const override {
    return {.frame = scheme_.frame_bytes, .entry = scheme_.entry_bytes};
  }
  std::span<const std::uint64_t> canaries() const override { return x86_64::canaries; }

  native::Stubs emit_stubs(jit::CodeBuffer& out, std::uint64_t code, std::uint64_t words) override {
    const native::Stubs stubs = x86_64::emit_stubs(out, words + offsetof(EngineWords, record), options_);
    for (std::size_t reg = 0; reg < stubs.thunk.size(); ++reg) placement_.thunk[reg] = code + stubs.thunk[reg];
    placement_.return_thunk = code + stubs.return_thunk;
    placement_.per_cpu = words + offsetof(EngineWords, target) + offsetof(Counters, per_cpu);
    return stubs;
  }

  void begin_scenario(EngineWords& words, std::uint64_t words_address) override {
    const std::uint64_t task = words_address + offsetof(EngineWords, target) + offsetof(Counters, task);
    const Counters fresh = {.per_cpu = {.tail_calls = 0, .current = reinterpret_cast<const arch::Task*>(task)},
                            .task = {}};
    std::memcpy(words.target.data(), &fresh, sizeof fresh);
  }

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
    placement_.function = placement.function;
    placement_.map = placement.map;
    placement_.map_value = placement.map_value;
    placement_.helper = placement.helper;
    arch::link(image, placement_, code);
    return {};
  }

  bool patches_sites() const override { return true; }
  void patch_site(const jit::Image& image, const jit::ImageSite& site, std::uint64_t function,
                  std::optional<std::uint64_t> entry, std::uint8_t* code, bool whole) override {
    const arch::SitePatches patch = arch::patches(image, site, function, entry);
    if (whole) std::memcpy(code + site.target, patch.target.data(), patch.target.size());
    std::memcpy(code + site.bypass, patch.bypass.data(), patch.bypass.size());
  }

  std::uint32_t least_body() const override { return arch::nop5.size(); }
  void write_jump(std::uint8_t* at, std::uint64_t from, std::uint64_t to) override {
    const arch::PatchBytes jump = arch::jump_bytes(from, to);
    std::memcpy(at, jump.data(), jump.size());
  }
  /// Compiled code keeps nothing in r10, r11 and the flags where a body begins.
  native::DetourTrap write_detour(const native::Detour& detour) override {
    using namespace tailbound::x86_64;
    buffer_.clear();
    buffer_.ensure(detour_size);
    Assembler a(buffer_);
    ShortLabel go_on;
    a.mov_imm64(Gp::r11, detour.entries);
    a.mov(r11, at(r11));
    a.mov_imm64(Gp::r10, detour.due);
    a.mov(r10, at(r10));
    a.alu(Group1::cmp, r11, r10);
    a.jcc(Cond::ne, go_on);
    a.int3();
    const std::uint64_t behind = detour.address + a.here();
    a.bind(go_on);
    std::memcpy(detour.room, buffer_.bytes().data(), buffer_.size());
    std::memcpy(detour.room + buffer_.size(), detour.body.data(), detour.body.size());
    const std::size_t end = buffer_.size() + detour.body.size();
    write_jump(detour.room + end, detour.address + end, detour.back);
    return {.pc = behind, .resume = behind};
  }

 private:
  const arch::Scheme& scheme_;
  jit::Options options_;
  arch::Compiler compiler_;
  jit::Placement placement_;  // with the thunks
  jit::CodeBuffer buffer_;
};

}  // namespace

std::unique_ptr<native::Target> make_target(const arch::Scheme& scheme, const jit::Options& options) {
  return std::make_unique<X86Target>(scheme, options);
}

}  // namespace tailbound::engine::x86_64
