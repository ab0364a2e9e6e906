#include "oracles/engine/kernel/btf.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/btf.h>

#include <memory>
#include <string>

#include "jit/bpf/limits.hpp"

namespace tailbound::engine::kernel {

namespace {

struct Free {
  void operator()(btf* types) const { btf__free(types); }
};
using Types = std::unique_ptr<btf, Free>;

/// `int (void *ctx)`; negative: minus errno. Only what returns an int may tail-call in a subprogram.
int add_signature(btf& types) {
  const int result = btf__add_int(&types, "int", 4, BTF_INT_SIGNED);
  if (result < 0) return result;
  const int pointer = btf__add_ptr(&types, 0);
  if (pointer < 0) return pointer;
  const int signature = btf__add_func_proto(&types, result);
  if (signature < 0) return signature;
  const int fault = btf__add_func_param(&types, "ctx", pointer);
  return fault < 0 ? fault : signature;
}

/// The id of main; the others follow it one by one. Static: global functions are verified apart from their
/// callers.
int add_functions(btf& types) {
  const int signature = add_signature(types);
  if (signature < 0) return signature;
  const int main = btf__add_func(&types, "main", BTF_FUNC_STATIC, signature);
  for (std::uint32_t i = 1; main >= 0 && i < bpf::default_limits().functions; ++i) {
    const int id = btf__add_func(&types, ("f" + std::to_string(i)).c_str(), BTF_FUNC_STATIC, signature);
    if (id < 0) return id;
  }
  return main;
}

}  // namespace

std::expected<FunctionBtf, LoadError> FunctionBtf::load() {
  const Types types(btf__new_empty());
  if (!types) return std::unexpected(load_error("BTF"));
  const int first = add_functions(*types);
  if (first < 0) {
    errno = -first;
    return std::unexpected(load_error("BTF of the functions"));
  }
  std::uint32_t size = 0;
  const void* raw = btf__raw_data(types.get(), &size);
  if (raw == nullptr) return std::unexpected(load_error("BTF as bytes"));
  const int fd = bpf_btf_load(raw, size, nullptr);
  if (fd < 0) return std::unexpected(load_error("loading BTF"));
  return FunctionBtf(Fd(fd), static_cast<std::uint32_t>(first));
}

void func_info(const bpf::Bytecode& program, const FunctionBtf& btf, std::vector<FuncInfo>& into) {
  static_assert(sizeof(FuncInfo) == sizeof(bpf_func_info));
  into.clear();
  for (std::uint32_t f = 0; f < program.functions.size(); ++f) {
    into.push_back({program.functions[f].first_insn, btf.type_id(f)});
  }
}

}  // namespace tailbound::engine::kernel
