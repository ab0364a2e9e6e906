#include "reports/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace tailbound::reports {

namespace fs = std::filesystem;

namespace {

std::unexpected<std::string> failure(const fs::path& path, std::string_view why) {
  return std::unexpected(fmt::format("{}: {}", path.string(), why));
}

class File {
 public:
  File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::expected<std::string, std::string> read_file(const fs::path& path, std::size_t limit) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return failure(path, "there is no such file");
  if (!fs::exists(status)) return failure(path, error.message());
  if (!fs::is_regular_file(status)) return failure(path, "not a regular file");
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > limit) {
    return failure(path, fmt::format("the file has {} bytes; expected at most {}", size, limit));
  }
  const File file(path, O_RDONLY);
  if (!file.is_open()) return failure(path, std::strerror(errno));
  std::string content(limit + 1, '\0');
  std::size_t used = 0;
  while (used < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path, std::strerror(errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > limit) return failure(path, fmt::format("the file has more than {} bytes", limit));
  content.resize(used);
  return content;
}

namespace {

/// Moves a part to its place; `over`: whatever is there goes. Error: an errno, EEXIST where something is there.
int move(const fs::path& part, const fs::path& path, bool over) {
  constexpr unsigned keep_what_is_there = 1;  // RENAME_NOREPLACE, which needs _GNU_SOURCE's stdio
  if (over) return ::rename(part.c_str(), path.c_str()) == 0 ? 0 : errno;
  const long done = ::syscall(SYS_renameat2, AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), keep_what_is_there);
  if (done == 0) return 0;
  // A file system that cannot tell: two processes would have to choose one name at the same moment.
  return errno == EINVAL || errno == ENOSYS ? move(part, path, true) : errno;
}

/// Writes beside the target, then moves. Error: an errno.
int write_and_move(const fs::path& path, std::string_view content, bool over) {
  const fs::path part = path.string() + fmt::format(".part{}", ::getpid());
  int why = 0;
  {
    const File file(part, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return errno;
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) why = errno;
  }
  if (why == 0) why = move(part, path, over);
  std::error_code ignored;
  if (why != 0) fs::remove(part, ignored);
  return why;
}

std::expected<void, std::string> make_folder_of(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) return failure(path.parent_path(), error.message());
  return {};
}

}  // namespace

std::expected<void, std::string> write_file(const fs::path& path, std::string_view content) {
  if (auto folder = make_folder_of(path); !folder) return folder;
  if (const int why = write_and_move(path, content, true); why != 0) return failure(path, std::strerror(why));
  return {};
}

std::expected<fs::path, std::string> write_new_file(const fs::path& path, std::string_view content) {
  if (auto folder = make_folder_of(path); !folder) return std::unexpected(folder.error());
  fs::path free = path;
  for (int n = 2; n < 1000; ++n) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(free, error))) {
      const int why = write_and_move(free, content, false);
      if (why == 0) return free;
      if (why != EEXIST) return failure(free, std::strerror(why));
    }
    // Somebody was there first; if it says the same, it will do.
    if (const auto there = read_file(free, content.size()); there && *there == content) return free;
    free = path.parent_path() / fmt::format("{}-{}{}", path.stem().string(), n, path.extension().string());
  }
  return failure(path, "a thousand files with this name are there");
}

std::expected<void, std::string> prepare_folder(const fs::path& folder) {
  if (folder.empty()) return std::unexpected("the folder has no name");
  std::error_code error;
  const bool there = fs::exists(folder, error);
  const fs::path probe = folder / fmt::format(".probe{}", ::getpid());
  if (auto written = write_file(probe, ""); !written) return failure(folder, "no files can be made here");
  fs::remove(probe, error);
  if (!there) fs::remove(folder, error);  // nothing is left behind where nothing is found
  return {};
}

}  // namespace tailbound::reports
