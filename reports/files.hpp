// Files are written whole or not at all.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace tailbound::reports {

/// Reads a regular file of at most `limit` bytes. Error: "PATH: what is wrong, what was expected".
std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t limit);

/// Writes beside the target and renames; makes the folder if it is missing. Error: "PATH: why".
std::expected<void, std::string> write_file(const std::filesystem::path& path, std::string_view content);

/// Like write_file, but never over another content, also if several processes write at once: STEM-2.EXT,
/// STEM-3.EXT, … are tried. Gives the path written.
std::expected<std::filesystem::path, std::string> write_new_file(const std::filesystem::path& path,
                                                                 std::string_view content);

/// Checks that files can be made in the folder, or that it can be made. Error: "PATH: why".
std::expected<void, std::string> prepare_folder(const std::filesystem::path& folder);

}  // namespace tailbound::reports
