#include "oracles/engine/kernel/maps.hpp"

#include <bpf/bpf.h>

#include <algorithm>

namespace tailbound::engine::kernel {

namespace {

std::expected<Fd, LoadError> create_map(const bpf::LoweredMap& map) {
  const bool slots = map.kind == bpf::LoweredMap::Kind::prog_array;
  const auto type = slots ? BPF_MAP_TYPE_PROG_ARRAY : BPF_MAP_TYPE_ARRAY;
  const std::string name = map.name.substr(0, BPF_OBJ_NAME_LEN - 1);
  Fd fd(bpf_map_create(type, name.c_str(), sizeof(std::uint32_t), map.value_size, map.max_entries, nullptr));
  if (fd.get() < 0) return std::unexpected(load_error("map " + map.name));
  return fd;
}

/// New maps hold zeros.
std::expected<void, LoadError> write_words(const bpf::LoweredMap& map, const Fd& fd) {
  if (std::ranges::all_of(map.words, [](std::uint64_t word) { return word == 0; })) return {};
  const std::size_t words = map.value_size / sizeof(std::uint64_t);
  for (std::uint32_t key = 0; key < map.max_entries; ++key) {
    if (bpf_map_update_elem(fd.get(), &key, &map.words[key * words], BPF_ANY) != 0) {
      return std::unexpected(load_error("content of map " + map.name));
    }
  }
  return {};
}

}  // namespace

std::expected<std::vector<Fd>, LoadError> create_maps(const bpf::Lowered& lowered) {
  std::vector<Fd> maps;
  maps.reserve(lowered.maps.size());
  for (const bpf::LoweredMap& map : lowered.maps) {
    auto fd = create_map(map);
    if (!fd) return std::unexpected(std::move(fd.error()));
    if (auto written = write_words(map, *fd); !written) return std::unexpected(std::move(written.error()));
    maps.push_back(std::move(*fd));
  }
  return maps;
}

std::expected<void, LoadError> fill_slots(const bpf::Lowered& lowered, std::span<const Fd> maps,
                                          std::span<const Fd> programs) {
  for (std::size_t m = 0; m < lowered.maps.size(); ++m) {
    for (const bpf::Slot& slot : lowered.maps[m].slots) {
      const int program = programs[slot.program].get();
      if (bpf_map_update_elem(maps[m].get(), &slot.index, &program, BPF_ANY) != 0) {
        return std::unexpected(
            load_error("slot " + std::to_string(slot.index) + " of prog_array " + lowered.maps[m].name));
      }
    }
  }
  return {};
}

}  // namespace tailbound::engine::kernel
