// The C reproducer as a guest's /init, on Debian's kernels with and without the bug.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "oracles/engine/vm/cpio.hpp"
#include "oracles/engine/vm/kernel_cache.hpp"
#include "oracles/engine/vm/qemu.hpp"
#include "reports/files.hpp"
#include "tests/reports/reproduce/subjects.hpp"
#include "tests/reports/scratch_folder.hpp"

namespace tailbound::test {

namespace {

namespace vm = engine::vm;

constexpr std::size_t largest_program = std::size_t{16} << 20;
constexpr std::chrono::seconds longest_boot{180};

/// The program, statically linked; the error is the reason to skip.
std::expected<std::string, std::string> built_program(const ScratchFolder& folder) {
  if (!has_program("cc")) return std::unexpected("no C compiler (Debian package gcc)");
  const auto made = reports::c_reproducer(subject(hierarchy));
  if (!made) return std::unexpected(made.error());
  if (const auto kept = reports::write_file(folder.path() / "init.c", made->front().content); !kept)
    return std::unexpected(kept.error());
  if (const auto end = folder.run("cc -static -O2 -o init init.c"); end.exit != 0)
    return std::unexpected("no static libc? " + end.output);
  return reports::read_file(folder.path() / "init", largest_program);
}

/// What the guest's console said until it powered off.
std::expected<std::string, std::string> console_of(const std::string& line, const std::string& program) {
  const vm::Architecture amd64 = vm::Architecture::amd64;
  const auto kernel =
      vm::provide_kernel({.line = line, .architecture = amd64, .pinned = {}}, [](const std::string&) {});
  if (!kernel) return std::unexpected(kernel.error());
  vm::Cpio archive;
  archive.add_folder("dev");
  archive.add_character_device("dev/console", 5, 1);
  archive.add_file("init", program, 0755);
  const vm::Machine& machine = vm::machine_of(amd64);
  const auto guest = vm::Qemu::start({.machine = &machine,
                                      .kernel = kernel->image,
                                      .initramfs = std::move(archive).finish(),
                                      .cpu = std::string(machine.fast_cpu)});
  if (!guest) return std::unexpected(guest.error());
  const auto deadline = std::chrono::steady_clock::now() + longest_boot;
  while (std::chrono::steady_clock::now() < deadline && !guest->console().contains("exit code")) {
    if (!guest->errors().empty() && guest->console().empty()) return std::unexpected(guest->errors());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return guest->console();
}

struct Row {
  const char* line;
  std::vector<const char*> said;
};

class AsInit : public testing::TestWithParam<Row> {};

TEST_P(AsInit, ShowsTheBugWhereItIs) {
  const ScratchFolder folder;
  const auto program = built_program(folder);
  if (!program) GTEST_SKIP() << program.error();
  const auto console = console_of(GetParam().line, *program);
  if (!console) GTEST_SKIP() << console.error();
  for (const char* part : GetParam().said) EXPECT_TRUE(console->contains(part)) << part << "\n" << *console;
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, AsInit,
    testing::Values(
        Row{"6.1", {"expected 33 (the model), observed 1375  <- differs", "not as expected", "exit code 1"}},
        Row{"6.12", {"expected 33 (the model), observed 33", "as expected (the model)", "exit code 0"}}),
    [](const auto& info) { return std::string(info.param.line) == "6.1" ? "Debian6_1" : "Debian6_12"; });

}  // namespace

}  // namespace tailbound::test
