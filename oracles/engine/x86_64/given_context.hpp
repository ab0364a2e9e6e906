// The place of bpf::GivenContext: pages of this process at the address that all engines agree on.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "jit/bpf/lowered.hpp"

namespace tailbound::engine::x86_64 {

/// Keeps the one place for a scenario while it runs; engines of other threads wait. Null: nothing is kept.
class GivenContextInUse {
 public:
  explicit GivenContextInUse(const bpf::GivenContext* context);
  /// Why the context cannot be given; empty: it can.
  std::string_view problem() const { return problem_; }

 private:
  std::unique_lock<std::mutex> lock_;
  std::string_view problem_;
};

// While it is kept:

/// The bytes as a run finds them; what lies behind their last page cannot be accessed.
void fill_given_context(const bpf::GivenContext& context);
void read_given_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into);

constexpr std::uint64_t given_context_pointer(const bpf::GivenContext& context) {
  return context.bytes.empty() ? 0 : bpf::given_context_address;
}

}  // namespace tailbound::engine::x86_64
