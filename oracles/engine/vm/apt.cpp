#include "oracles/engine/vm/apt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "oracles/smt/process.hpp"

namespace tailbound::engine::vm {

namespace {

constexpr std::chrono::seconds look_up{60}, transfer{600};

/// The first line that says what is wrong: apt begins it with E:.
std::string complaint(const smt::Ended& ended, const std::string& command) {
  if (ended.missing) return fmt::format("no {} on this machine", command);
  if (ended.timed_out) return fmt::format("{} did not end in {:.0f} s", command, ended.seconds);
  std::size_t at = ended.errors.find("E: ");
  if (at == std::string::npos) at = 0;
  const std::string line = ended.errors.substr(at, ended.errors.find('\n', at) - at);
  return line.empty() ? fmt::format("{} ended with {}", command, ended.exit_code)
                      : fmt::format("{}: {}", command, line);
}

/// apt-cache madison wants whole names.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end != at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

Apt::Apt(std::filesystem::path folder, Architecture architecture)
    : folder_(std::move(folder)), architecture_(machine_of(architecture).name) {}

std::vector<std::string> Apt::with_options(std::vector<std::string> command) const {
  const auto option = [&](const std::string& text) { command.insert(command.begin() + 1, {"-o", text}); };
  option("APT::Architecture=" + architecture_);
  option("APT::Architectures=" + architecture_);
  option("Dir::State::lists=" + (folder_ / "lists").string());
  option("Dir::State::status=/dev/null");
  option("Dir::Cache=" + folder_.string());
  // The user _apt, to whom root's apt drops, cannot enter our folders.
  option("APT::Sandbox::User=root");
  option("Acquire::Languages=none");
  return command;
}

std::expected<std::string, std::string> Apt::run(std::vector<std::string> command, std::chrono::seconds limit) {
  const std::string name = command.front() == "env" ? command[3] : command.front();
  const smt::Ended ended =
      smt::run_job({.command = std::move(command), .work = {}, .input = {}, .time_limit = limit});
  if (ended.exit_code == 0 && ended.signal == 0 && !ended.timed_out) return ended.output;
  return std::unexpected(complaint(ended, name));
}

std::expected<void, std::string> Apt::update() {
  std::error_code error;
  std::filesystem::create_directories(folder_ / "lists" / "partial", error);
  std::filesystem::create_directories(folder_ / "archives" / "partial", error);
  if (error) return std::unexpected(fmt::format("{}: {}", folder_.string(), error.message()));
  auto updated = run(with_options({"apt-get", "-q", "update"}), transfer);
  if (!updated) return std::unexpected(updated.error());
  return {};
}

std::expected<std::string, std::string> Apt::madison(const std::string& prefix) {
  auto names = run(with_options({"apt-cache", "pkgnames", prefix}), look_up);
  if (!names || names->empty()) return names;
  std::vector<std::string> command = {"apt-cache", "madison"};
  for (std::string& name : lines_of(*names)) command.push_back(std::move(name));
  return run(with_options(std::move(command)), look_up);
}

std::expected<void, std::string> Apt::unpack(const Package& package, const std::filesystem::path& into) {
  std::vector<std::string> download =
      with_options({"apt-get", "-q", "download", package.name + "=" + package.version});
  download.insert(download.begin(), {"env", "-C", into.string()});
  if (auto done = run(std::move(download), transfer); !done) return std::unexpected(done.error());
  for (const auto& entry : std::filesystem::directory_iterator(into)) {
    if (entry.path().extension() != ".deb") continue;
    auto done = run({"dpkg-deb", "-x", entry.path().string(), into.string()}, transfer);
    if (!done) return std::unexpected(done.error());
    return {};
  }
  return std::unexpected(fmt::format("apt-get download left no package in {}", into.string()));
}

}  // namespace tailbound::engine::vm
