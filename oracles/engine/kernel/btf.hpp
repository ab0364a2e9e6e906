// The type information that the verifier asks for before a subprogram may tail-call: a name and a signature
// for each function.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "oracles/engine/kernel/fd.hpp"
#include "oracles/engine/kernel/load_error.hpp"

namespace tailbound::engine::kernel {

/// One BTF object for all programs: `int main(void *ctx)` and, for every subprogram index that a program may
/// have, `static int f<index>(void *ctx)`.
class FunctionBtf {
 public:
  static std::expected<FunctionBtf, LoadError> load();

  int fd() const { return fd_.get(); }
  /// BTF id of a program's function, 0 (main) to bpf::Limits::functions - 1.
  std::uint32_t type_id(std::uint32_t function) const { return first_ + function; }

 private:
  FunctionBtf(Fd fd, std::uint32_t first) : fd_(std::move(fd)), first_(first) {}

  Fd fd_;
  std::uint32_t first_;
};

/// A row of func_info as bpf(2) takes it (struct bpf_func_info).
struct FuncInfo {
  std::uint32_t insn = 0;
  std::uint32_t type_id = 0;
};
void func_info(const bpf::Bytecode& program, const FunctionBtf& btf, std::vector<FuncInfo>& into);

}  // namespace tailbound::engine::kernel
