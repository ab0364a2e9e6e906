#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/from_insns.hpp"
#include "tests/support/source_dir.hpp"

namespace tailbound::test {

namespace {

using nlohmann::json;

std::vector<std::uint8_t> unhex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<GoldenFunction> functions(const json& list) {
  std::vector<GoldenFunction> out;
  for (const json& f : list) {
    out.push_back({std::stoull(f.at("address").get<std::string>(), nullptr, 16), unhex(f.at("bytes"))});
  }
  return out;
}

/// An array map of one value of 16 bytes and a prog_array of two slots (corpus/golden/README.md).
std::vector<bpf::LoweredMap> maps() {
  bpf::LoweredMap array;
  array.value_size = 16;
  array.words = {0, 0};
  bpf::LoweredMap slots;
  slots.kind = bpf::LoweredMap::Kind::prog_array;
  slots.value_size = 4;
  slots.max_entries = 2;
  return {array, slots};
}

bpf::Bytecode bytecode(const json& row) {
  std::vector<bpf::Insn> insns;
  for (const json& word : row.at("insns")) {
    insns.push_back(bpf::from_word(std::stoull(word.get<std::string>(), nullptr, 16)));
  }
  for (bpf::Insn& insn : insns) {
    if (bpf::is_two_slot(insn)) insn.imm = insn.imm == row.at("prog_array_fd").get<int>() ? 1 : 0;
  }
  auto code = bpf::from_insns(insns, maps());
  EXPECT_TRUE(code.has_value()) << row.at("program") << ": " << code.error().text();
  if (!code) return {};
  std::vector<std::uint32_t> starts;
  for (const bpf::LoweredFunction& f : code->functions) starts.push_back(f.first_insn);
  EXPECT_EQ(starts, row.at("functions_start").get<std::vector<std::uint32_t>>());
  return std::move(*code);
}

}  // namespace

std::vector<GoldenRow> golden_rows(const std::string& kernel, const std::string& machine) {
  std::ifstream file(source_dir() / "corpus/golden/images.jsonl");
  EXPECT_TRUE(file.good()) << "corpus/golden/images.jsonl is missing";
  std::vector<GoldenRow> rows;
  for (std::string line; std::getline(file, line);) {
    const json row = json::parse(line);
    if (row.at("machine") != machine) continue;
    if (!row.at("kernel").get<std::string>().starts_with(kernel)) continue;
    rows.push_back({.kernel = row.at("kernel"),
                    .machine = machine,
                    .program = row.at("program"),
                    .bytecode = bytecode(row),
                    .slots_empty = functions(row.at("slots_empty")),
                    .slot0_filled = functions(row.at("slot0_filled_with_itself"))});
  }
  return rows;
}

}  // namespace tailbound::test
