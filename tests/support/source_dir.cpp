#include "tests/support/source_dir.hpp"

namespace tailbound::test {

std::filesystem::path source_dir() { return TAILBOUND_SOURCE_DIR; }

}  // namespace tailbound::test
