#include "oracles/engine/vm/debian_kernel.hpp"

#include <gtest/gtest.h>

#include "oracles/engine/vm/debian_version.hpp"

using namespace tailbound::engine::vm;

namespace {

TEST(DebianVersion, OrderOfTheManual) {
  const char* const ascending[] = {
      "6.1.9-1",   "6.1.76-1~bpo11+1", "6.1.76-1", "6.1.76-1+b1",        "6.1.192-1",
      "6.1.192-2", "6.12.9-1~deb12u1", "6.12.9-1", "6.12.117-1~deb12u1", "1:5.0-1"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      EXPECT_EQ(compare_versions(ascending[i], ascending[j]), i <=> j)
          << ascending[i] << " and " << ascending[j];
    }
  }
  EXPECT_EQ(compare_versions("1.0", "1.00"), std::strong_ordering::equal);
  EXPECT_EQ(compare_versions("1.0", "1.0-0"), std::strong_ordering::equal);
}

TEST(DebianKernel, Names) {
  const auto kernel = parse_debian_kernel("debian-6.12-arm64=6.12.113-1~deb12u1");
  ASSERT_TRUE(kernel) << kernel.error();
  EXPECT_EQ(kernel->line, "6.12");
  EXPECT_EQ(kernel->architecture, Architecture::arm64);
  EXPECT_EQ(kernel->pinned, "6.12.113-1~deb12u1");
  EXPECT_EQ(kernel->name(), "debian-6.12-arm64");
}

TEST(DebianKernel, WrongNamesSayWhatIsMissing) {
  const std::pair<const char*, const char*> rows[] = {
      {"debian-6.1", "no architecture"},          {"debian-6.1-riscv64", "no architecture"},
      {"debian-six-amd64", "no line of kernels"}, {"debian-6-amd64", "no line of kernels"},
      {"debian-6.1-amd64=", "no version"},        {"debian-6.1-amd64=$(id)", "no version"},
      {"debian-6.1-amd64=../..", "no version"},   {"ubuntu-6.1-amd64", "no 'debian-'"},
  };
  for (const auto& [text, begins] : rows) {
    const auto kernel = parse_debian_kernel(text);
    ASSERT_FALSE(kernel) << text;
    EXPECT_TRUE(kernel.error().starts_with(begins)) << kernel.error();
  }
}

/// As apt-cache prints it.
constexpr const char* madison =
    "linux-image-6.1.0-50-cloud-amd64 |  6.1.176-1 | http://mirror/debian bookworm/main amd64 Packages\n"
    "linux-image-6.1.0-50-cloud-amd64 |  6.1.176-1 | http://mirror/security bookworm-security/main amd64 "
    "Packages\n"
    "linux-image-6.12.101+deb12-cloud-amd64 | 6.12.101-1~deb12u1 | http://mirror/security "
    "bookworm-security/main amd64 Packages\n"
    "linux-image-6.1.0-56-cloud-amd64 |  6.1.192-2 | http://mirror/security bookworm-security/main amd64 "
    "Packages\n"
    "linux-image-6.1.0-56-cloud-amd64-dbg |  6.1.193-1 | http://mirror/security bookworm-security/main amd64 "
    "Packages\n"
    "linux-image-6.1.0-57-cloud-amd64-unsigned |  6.1.194-1 | http://mirror/security bookworm-security/main "
    "amd64 Packages\n"
    "linux-image-6.12-cloud-amd64 | 6.12.117-1~deb12u1 | http://mirror/security bookworm-security/main amd64 "
    "Packages\n"
    "linux-image-6.1.0-9-cloud-amd64 |  6.1.27-1 | http://mirror/debian bookworm/main amd64 Packages\n"
    "nonsense\n";

Package selected(const char* name) {
  const auto package = select_package(madison, *parse_debian_kernel(name));
  return package ? *package : Package{"", package.error()};
}

TEST(DebianKernel, NewestSignedPackageOfItsLine) {
  EXPECT_EQ(selected("debian-6.1-amd64").name, "linux-image-6.1.0-56-cloud-amd64");
  EXPECT_EQ(selected("debian-6.1-amd64").version, "6.1.192-2");
  EXPECT_EQ(selected("debian-6.12-amd64").name, "linux-image-6.12.101+deb12-cloud-amd64");
}

TEST(DebianKernel, PinnedPackage) {
  EXPECT_EQ(selected("debian-6.1-amd64=6.1.176").name, "linux-image-6.1.0-50-cloud-amd64");
  EXPECT_EQ(selected("debian-6.1-amd64=6.1.27-1").name, "linux-image-6.1.0-9-cloud-amd64");
  EXPECT_EQ(selected("debian-6.1-amd64=6.1.17").version,
            "apt's configured suites have no version 6.1.17 of debian-6.1-amd64; they have 6.1.27-1, "
            "6.1.176-1, 6.1.192-2");
}

TEST(DebianKernel, NoSuchLine) {
  EXPECT_EQ(selected("debian-5.10-amd64").version,
            "apt's configured suites have no package linux-image-5.10.*-cloud-amd64");
  EXPECT_EQ(selected("debian-6.1-arm64").version,
            "apt's configured suites have no package linux-image-6.1.*-cloud-arm64");
}

}  // namespace
