#include "oracles/engine/kernel/program_info.hpp"

#include <cstring>
#include <vector>

#include "oracles/engine/kernel/syscall.hpp"

namespace tailbound::engine::kernel {

namespace {

struct bpf_prog_info zeroed() {
  struct bpf_prog_info info;
  std::memset(&info, 0, sizeof info);
  return info;
}

bool ask(int program, struct bpf_prog_info& info) {
  union bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.info.bpf_fd = static_cast<std::uint32_t>(program);
  attributes.info.info_len = sizeof info;
  attributes.info.info = reinterpret_cast<std::uintptr_t>(&info);
  return bpf_call(BPF_OBJ_GET_INFO_BY_FD, attributes) == 0;
}

/// Room for `bytes`, and its address for the kernel.
template <class T>
std::uint64_t room(std::vector<T>& list, std::size_t bytes) {
  list.assign((bytes + sizeof(T) - 1) / sizeof(T), T{});
  return reinterpret_cast<std::uintptr_t>(list.data());
}

}  // namespace

bool read_verified_insns(int program, std::uint32_t& into) {
  auto info = zeroed();
  if (!ask(program, info)) return false;
  into = info.verified_insns;
  return true;
}

/// Twice: the first time for the sizes.
bool read_image(int program, JobImage& into) {
  auto sizes = zeroed();
  if (!ask(program, sizes)) return false;
  auto info = zeroed();
  info.jited_prog_len = sizes.jited_prog_len;
  info.jited_prog_insns = room(into.jited, sizes.jited_prog_len);
  info.xlated_prog_len = sizes.xlated_prog_len;
  info.xlated_prog_insns = room(into.xlated, sizes.xlated_prog_len);
  info.nr_jited_ksyms = sizes.nr_jited_ksyms;
  info.jited_ksyms = room(into.ksyms, sizes.nr_jited_ksyms * sizeof(std::uint64_t));
  info.nr_jited_func_lens = sizes.nr_jited_func_lens;
  info.jited_func_lens = room(into.func_lengths, sizes.nr_jited_func_lens * sizeof(std::uint32_t));
  info.nr_func_info = sizes.nr_func_info;
  info.func_info_rec_size = sizeof(JobFunction);
  info.func_info = room(into.functions, sizes.nr_func_info * sizeof(JobFunction));
  info.nr_line_info = sizes.nr_line_info;
  info.line_info_rec_size = sizeof(JobLine);
  info.line_info = room(into.lines, sizes.nr_line_info * sizeof(JobLine));
  info.nr_jited_line_info = sizes.nr_jited_line_info;
  info.jited_line_info_rec_size = sizeof(std::uint64_t);
  info.jited_line_info = room(into.line_addresses, sizes.nr_jited_line_info * sizeof(std::uint64_t));
  info.nr_map_ids = sizes.nr_map_ids;
  info.map_ids = room(into.map_ids, sizes.nr_map_ids * sizeof(std::uint32_t));
  return ask(program, info);
}

}  // namespace tailbound::engine::kernel
