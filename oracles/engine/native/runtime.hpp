// The objects that generated code touches: map values, array maps, prog_arrays and programs, laid out as a
// kernel's structures where the JIT depends on it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jit/bpf/lowered.hpp"
#include "jit/lower/options.hpp"
#include "oracles/engine/native/machine.hpp"

namespace tailbound::engine::native {

class Runtime {
 public:
  explicit Runtime(const jit::Options& options) : options_(options) {}

  /// Lays out fresh objects for a scenario in the machine's data, with every slot empty. Buffers are used
  /// again. Error: there is too little of it.
  std::expected<void, std::string> reset(const bpf::Lowered& lowered, Machine& machine);

  std::span<const std::uint64_t> map_addresses() const { return map_address_; }
  std::span<const std::uint64_t> value_addresses() const { return value_address_; }
  std::uint64_t context_address() const;

  void set_entry(std::uint16_t program, std::uint64_t bpf_func);
  void set_slot(std::uint16_t map, std::uint32_t index, std::optional<std::uint16_t> program);

  std::uint64_t* ledger() { return words(ledger_at_); }
  std::uint64_t ledger_address() const { return address(ledger_at_); }
  std::uint64_t* cells(std::uint16_t map) { return words(value_at_[map]); }

 private:
  void lay_out(const bpf::Lowered& lowered);
  // Everything lies in one memory of words; offsets are in bytes.
  std::uint64_t* words(std::size_t at) { return reinterpret_cast<std::uint64_t*>(memory_.here + at); }
  std::uint64_t address(std::size_t at) const { return memory_.address + at; }
  std::size_t take(std::size_t bytes);
  void surround_slots(std::size_t object, std::uint32_t entries);
  template <class T>
  void put(std::size_t at, T value);

  jit::Options options_;
  Memory memory_;
  std::size_t used_ = 0;
  std::size_t context_at_ = 0;
  std::size_t ledger_at_ = 0;
  std::vector<std::size_t> map_at_;
  std::vector<std::size_t> value_at_;
  std::vector<std::size_t> program_at_;
  std::vector<std::uint64_t> map_address_;
  std::vector<std::uint64_t> value_address_;
};

}  // namespace tailbound::engine::native
