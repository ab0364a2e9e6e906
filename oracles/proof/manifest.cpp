#include "oracles/proof/manifest.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "oracles/smt/sha256.hpp"

namespace tailbound::proof {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view first_line = "tailbound proofs 1";
using Files = std::map<std::string, Exported>;
using Error = std::unexpected<std::string>;

std::expected<std::string, std::string> content_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error)))
    return Error(path.string() + ": missing, or no file");
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return Error(path.string() + ": cannot be read");
  return text;
}

bool is_kind(std::string_view kind) {
  return kind == "sat" || kind == "unsat" || kind == "clauses" || kind == "log";
}

/// HASH KIND NAME; a name is a file of the folder itself.
std::expected<std::pair<std::string, Exported>, std::string> read_row(const std::string& line) {
  std::istringstream words(line);
  std::string hash, rest;
  Exported file;
  words >> hash >> file.kind >> file.name;
  const bool plain =
      !file.name.empty() && file.name.find('/') == std::string::npos && file.name != manifest_name;
  if (hash.size() != 64 || !is_kind(file.kind) || !plain || words >> rest) {
    return Error(fmt::format("'{}'; expected: hash, sat, unsat, clauses or log, name", line));
  }
  return std::pair(hash, file);
}

std::expected<Files, std::string> read_listed(const fs::path& folder, const std::string& manifest) {
  std::istringstream lines(manifest);
  std::string line;
  const std::string where = (folder / manifest_name).string();
  if (!std::getline(lines, line) || line != first_line) {
    return Error(fmt::format("{}: line 1: expected '{}'", where, first_line));
  }
  Files files;
  for (int number = 2; std::getline(lines, line); ++number) {
    auto row = read_row(line);
    if (!row) return Error(fmt::format("{}: line {}: {}", where, number, row.error()));
    auto& [hash, file] = *row;
    auto content = content_of(folder / file.name);
    if (!content) return Error(content.error());
    if (smt::sha256(*content) != hash) {
      return Error(fmt::format("{}: edited, its hash is not the manifest's", (folder / file.name).string()));
    }
    file.content = *std::move(content);
    if (!files.emplace(file.name, file).second) return Error(fmt::format("{}: listed twice", file.name));
  }
  if (files.empty()) return Error(where + ": lists no file");
  return files;
}

std::string with_ending(const std::string& name, std::string_view ending) {
  return name.substr(0, name.rfind('.')) + std::string(ending);
}

bool needs_certificate(const Exported& file) {
  return file.kind == "unsat" && file.content.find("(set-logic QF_BV)") != std::string::npos;
}

/// What a query says about itself, and what has to stand beside it.
std::string fault(const Files& files, const Exported& file) {
  if (file.kind == "clauses" || file.kind == "log") {
    return files.contains(with_ending(file.name, ".smt2")) ? "" : "belongs to no query";
  }
  if (file.content.find(fmt::format("(set-info :status {})", file.kind)) == std::string::npos) {
    return "its :status is not the manifest's";
  }
  const auto beside = [&](std::string_view ending, std::string_view kind) {
    const auto found = files.find(with_ending(file.name, ending));
    return found != files.end() && found->second.kind == kind;
  };
  if (needs_certificate(file) && (!beside(".cnf", "clauses") || !beside(".rup", "log")))
    return "has no certificate";
  return {};
}

}  // namespace

std::string print_manifest(const std::vector<Exported>& files) {
  std::string text = fmt::format("{}\n", first_line);
  for (const Exported& file : files) {
    text += fmt::format("{} {} {}\n", smt::sha256(file.content), file.kind, file.name);
  }
  return text;
}

std::expected<Files, std::string> read_export(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Error(folder.string() + ": no such folder");
  const auto manifest = content_of(folder / manifest_name);
  if (!manifest) return Error(manifest.error());
  auto files = read_listed(folder, *manifest);
  if (!files) return files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name != manifest_name && !files->contains(name))
      return Error(entry.path().string() + ": not in the manifest");
  }
  for (const auto& [name, file] : *files) {
    if (const std::string why = fault(*files, file); !why.empty()) {
      return Error(fmt::format("{}: {}", (folder / name).string(), why));
    }
  }
  return files;
}

}  // namespace tailbound::proof
