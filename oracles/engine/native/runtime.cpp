#include "oracles/engine/native/runtime.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>

namespace tailbound::engine::native {

namespace {

constexpr std::size_t context_size = 64;
constexpr std::size_t red_zone = 64;  // between objects, so that a small overrun is not silently another's word

std::size_t array_object_size(const jit::Options& options) {
  return std::max<std::size_t>(sizeof(ArrayObject), options.max_entries + 4U);
}
std::size_t prog_array_size(const jit::Options& options, std::uint32_t entries) {
  return std::max<std::size_t>(options.max_entries + 4U, options.ptrs + 8ULL * entries);
}
std::size_t program_object_size(const jit::Options& options) { return options.bpf_func + 8U; }
/// Entries start at multiples of 8 bytes, as in a kernel.
std::uint32_t stride(const bpf::LoweredMap& map) { return (map.value_size + 7) / 8 * 8; }
std::size_t value_bytes(const bpf::LoweredMap& map) { return std::size_t{stride(map)} * map.max_entries; }

std::size_t needed(const bpf::Lowered& lowered, const jit::Options& options) {
  std::size_t bytes = context_size + red_zone;
  for (const bpf::LoweredMap& map : lowered.maps) {
    bytes += 2 * red_zone + 16 +
             (map.kind == bpf::LoweredMap::Kind::prog_array ? prog_array_size(options, map.max_entries)
                                                            : array_object_size(options) + value_bytes(map));
  }
  return bytes + lowered.programs.size() * (program_object_size(options) + red_zone + 8);
}

}  // namespace

std::size_t Runtime::take(std::size_t bytes) {
  const std::size_t at = used_;
  used_ += (bytes + red_zone + 7) / 8 * 8;
  return at;
}

template <class T>
void Runtime::put(std::size_t at, T value) {
  std::memcpy(memory_.here + at, &value, sizeof value);
}

std::uint64_t Runtime::context_address() const { return address(context_at_); }

/// What no slot and no size holds, where code that looks too far sees it: behind the last slot, and beside
/// max_entries.
void Runtime::surround_slots(std::size_t object, std::uint32_t entries) {
  const std::size_t behind = object + options_.ptrs + std::size_t{8} * entries;
  for (std::size_t at = behind; at < behind + red_zone; at += 8) put(at, register_poison);
  if (options_.max_entries + 8U <= options_.ptrs) {
    put(object + options_.max_entries + 4, static_cast<std::uint32_t>(register_poison));
  }
}

std::expected<void, std::string> Runtime::reset(const bpf::Lowered& lowered, Machine& machine) {
  const std::size_t bytes = needed(lowered, options_);
  memory_ = machine.data(bytes);
  if (memory_.size < bytes) {
    return std::unexpected("the maps take " + std::to_string(bytes) + " bytes; expected at most " +
                           std::to_string(memory_.size));
  }
  std::memset(memory_.here, 0, bytes);
  lay_out(lowered);
  return {};
}

void Runtime::lay_out(const bpf::Lowered& lowered) {
  used_ = 0;
  context_at_ = take(context_size);
  map_at_.clear();
  value_at_.clear();
  map_address_.clear();
  value_address_.clear();
  program_at_.clear();
  for (const bpf::LoweredMap& map : lowered.maps) {
    const bool slots = map.kind == bpf::LoweredMap::Kind::prog_array;
    const std::size_t object =
        take(slots ? prog_array_size(options_, map.max_entries) : array_object_size(options_));
    const std::size_t value = slots ? object : take(value_bytes(map));
    if (!slots) {
      put(object, ArrayObject{.values = address(value), .value_size = map.value_size, .stride = stride(map)});
      std::copy(map.words.begin(), map.words.end(), words(value));
    }
    put(object + options_.max_entries, map.max_entries);
    if (slots) surround_slots(object, map.max_entries);
    map_at_.push_back(object);
    value_at_.push_back(value);
    map_address_.push_back(address(object));
    value_address_.push_back(address(value));
  }
  ledger_at_ = value_at_[0];
  for (std::size_t p = 0; p < lowered.programs.size(); ++p)
    program_at_.push_back(take(program_object_size(options_)));
}

void Runtime::set_entry(std::uint16_t program, std::uint64_t bpf_func) {
  put(program_at_[program] + options_.bpf_func, bpf_func);
}

void Runtime::set_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program) {
  const std::size_t at = map_at_[map] + options_.ptrs + 8ULL * index;
  assert(at % 8 == 0 && "a kernel's pointers are aligned");
  // Another thread may be running code that loads it.
  std::atomic_ref(*words(at)).store(program ? address(program_at_[*program]) : 0, std::memory_order_release);
}

}  // namespace tailbound::engine::native
