// Where the checkout is, for tests that read its files. One object knows the path, so that every other one can be cached.
#pragma once

#include <filesystem>

namespace tailbound::test {

std::filesystem::path source_dir();

}  // namespace tailbound::test
