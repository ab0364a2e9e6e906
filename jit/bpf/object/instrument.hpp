// One program of an object with the ledger's code in it.
#pragma once

#include "jit/bpf/error.hpp"
#include "jit/bpf/lowered.hpp"
#include "jit/bpf/object/object.hpp"

namespace tailbound::bpf::object {

struct Instrumented {
  Bytecode code;
  std::vector<std::string> functions;  // names, by index
};

/// Functions and sites are numbered from those given; the ledger's words follow from how many there are in all.
struct FirstIds {
  std::uint32_t function = 0;
  std::uint32_t site = 0;
};

/// Functions and sites of a program that has passed `check_program`.
struct Layout {
  std::vector<std::uint32_t> functions;  // first slots
  std::vector<std::uint32_t> sites;      // slots of tail calls
};

/// Instructions, helpers and local calls of a program. Error: the first slot that is not taken.
std::expected<Layout, InsnError> check_program(const ObjectProgram& program);

std::expected<Instrumented, InsnError> instrument(const ObjectProgram& program, const Layout& layout,
                                                  FirstIds first, const LedgerLayout& ledger,
                                                  std::span<const LoweredMap> maps);

}  // namespace tailbound::bpf::object
