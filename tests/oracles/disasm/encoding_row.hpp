// Rows of the encoding test: an assembler method, the text of what it writes, and its operand space.
#pragma once

#include <rapidcheck.h>

#include <functional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "jit/emit/code_buffer.hpp"
#include "oracles/disasm/disasm.hpp"
#include "tests/oracles/disasm/operand.hpp"

namespace tailbound::test {

struct Sample {
  std::vector<std::uint8_t> bytes;
  std::string text;
};

struct Row {
  std::string signature;    // "mov(R64,Mem)"
  std::string kernel_form;  // why the kernel's bytes are not those that LLVM prefers; empty: they are the same
  std::function<std::vector<Sample>()> samples;  // the operand space
  std::function<Sample()> random;                // one, drawn by RapidCheck
};

/// The rows of one assembler.
struct EncodingSet {
  disasm::Arch arch;
  std::string name;
  std::string header;  // of the assembler, in the repository
  std::vector<Row> rows;
  std::set<std::string> without_row;  // methods that write no instruction of their own
};
const EncodingSet& x86_64_encodings();
const EncodingSet& arm64_encodings();

/// "std::uint32_t" and "std :: uint32_t" alike.
std::string without_spaces(std::string text);
std::string fill_in(const std::string& pattern, const std::function<std::string(unsigned, char)>& operand);
/// What `emit` has an `Assembler` write.
template <class Assembler, class Emit>
std::vector<std::uint8_t> written(Emit emit) {
  jit::CodeBuffer buffer;
  buffer.ensure(1024);
  Assembler a(buffer);
  emit(a);
  return {buffer.bytes().begin(), buffer.bytes().end()};
}

template <class Assembler, class... T, class Emit>
Sample make_sample(const std::string& pattern, Emit emit, const T&... operands) {
  const auto text = [&](unsigned wanted, char width) {
    std::string found;
    [[maybe_unused]] unsigned i = 0;
    ((found = i++ == wanted ? Operand<T>::text(operands, width) : found), ...);
    return found;
  };
  return {written<Assembler>([&](Assembler& a) { emit(a, operands...); }),
          (std::string() + ... + operand_prefix(operands)) + fill_in(pattern, text)};
}

/// All combinations of the operands' values.
template <class First, class... Rest, class Visit, class... Chosen>
void each_combination(Visit&& visit, const Chosen&... chosen) {
  for (const First& value : Operand<First>::values()) {
    if constexpr (sizeof...(Rest) == 0) visit(chosen..., value);
    else each_combination<Rest...>(visit, chosen..., value);
  }
}

template <class Assembler, class... T, class Emit>
Row make_row(const std::string& signature, const std::string& kernel_form, const std::string& pattern,
             Emit emit) {
  Row row{.signature = without_spaces(signature), .kernel_form = kernel_form, .samples = {}, .random = {}};
  row.samples = [=] {
    std::vector<Sample> all;
    const auto add = [&](const T&... operands) {
      all.push_back(make_sample<Assembler, T...>(pattern, emit, operands...));
    };
    if constexpr (sizeof...(T) == 0) add();
    else each_combination<T...>(add);
    return all;
  };
  row.random = [=] {
    // Braces: the operands are drawn from left to right, so that a failure is replayed.
    const std::tuple<T...> operands{any_operand<T>()...};
    return std::apply([&](const T&... each) { return make_sample<Assembler, T...>(pattern, emit, each...); },
                      operands);
  };
  return row;
}

}  // namespace tailbound::test
