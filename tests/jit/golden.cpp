#include "tests/jit/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jit/bpf/decode.hpp"

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

/// The deepest byte that a function touches through r10, as the verifier counts it.
std::uint16_t stack_depth(const bpf::Bytecode& code, std::uint32_t first, std::uint32_t end) {
  int deepest = 0;
  for (std::uint32_t i = first; i < end; ++i) {
    const bpf::Insn& insn = code.insns[i];
    const std::uint8_t kind = bpf::class_of(insn);
    const bool store = kind == bpf::opcode::st || kind == bpf::opcode::stx;
    const bool load = kind == bpf::opcode::ldx;
    if ((store && insn.dst == 10) || (load && insn.src == 10)) deepest = std::min<int>(deepest, insn.off);
    if (bpf::is_two_slot(insn)) ++i;
  }
  return static_cast<std::uint16_t>(-deepest);
}

/// The programs load r3 right before the call or read it from a map; a constant below 2 makes the site direct.
std::optional<std::uint32_t> direct_index(const bpf::Bytecode& code, std::uint32_t call) {
  const bpf::Insn& before = code.insns[call - 1];
  const bool constant = before == bpf::build::mov(bpf::Reg::r3, before.imm);
  if (constant && before.imm >= 0 && before.imm < 2) return static_cast<std::uint32_t>(before.imm);
  return std::nullopt;
}

bpf::Bytecode bytecode(const json& row) {
  bpf::Bytecode code;
  for (const json& word : row.at("insns")) {
    code.insns.push_back(bpf::from_word(std::stoull(word.get<std::string>(), nullptr, 16)));
  }
  code.origin.resize(code.insns.size());
  const auto starts = row.at("functions_start").get<std::vector<std::uint32_t>>();
  for (std::size_t f = 0; f < starts.size(); ++f) {
    const std::uint32_t end =
        f + 1 < starts.size() ? starts[f + 1] : static_cast<std::uint32_t>(code.insns.size());
    code.functions.push_back({.first_insn = starts[f],
                              .end_insn = end,
                              .id = static_cast<std::uint32_t>(f),
                              .stack_depth = stack_depth(code, starts[f], end)});
    for (std::uint32_t i = starts[f]; i < end; ++i) {
      code.origin[i].function = static_cast<std::uint16_t>(f);
      bpf::Insn& insn = code.insns[i];
      if (bpf::is_two_slot(insn)) {
        insn.imm = insn.imm == row.at("prog_array_fd").get<int>() ? 1 : 0;
        ++i;
        code.origin[i].function = static_cast<std::uint16_t>(f);
      } else if (bpf::is_tail_call(insn)) {
        code.origin[i].site = static_cast<std::int32_t>(code.sites.size());
        code.sites.push_back({.insn = i,
                              .id = static_cast<std::uint32_t>(code.sites.size()),
                              .function = static_cast<std::uint16_t>(f),
                              .map = 1,
                              .direct_index = direct_index(code, i)});
      }
    }
  }
  return code;
}

}  // namespace

std::vector<GoldenRow> golden_rows(const std::string& kernel, const std::string& machine) {
  std::ifstream file(std::string(TAILBOUND_SOURCE_DIR) + "/corpus/golden/images.jsonl");
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
