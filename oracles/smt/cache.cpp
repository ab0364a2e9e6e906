#include "oracles/smt/cache.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "oracles/smt/sha256.hpp"

namespace tailbound::smt {

namespace fs = std::filesystem;

namespace {
/// The hash of the entry's own question and content, then the content: seconds, and the output.
std::string sealed(const std::string& question, const std::string& content) {
  return sha256(question + '\n' + content) + "\n" + content;
}
}  // namespace

fs::path Cache::path_of(const std::string& question) const { return folder_ / sha256(question); }

std::optional<Ended> Cache::find(const std::string& question) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(path_of(question), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t first = text.find('\n');
  if (!file || first == std::string::npos) return std::nullopt;
  const std::string content = text.substr(first + 1);
  const std::size_t second = content.find('\n');
  if (second == std::string::npos || sealed(question, content) != text) return std::nullopt;
  Ended ended;
  ended.seconds = std::strtod(content.c_str(), nullptr);
  ended.output = content.substr(second + 1);
  return ended;
}

void Cache::keep(const std::string& question, const Ended& ended) const {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path path = path_of(question);
  const fs::path beside = fs::path(path).concat(fmt::format(".{}", ::getpid()));
  {
    std::ofstream file(beside, std::ios::binary);
    file << sealed(question, fmt::format("{:.6f}\n{}", ended.seconds, ended.output));
    if (!file.flush()) return fs::remove(beside, error), void();
  }
  fs::rename(beside, path, error);
  if (error) fs::remove(beside, error);
}

fs::path default_cache() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && cache[0] == '/') return fs::path(cache) / "tailbound";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return fs::path(home) / ".cache" / "tailbound";
  return {};
}

}  // namespace tailbound::smt
