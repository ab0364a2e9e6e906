#include "gen/mutate/reach.hpp"

namespace tailbound::gen {

namespace {

class Walk {
 public:
  explicit Walk(const bpf::Program& program) : program_(program) {}

  bool run(std::uint16_t from, std::uint16_t to) {
    if (from == to) return true;
    if (from >= program_.functions.size() || seen_.test(from)) return false;
    seen_.set(from);
    bool found = false;
    bpf::visit(
        program_.functions[from].body, [](const bpf::Statement&) {},
        [&](const bpf::Expr& expr) {
          const auto* call = std::get_if<bpf::CallValue>(&expr.first);
          if (call != nullptr && !found) found = run(call->function, to);
        });
    return found;
  }

 private:
  const bpf::Program& program_;
  std::bitset<most_functions> seen_;
};

}  // namespace

bool reaches(const bpf::Program& program, std::uint16_t from, std::uint16_t to) {
  return Walk(program).run(from, to);
}

}  // namespace tailbound::gen
