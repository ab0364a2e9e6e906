#include "fuzz/plugin/plugin.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <utility>
#include <vector>

#include "fuzz/campaign/engines.hpp"
#include "jit/bpf/decode.hpp"
#include "jit/bpf/from_insns.hpp"
#include "jit/bpf/object/object.hpp"
#include "jit/bpf/object/prepare.hpp"
#include "oracles/engine/engine.hpp"

namespace tailbound::fuzz {

namespace {

template <class T>
using OrWhyNot = std::expected<T, std::string>;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

OrWhyNot<std::vector<std::uint8_t>> unhex(std::string_view text, std::string_view what) {
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_space(text[i]) && high < 0) continue;
    const int value = digit(text[i]);
    if (value < 0) return std::unexpected(fmt::format("{}: character {} is no hex digit", what, i + 1));
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + value));
      high = -1;
    }
  }
  if (high >= 0) return std::unexpected(fmt::format("{}: an odd number of hex digits", what));
  return bytes;
}

/// The interpreter's steps are counted in fuel: this is some sixty million for a short program.
constexpr std::uint64_t fuel = 4'000;

bpf::Lowered scenario(bpf::Bytecode program) {
  bpf::Lowered lowered;
  lowered.fuel = fuel;
  lowered.ledger = {.functions = static_cast<std::uint32_t>(program.functions.size()),
                    .sites = static_cast<std::uint32_t>(program.sites.size())};
  bpf::LoweredMap ledger;
  ledger.name = "ledger";
  ledger.value_size = lowered.ledger.words() * 8;
  ledger.words.resize(lowered.ledger.words());
  lowered.maps = {std::move(ledger)};
  lowered.first_array_map = 1;
  lowered.first_prog_array = 1;
  lowered.programs.push_back(std::move(program));
  return lowered;
}

OrWhyNot<bpf::Lowered> read_program(std::string_view hex) {
  const auto bytes = unhex(hex, "program");
  if (!bytes) return std::unexpected(bytes.error());
  const auto slots = bpf::decode(std::as_bytes(std::span(*bytes)));
  if (!slots) return std::unexpected("program: " + slots.error().text());
  // There are no maps to refer to: the ledger is not the program's.
  auto code = bpf::from_insns(*slots);
  if (!code) return std::unexpected("program: " + code.error().text());
  return scenario(std::move(*code));
}

OrWhyNot<bpf::GivenContext> read_memory(std::string_view hex) {
  auto bytes = unhex(hex, "memory");
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() > bpf::given_context_limit) {
    return std::unexpected(
        fmt::format("memory: {} bytes; expected at most {}", bytes->size(), bpf::given_context_limit));
  }
  return bpf::GivenContext{.bytes = std::move(*bytes), .writable = true, .packet = std::nullopt};
}

OrWhyNot<bpf::Lowered> read_object(std::string_view hex) {
  const auto bytes = unhex(hex, "program");
  if (!bytes) return std::unexpected(bytes.error());
  const auto object = bpf::read_object(std::as_bytes(std::span(*bytes)), {.bare_code = true});
  if (!object) return std::unexpected("program: " + object.error().text());
  auto prepared = bpf::prepare(*object, {.fuel = fuel});
  if (!prepared) return std::unexpected("program: " + prepared.error().text());
  return std::move(prepared->lowered);
}

/// One run of the first program on that memory.
OrWhyNot<bpf::Lowered> read_request(const PluginRequest& request) {
  auto memory = read_memory(request.memory);
  if (!memory) return std::unexpected(memory.error());
  auto lowered = request.elf ? read_object(request.program) : read_program(request.program);
  if (!lowered) return lowered;
  lowered->context = std::move(*memory);
  lowered->events = {bpf::Run{0, {}}};
  return lowered;
}

PluginAnswer ended(const RunObservation& run) {
  switch (run.status) {
    case RunStatus::finished:
      return {0, fmt::format("{:x}", run.return_value)};
    case RunStatus::fault:
      return {1, fmt::format("fault: {}, address {:#x}", run.fault.kind, run.fault.address)};
    case RunStatus::timeout:
      return {1, "the program did not end within its limit"};
  }
  return {3, "the run ended in a way that has no name"};
}

}  // namespace

PluginAnswer answer(const PluginRequest& request) {
  const EngineChoice choice{.engines = {std::string(request.engine)}};
  const auto engines = make_engines(choice);
  if (!engines) return {2, engines.error()};
  const auto lowered = read_request(request);
  if (!lowered) return {2, lowered.error()};
  engine::Engine& engine = *engines->front();
  if (const auto why = engine.unavailable())
    return {3, fmt::format("{} is unavailable: {}", request.engine, *why)};
  const Observation& seen = engine.run_one(*lowered);
  if (!seen.unavailable.empty()) return {2, seen.unavailable};
  return ended(seen.runs.at(0));
}

}  // namespace tailbound::fuzz
