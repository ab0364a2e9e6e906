#include "fuzz/driver/corpus.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "jit/bpf/graph.hpp"
#include "reports/files.hpp"

namespace tailbound::fuzz {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr std::size_t most_complaints = 3;

std::expected<bpf::Scenario, std::string> read_scenario(const fs::path& path) {
  const auto text = reports::read_file(path, largest_file);
  if (!text) return std::unexpected(text.error());
  auto scenario = bpf::parse_graph(*text);
  if (!scenario) return std::unexpected(path.string() + ":" + scenario.error().text());
  return std::move(*scenario);
}

std::expected<std::vector<fs::path>, std::string> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (std::error_code ignored; !at->is_directory(ignored)) files.push_back(at->path());
  }
  if (error) return std::unexpected(folder.string() + ": " + error.message());
  std::ranges::sort(files);
  return files;
}

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return value;
}

/// Not synchronised with the disk, unlike a finding: a corpus grows by hundreds of files a second at first.
bool write_whole(const fs::path& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "wxe");
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return (std::fclose(file) == 0) && written;
}

}  // namespace

std::expected<Corpus, std::string> open_corpus(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder, error)) return std::unexpected(folder.string() + ": not a folder");
  if (auto ready = reports::prepare_folder(folder); !ready) return std::unexpected(ready.error());
  const auto files = files_of(folder);
  if (!files) return std::unexpected(files.error());
  Corpus corpus;
  for (const fs::path& path : *files) {
    auto scenario = read_scenario(path);
    if (scenario) {
      corpus.scenarios.push_back(std::move(*scenario));
    } else if (++corpus.foreign <= most_complaints) {
      corpus.complaints.push_back(scenario.error());
    }
  }
  return corpus;
}

std::expected<void, std::string> keep_in_corpus(const fs::path& folder, const bpf::Scenario& scenario) {
  const std::string text = bpf::print_graph(scenario);
  const fs::path path = folder / fmt::format("{:016x}.graph", hash(text));
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) return {};
  const fs::path part = path.string() + fmt::format(".part{}", ::getpid());
  errno = 0;
  if (write_whole(part, text)) {
    fs::rename(part, path, error);
    if (!error) return {};
  } else {
    error.assign(errno != 0 ? errno : EIO, std::generic_category());
  }
  std::error_code ignored;
  fs::remove(part, ignored);
  return std::unexpected(path.string() + ": " + error.message());
}

}  // namespace tailbound::fuzz
