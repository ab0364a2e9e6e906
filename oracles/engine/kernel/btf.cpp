#include "oracles/engine/kernel/btf.hpp"

#include <bpf/btf.h>
#include <linux/btf.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "jit/bpf/limits.hpp"

namespace tailbound::engine::kernel {

namespace {

struct Free {
  void operator()(btf* types) const { btf__free(types); }
};
using Types = std::unique_ptr<btf, Free>;

/// Nothing that is written depends on the machine: it fails for want of memory alone.
std::uint32_t written(int id) {
  if (id < 0) {
    std::fputs("tailbound: no memory for BTF\n", stderr);
    std::abort();
  }
  return static_cast<std::uint32_t>(id);
}

/// `int (void *ctx)`. Only what returns an int may tail-call in a subprogram.
int add_signature(btf& types) {
  const auto result = written(btf__add_int(&types, "int", 4, BTF_INT_SIGNED));
  const auto pointer = written(btf__add_ptr(&types, 0));
  const int signature = btf__add_func_proto(&types, static_cast<int>(result));
  written(btf__add_func_param(&types, "ctx", static_cast<int>(pointer)));
  return signature;
}

/// Static: global functions are verified apart from their callers.
FunctionBtf write() {
  const Types types(btf__new_empty());
  FunctionBtf out;
  const auto signature = static_cast<int>(written(add_signature(*types)));
  out.first_function = written(btf__add_func(types.get(), "main", BTF_FUNC_STATIC, signature));
  for (std::uint32_t i = 1; i <= bpf::default_limits().functions; ++i) {
    written(btf__add_func(types.get(), ("f" + std::to_string(i)).c_str(), BTF_FUNC_STATIC, signature));
  }
  out.file_name = written(btf__add_str(types.get(), "scenario"));
  out.line = written(btf__add_str(types.get(), "insn"));
  std::uint32_t size = 0;
  const auto* const raw = static_cast<const std::uint8_t*>(btf__raw_data(types.get(), &size));
  if (raw == nullptr) written(-1);
  out.bytes.assign(raw, raw + size);
  return out;
}

}  // namespace

const FunctionBtf& function_btf() {
  static const FunctionBtf blob = write();
  return blob;
}

void func_info(const bpf::Bytecode& program, std::vector<JobFunction>& into) {
  into.clear();
  for (std::uint32_t f = 0; f < program.functions.size(); ++f) {
    into.push_back({program.functions[f].first_insn, function_btf().first_function + f});
  }
}

void line_info(const bpf::Bytecode& program, std::vector<JobLine>& into) {
  const FunctionBtf& btf = function_btf();
  into.clear();
  for (std::uint32_t i = 0; i < program.insns.size(); ++i) {
    into.push_back({.insn = i, .file_name = btf.file_name, .line = btf.line, .line_col = i});
    if (is_two_slot(program.insns[i])) ++i;
  }
}

}  // namespace tailbound::engine::kernel
