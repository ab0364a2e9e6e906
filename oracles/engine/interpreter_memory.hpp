// The interpreter's memory: regions under tagged addresses, so that one check an access keeps a program inside
// its maps, the stack frames of its live functions and its context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "jit/bpf/limits.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::engine::interpreter {

/// What a register holds that nobody set: no address, and no small number.
inline constexpr std::uint64_t poison = 0xdead'beef'5a5a'5a5a;

/// An address is a region's number (high half) and an offset (low half). Region 0 is empty, so small numbers
/// are no addresses; 1 is the context, then the maps in order, then the frames from the outermost one on.
class Memory {
 public:
  static constexpr std::size_t frame_bytes = 512;
  static constexpr std::size_t context_bytes = 64;
  static constexpr std::size_t max_frames = 20'000;
  static constexpr std::uint64_t context_address = std::uint64_t{1} << 32;

  Memory();

  /// Fresh maps for a scenario.
  void load(const bpf::Lowered& lowered);
  /// A fresh ledger and no frame.
  void start_run(std::uint64_t fuel);

  /// r1 and r2 of a run: the engine's own context, or the scenario's.
  std::uint64_t context_pointer() const;
  std::uint64_t context_length() const;
  std::span<const std::byte> given_context() const { return given_bytes_; }

  std::span<const std::uint64_t> ledger() const { return words_of(0); }
  std::span<const std::uint64_t> cells() const;
  void set_cell(std::uint16_t map, std::uint16_t index, std::uint64_t value);

  /// `depth`: bytes that the function is known to use, counted down from r10. False: too deep.
  bool push_frame(std::uint32_t depth);
  void pop_frame() { --live_; }
  /// The innermost frame as a function finds it.
  void refresh_frame(std::uint32_t depth);
  /// r10 of the innermost frame: its upper end.
  std::uint64_t frame_pointer() const { return address_of(live_ - 1) + frame_bytes; }

  /// Where `width` bytes can be read or written; nullptr: nowhere.
  const std::byte* to_read(std::uint64_t address, std::uint32_t width) {
    const Region* const region = region_of(address);
    if (inside(address, width, *region, region->readable)) [[likely]] return region->base + low(address);
    return in_rest_of_frame(address, width);
  }
  std::byte* to_write(std::uint64_t address, std::uint32_t width) {
    const Region* const region = region_of(address);
    if (inside(address, width, *region, region->writable)) [[likely]] return region->base + low(address);
    return in_rest_of_frame(address, width);
  }

  static std::uint64_t map_value(std::uint64_t map, std::uint32_t offset) {
    return address_of(first_map + map) + offset;
  }
  /// What stands for a map itself: nothing can be read there.
  static std::uint64_t map_handle(std::uint64_t map) { return handle_tag | map; }
  /// The map behind a handle.
  std::optional<std::size_t> map_of(std::uint64_t handle) const;
  /// An entry's address in an array map, 0 when there is no such entry; nothing when the map is no array.
  std::optional<std::uint64_t> lookup(std::size_t map, std::uint32_t index) const;

 private:
  struct Region {
    std::byte* base = nullptr;   // of offset 0
    std::uint32_t first = 0;     // the least offset that can be accessed
    std::uint32_t readable = 0;  // bytes from there on
    std::uint32_t writable = 0;  // likewise; all of them, or none
  };
  struct Map {
    std::size_t first_word = 0;
    std::size_t words = 0;
    std::uint32_t stride = 8;  // bytes from entry to entry
    std::uint32_t entries = 0;
    bool is_array = false;
  };

  static constexpr std::uint64_t first_map = 2;
  /// Above all others.
  static constexpr std::uint64_t given_region = bpf::given_context_address >> 32;
  static_assert(given_region > first_map + 3 + bpf::cap::maps + bpf::cap::arrays + max_frames);
  static constexpr std::uint64_t handle_tag = 0xfeed'f00d'0000'0000;

  static std::uint64_t address_of(std::uint64_t region) { return region << 32; }
  static std::uint32_t low(std::uint64_t address) { return static_cast<std::uint32_t>(address); }
  static bool inside(std::uint64_t address, std::uint32_t width, const Region& region, std::uint32_t bytes) {
    return std::uint64_t{low(address) - region.first} + width <= bytes;
  }
  /// Region 0 for what is none.
  const Region* region_of(std::uint64_t address) const {
    const std::uint64_t region = address >> 32;
    if (region < live_) return &regions_[region];
    return region == given_region ? &given_ : &regions_[0];
  }
  /// A frame is made ready as far as its function is known to use it; the rest follows when it is touched.
  std::byte* in_rest_of_frame(std::uint64_t address, std::uint32_t width);
  std::span<const std::uint64_t> words_of(std::size_t map) const;
  void add_map(const bpf::LoweredMap& map, std::size_t ledger_words);
  void add_regions();
  void refresh_given();

  std::vector<Region> regions_;  // room for all frames; the first live_ can be accessed
  std::size_t live_ = 0;
  std::vector<Map> maps_;
  std::vector<std::uint64_t> words_;  // of all maps, one after the other
  std::size_t first_cell_map_ = 0;
  std::size_t end_cell_map_ = 0;
  std::size_t first_frame_ = first_map;
  std::vector<std::byte> context_;
  const bpf::GivenContext* given_context_ = nullptr;
  std::vector<std::byte> given_bytes_;
  Region given_;
  std::unique_ptr<std::byte[]> frames_;
};

}  // namespace tailbound::engine::interpreter
