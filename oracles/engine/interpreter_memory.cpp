// Maps, frames and the context of the interpreter.
#include "oracles/engine/interpreter_memory.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

namespace tailbound::engine::interpreter {

static_assert(std::endian::native == std::endian::little, "map words are read as little-endian bytes");

namespace {
constexpr int stack_poison = 0xa5;
}  // namespace

// The frames' pages are touched only as deep as a program goes.
Memory::Memory() : context_(context_bytes), frames_(new std::byte[max_frames * frame_bytes]) {}

void Memory::load(const bpf::Lowered& lowered) {
  assert(!lowered.maps.empty() && lowered.maps.front().kind == bpf::LoweredMap::Kind::array &&
         "map 0 is the ledger");
  maps_.clear();
  words_.clear();
  for (const bpf::LoweredMap& map : lowered.maps) add_map(map, lowered.ledger.words());
  first_cell_map_ = std::min<std::size_t>(lowered.first_array_map, maps_.size());
  end_cell_map_ = std::clamp<std::size_t>(lowered.first_prog_array, first_cell_map_, maps_.size());
  add_regions();
  given_context_ = lowered.context ? &*lowered.context : nullptr;
}

/// The ledger's size is its layout's, so that an observation always has all its words.
void Memory::add_map(const bpf::LoweredMap& map, std::size_t ledger_words) {
  Map added{.first_word = words_.size(), .entries = map.max_entries};
  added.is_array = map.kind == bpf::LoweredMap::Kind::array;
  if (added.is_array) {
    // An array map's entries start at multiples of 8 bytes, as in the kernel.
    added.stride = (map.value_size + 7) / 8 * 8;
    added.words = std::size_t{added.stride} / 8 * map.max_entries;
    if (maps_.empty()) added.words = std::max(added.words, ledger_words);
  }
  assert(added.words <= std::numeric_limits<std::uint32_t>::max() / 8 && "a map is one region");
  words_.resize(added.first_word + added.words);
  const std::size_t given = std::min(map.words.size(), added.words);
  std::copy_n(map.words.begin(), given, words_.begin() + static_cast<std::ptrdiff_t>(added.first_word));
  maps_.push_back(added);
}

void Memory::add_regions() {
  const std::size_t most = first_map + maps_.size() + max_frames;
  if (regions_.size() < most) regions_.resize(most);
  regions_[0] = {};
  regions_[1] = {.base = context_.data(), .first = 0, .readable = context_bytes, .writable = 0};
  live_ = first_map;
  for (const Map& map : maps_) {
    const auto bytes = static_cast<std::uint32_t>(map.words * 8);
    auto* const base = reinterpret_cast<std::byte*>(words_.data() + map.first_word);
    regions_[live_++] = {.base = base, .first = 0, .readable = bytes, .writable = bytes};
  }
  first_frame_ = live_;
}

void Memory::start_run(std::uint64_t fuel) {
  live_ = first_frame_;
  std::fill_n(words_.begin(), maps_.front().words, 0);
  words_[bpf::LedgerLayout::fuel] = fuel;
  refresh_given();
}

void Memory::refresh_given() {
  given_bytes_.clear();
  given_ = {};
  if (given_context_ == nullptr) return;
  const auto bytes = std::as_bytes(std::span(given_context_->bytes));
  assert(bytes.size() <= bpf::given_context_limit && "one region holds a given context");
  given_bytes_.assign(bytes.begin(), bytes.end());
  const auto size = static_cast<std::uint32_t>(bytes.size());
  given_ = {.base = given_bytes_.data(),
            .first = 0,
            .readable = size,
            .writable = given_context_->writable ? size : 0};
}

std::uint64_t Memory::context_pointer() const {
  if (given_context_ == nullptr) return context_address;
  return given_bytes_.empty() ? 0 : bpf::given_context_address;
}

std::uint64_t Memory::context_length() const {
  return given_context_ == nullptr ? poison : given_bytes_.size();
}

std::span<const std::uint64_t> Memory::words_of(std::size_t map) const {
  return std::span(words_).subspan(maps_[map].first_word, maps_[map].words);
}

std::span<const std::uint64_t> Memory::cells() const {
  if (first_cell_map_ == end_cell_map_) return {};
  const Map& last = maps_[end_cell_map_ - 1];
  const std::size_t first_word = maps_[first_cell_map_].first_word;
  return std::span(words_).subspan(first_word, last.first_word + last.words - first_word);
}

/// Cells are words, whether the map holds them as one value or as many.
void Memory::set_cell(std::uint16_t map, std::uint16_t index, std::uint64_t value) {
  assert(index < maps_[map].words && "a checked scenario's cells exist");
  words_[maps_[map].first_word + index] = value;
}

bool Memory::push_frame(std::uint32_t depth) {
  const std::size_t frame = live_ - first_frame_;
  if (frame == max_frames) return false;
  regions_[live_++].base = frames_.get() + frame * frame_bytes;
  refresh_frame(depth);
  return true;
}

void Memory::refresh_frame(std::uint32_t depth) {
  Region& frame = regions_[live_ - 1];
  depth = std::min<std::uint32_t>((depth + 7) / 8 * 8, frame_bytes);
  frame.first = frame_bytes - depth;
  frame.readable = frame.writable = depth;
  std::memset(frame.base + frame.first, stack_poison, depth);
}

[[gnu::cold, gnu::noinline]] std::byte* Memory::in_rest_of_frame(std::uint64_t address, std::uint32_t width) {
  const std::uint64_t number = address >> 32;
  if (number < first_frame_ || number >= live_ || low(address) + std::uint64_t{width} > frame_bytes) return nullptr;
  Region& frame = regions_[number];
  std::memset(frame.base, stack_poison, frame.first);
  frame.first = 0;
  frame.readable = frame.writable = frame_bytes;
  return frame.base + low(address);
}

std::optional<std::size_t> Memory::map_of(std::uint64_t handle) const {
  const std::uint64_t map = handle ^ handle_tag;
  if (map >= maps_.size()) return std::nullopt;
  return map;
}

std::optional<std::uint64_t> Memory::lookup(std::size_t map, std::uint32_t index) const {
  if (!maps_[map].is_array) return std::nullopt;
  if (index >= maps_[map].entries) return 0;
  return map_value(map, index * maps_[map].stride);
}

}  // namespace tailbound::engine::interpreter
