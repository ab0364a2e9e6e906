// Reads a `raw` reproducer back, as a tool of someone else would: into what an engine runs, and what it
// expects.
#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/lowered.hpp"

namespace tailbound::test {

struct RawFile {
  bpf::Lowered lowered;
  std::vector<std::map<std::string, std::uint64_t>> expected;  // by run
};

class RawReader {
 public:
  RawFile read(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line.substr(0, line.find('#')));
    for (bpf::Bytecode& program : file_.lowered.programs) {
      for (std::size_t f = 0; f < program.functions.size(); ++f) {
        program.functions[f].id = next_id_++;
        program.functions[f].end_insn = static_cast<std::uint32_t>(
            f + 1 < program.functions.size() ? program.functions[f + 1].first_insn : program.insns.size());
      }
      program.origin.resize(program.insns.size());
    }
    return std::move(file_);
  }

 private:
  void take(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word)) return;
    bpf::Lowered& l = file_.lowered;
    if (word == "fuel") words >> l.fuel;
    else if (word == "ledger") words >> word >> l.ledger.functions >> word >> l.ledger.sites;
    else if (word == "map") map(words);
    else if (word == "word") set_word(words);
    else if (word == "slot") slot(words);
    else if (word == "program") l.programs.emplace_back();
    else if (word == "function") function(words);
    else if (word == "run") run(words);
    else if (word == "expect") expect(line.substr(line.find("expect") + 7));
    else if (word == "fill" || word == "empty") change(words, word == "fill");
    else if (word == "store") store(words);
    else if (word != "type") code(word);
  }

  void map(std::istringstream& words) {
    bpf::LoweredMap& map = file_.lowered.maps.emplace_back();
    std::string number, kind, skip;
    words >> number >> map.name >> kind >> skip >> map.value_size >> skip >> map.max_entries;
    if (kind == "prog_array") {
      map.kind = bpf::LoweredMap::Kind::prog_array;
      if (arrays_++ == 0)
        file_.lowered.first_prog_array = static_cast<std::uint16_t>(file_.lowered.maps.size() - 1);
    } else {
      map.words.assign(std::size_t{map.value_size} / 8 * map.max_entries, 0);
      if (map.name == "scratch" && arrays_ != 0)
        file_.lowered.scratch_map = static_cast<std::uint16_t>(file_.lowered.maps.size() - 1);
    }
  }
  void set_word(std::istringstream& words) {
    std::size_t at = 0;
    words >> at >> std::hex >> file_.lowered.maps.back().words[at];
  }
  void slot(std::istringstream& words) {
    bpf::Slot slot;
    std::string skip;
    words >> slot.index >> skip >> slot.program;
    file_.lowered.maps.back().slots.push_back(slot);
  }
  void function(std::istringstream& words) {
    bpf::LoweredFunction function;
    words >> function.first_insn;
    function.stack_depth = bpf::max_stack;
    file_.lowered.programs.back().functions.push_back(function);
  }
  void code(const std::string& hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    const auto insns = bpf::decode(bytes);
    auto& program = file_.lowered.programs.back().insns;
    if (insns) program.insert(program.end(), insns->begin(), insns->end());
  }
  void run(std::istringstream& words) {
    bpf::Run run;
    std::string skip;
    words >> skip >> run.program;
    file_.lowered.events.emplace_back(run);
    file_.expected.emplace_back();
  }
  void expect(const std::string& rest) {
    const std::size_t colon = rest.find(": ");
    file_.expected.back()[rest.substr(0, colon)] = std::stoull(rest.substr(colon + 2), nullptr, 16);
  }
  void change(std::istringstream& words, bool fills) {
    bpf::SetSlot change;
    std::string skip;
    std::uint16_t map = 0, program = 0;
    words >> skip >> map >> skip >> change.index;
    if (fills && words >> skip >> program) change.program = program;
    change.array = static_cast<std::uint16_t>(map - file_.lowered.first_prog_array);
    file_.lowered.events.emplace_back(change);
  }
  void store(std::istringstream& words) {
    bpf::SetCell set;
    std::string skip;
    std::uint16_t map = 0;
    words >> skip >> map >> skip >> set.cell.index >> std::hex >> set.value;
    set.cell.map = static_cast<std::uint16_t>(map - file_.lowered.first_array_map);
    file_.lowered.events.emplace_back(set);
  }

  RawFile file_;
  std::uint32_t next_id_ = 0;
  std::size_t arrays_ = 0;
};

}  // namespace tailbound::test
