// Takes the place of libFuzzer's notes on operands that were compared (--wrap, cmake/rooms.cmake), for targets whose
// mutators are their own: nobody reads the notes there, and they take a third of the time.
#include <cstdint>

#define TAILBOUND_UNTRACED extern "C" __attribute__((no_sanitize("coverage", "address", "undefined"))) void

TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_cmp1(std::uint8_t, std::uint8_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_cmp2(std::uint16_t, std::uint16_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_cmp4(std::uint32_t, std::uint32_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_cmp8(std::uint64_t, std::uint64_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_const_cmp1(std::uint8_t, std::uint8_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_const_cmp2(std::uint16_t, std::uint16_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_const_cmp4(std::uint32_t, std::uint32_t) {}
TAILBOUND_UNTRACED __wrap___sanitizer_cov_trace_const_cmp8(std::uint64_t, std::uint64_t) {}
