#include "reports/reproduce/c_btf.hpp"

#include <fmt/format.h>

#include "jit/bpf/names.hpp"

namespace tailbound::reports {

namespace {

constexpr std::uint32_t ids_before_functions = 3;

/// Names as BTF keeps them: one after the other, each closed by a zero, named by their offset.
class Names {
 public:
  std::uint32_t add(const std::string& name) {
    const std::uint32_t at = size_;
    text_ += fmt::format("{}\\0", name);
    size_ += static_cast<std::uint32_t>(name.size()) + 1;
    return at;
  }
  /// For a C literal, whose own zero is the last one.
  std::string literal() const { return text_.substr(0, text_.size() - 2); }
  std::uint32_t size() const { return size_; }

 private:
  std::string text_;
  std::uint32_t size_ = 0;
};

std::string row(const std::string& words, const std::string& note) {
  return fmt::format("    {:<36}// {}\n", words, note);
}

/// A subprogram's own name, or a main's. A digit behind \0 would read as part of the escape, but no name begins
/// so.
std::string own_name(const bpf::Scenario& scenario, bpf::FunctionRef ref) {
  return scenario.programs[ref.program].functions[ref.function].name;
}

}  // namespace

std::uint32_t btf_id(std::uint32_t function_id) { return ids_before_functions + 1 + function_id; }

std::string btf_constant(const bpf::Scenario& scenario) {
  const bpf::Numbering numbering = bpf::number(scenario);
  Names names;
  names.add("");
  const std::uint32_t name_of_int = names.add("int");
  const std::uint32_t name_of_context = names.add("ctx");
  std::string types =
      row(fmt::format("{}, 0x01000000, 4, 0x01000020,", name_of_int), "[1] int: signed, 32 bits") +
      row("0, 0x02000000, 0,", "[2] void *") +
      row(fmt::format("0, 0x0d000001, 1, {}, 2,", name_of_context), "[3] int (void *ctx)");
  constexpr std::uint32_t words_before = 4 + 3 + 5;
  for (std::uint32_t id = 0; id < numbering.functions; ++id) {
    const std::string name = own_name(scenario, numbering.ref(id));
    types += row(fmt::format("{}, 0x0c000000, 3,", names.add(name)),
                 fmt::format("[{}] static {}", btf_id(id), name));
  }
  const std::uint32_t words = words_before + 3 * numbering.functions;
  return fmt::format("static const struct {{ unsigned words[{}]; char names[{}]; }} btf = {{{{\n", 6 + words,
                     names.size()) +
         row(fmt::format("0x0001eb9f, 24, 0, {0}, {0}, {1},", 4 * words, names.size()),
             "header: magic, its size; types, names: where, how long") +
         types + fmt::format("  }}, \"{}\"}};\n", names.literal());
}

}  // namespace tailbound::reports
