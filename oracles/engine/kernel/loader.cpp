#include "oracles/engine/kernel/loader.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "jit/bpf/text.hpp"
#include "oracles/engine/kernel/maps.hpp"
#include "oracles/engine/kernel/translate.hpp"

namespace tailbound::engine::kernel {

namespace {

constexpr std::size_t log_bytes = std::size_t{1} << 20;
constexpr std::size_t log_lines = 30;

bpf_prog_type type_of(bpf::ProgType type) {
  switch (type) {
    case bpf::ProgType::socket_filter: return BPF_PROG_TYPE_SOCKET_FILTER;
    case bpf::ProgType::tc: return BPF_PROG_TYPE_SCHED_CLS;
    case bpf::ProgType::xdp: return BPF_PROG_TYPE_XDP;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

bool has_attachments(const bpf::Lowered& lowered) {
  return std::ranges::any_of(lowered.events, [](const bpf::Event& event) {
    return std::holds_alternative<bpf::Attach>(event) || std::holds_alternative<bpf::Detach>(event);
  });
}

std::string last_lines(std::string_view log) {
  while (!log.empty() && log.back() == '\n') log.remove_suffix(1);
  std::size_t at = log.size();
  for (std::size_t lines = 0; at > 0 && lines < log_lines; ++lines) {
    const std::size_t newline = log.rfind('\n', at - 1);
    if (newline == std::string_view::npos) return std::string(log);
    at = newline;
  }
  return std::string(log.substr(at == 0 ? 0 : at + 1));
}

std::string numbered(const bpf::Bytecode& program) {
  std::string text;
  for (std::size_t i = 0; i < program.insns.size(); ++i) {
    const bool two_slots = is_two_slot(program.insns[i]) && i + 1 < program.insns.size();
    text += fmt::format("{:5}: {}\n", i,
                        bpf::to_text(program.insns[i], two_slots ? &program.insns[i + 1] : nullptr));
    if (two_slots) ++i;
  }
  return text;
}

/// What load_program hands to the kernel, once without a log and, when that was refused, once with it.
struct Request {
  bpf_prog_type type;
  std::string name;
  std::span<const std::uint64_t> insns;
  std::span<const FuncInfo> functions;
  int btf;

  int send(std::span<char> log) const {
    bpf_prog_load_opts options{};
    options.sz = sizeof options;
    options.prog_btf_fd = static_cast<std::uint32_t>(btf);
    options.func_info = functions.data();
    options.func_info_cnt = static_cast<std::uint32_t>(functions.size());
    options.func_info_rec_size = sizeof(FuncInfo);
    if (!log.empty()) {
      options.log_level = 1;
      options.log_buf = log.data();
      options.log_size = static_cast<std::uint32_t>(log.size());
    }
    return bpf_prog_load(type, name.c_str(), "GPL", reinterpret_cast<const bpf_insn*>(insns.data()),
                         insns.size(), &options);
  }
};

/// 0: the kernel interprets, and then refuses tail calls in subprograms. Absent: it always compiles.
bool compiles() {
  std::ifstream file("/proc/sys/net/core/bpf_jit_enable");
  int value = 1;
  file >> value;
  return !file || value != 0;
}

}  // namespace

std::expected<Loader, std::string> Loader::open() {
  if (!compiles()) return std::unexpected("net.core.bpf_jit_enable is 0: the kernel does not compile BPF");
  auto btf = FunctionBtf::load();
  if (!btf) return std::unexpected("the kernel takes no BPF from this user: " + btf.error().text());
  return Loader(std::move(*btf));
}

std::expected<LoadedScenario, LoadError> Loader::load(const bpf::Lowered& lowered, Slots slots) {
  if (has_attachments(lowered)) {
    errno = EOPNOTSUPP;
    return std::unexpected(load_error("attachments"));
  }
  LoadedScenario loaded;
  auto maps = create_maps(lowered);
  if (!maps) return std::unexpected(std::move(maps.error()));
  loaded.maps = std::move(*maps);
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) {
    auto program = load_program(lowered, p, loaded.maps);
    if (!program) return std::unexpected(std::move(program.error()));
    loaded.programs.push_back(std::move(*program));
  }
  if (slots == Slots::empty) return loaded;
  if (auto filled = fill_slots(lowered, loaded.maps, loaded.programs); !filled) {
    return std::unexpected(std::move(filled.error()));
  }
  return loaded;
}

std::expected<Fd, LoadError> Loader::load_program(const bpf::Lowered& lowered, std::uint16_t program,
                                                  std::span<const Fd> maps) {
  const bpf::Bytecode& bytecode = lowered.programs[program];
  translate(bytecode, maps, insns_);
  func_info(bytecode, btf_, func_info_);
  const Request request{.type = type_of(lowered.type),
                        .name = "p" + std::to_string(program),
                        .insns = insns_,
                        .functions = func_info_,
                        .btf = btf_.fd()};
  if (Fd fd(request.send({})); fd.get() >= 0) return fd;
  LoadError error = load_error("program " + std::to_string(program));
  error.program = program;
  std::vector<char> log(log_bytes, '\0');
  const Fd again(request.send(log));
  error.log = last_lines(log.data());
  error.bytecode = numbered(bytecode);
  return std::unexpected(std::move(error));
}

std::expected<std::uint32_t, LoadError> verified_insns(const Fd& program) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0)
    return std::unexpected(load_error("program info"));
  return info.verified_insns;
}

}  // namespace tailbound::engine::kernel
