#include "oracles/engine/native/local_machine.hpp"

#include <cstring>

#include "oracles/engine/native/given_context.hpp"

namespace tailbound::engine::native {

namespace {

/// The place is one for the process; engines of other threads wait.
std::mutex context_mutex;

GivenContextPlace& context_place() {
  static GivenContextPlace one;
  return one;
}

}  // namespace

std::expected<std::unique_ptr<LocalMachine>, std::string> LocalMachine::create() {
  if (auto guard = Guard::install(); !guard) return std::unexpected(guard.error());
  auto code = jit::ExecutableMemory::create(code_size);
  if (!code) return std::unexpected(code.error());
  auto stack = GuardedStack::create(stack_size);
  if (!stack) return std::unexpected(stack.error());
  return std::unique_ptr<LocalMachine>(new LocalMachine(std::move(*code), std::move(*stack)));
}

Memory LocalMachine::data(std::size_t bytes) {
  if (data_.size() * 8 < bytes) data_.resize((bytes + 7) / 8);
  return {reinterpret_cast<std::uint8_t*>(data_.data()), reinterpret_cast<std::uint64_t>(data_.data()),
          data_.size() * 8};
}

std::string_view LocalMachine::keep_context(const bpf::GivenContext& context) {
  context_lock_ = std::unique_lock(context_mutex);
  if (context.bytes.size() > bpf::given_context_limit) return "the given context is larger than a mebibyte";
  if (!context_place().reserve()) return "the address of given contexts is taken in this process";
  if (!context_place().open(context.bytes.size(), true)) return "mprotect of the given context failed";
  return {};
}

void LocalMachine::fill_context(const bpf::GivenContext& context) {
  if (context.bytes.empty()) return;
  if (!context.writable) context_place().open(context.bytes.size(), true);
  fill_given_context(context, GivenContextPlace::memory());
  if (!context.writable) context_place().open(context.bytes.size(), false);
}

void LocalMachine::read_context(const bpf::GivenContext& context, std::vector<std::uint8_t>& into) {
  into.assign(GivenContextPlace::memory(), GivenContextPlace::memory() + context.bytes.size());
}

}  // namespace tailbound::engine::native
