// A loader, or a test that is skipped with the reason.
#pragma once

#include <gtest/gtest.h>

#include "oracles/engine/kernel/loader.hpp"

#define LOADER_OR_SKIP(loader)                             \
  auto loader = tailbound::engine::kernel::Loader::open(); \
  if (!loader) GTEST_SKIP() << loader.error()
