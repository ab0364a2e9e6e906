#include "gen/reduce/places.hpp"

#include "gen/mutate/references.hpp"
#include "jit/bpf/references.hpp"

namespace tailbound::gen {

namespace {

using namespace bpf;

class Reached : public OtherReferences {
 public:
  explicit Reached(const Scenario& scenario)
      : scenario_(scenario), programs_(scenario.programs.size()), arrays_(scenario.arrays.size()) {
    for (Event event : scenario.events) each_reference(event, *this);
    while (!waiting_.empty()) {
      const std::uint16_t p = waiting_.back();
      waiting_.pop_back();
      for (const Function& function : scenario.programs[p].functions) {
        Block body = function.body;
        each_reference(body, p, *this);
      }
    }
  }
  bool reached(std::size_t p) const { return programs_[p]; }

  void program(std::uint16_t& p) {
    if (!programs_[p]) waiting_.push_back(p);
    programs_[p] = true;
  }
  void array(std::uint16_t& a) {
    if (arrays_[a]) return;
    arrays_[a] = true;
    for (Slot slot : scenario_.arrays[a].slots) program(slot.program);
  }

 private:
  const Scenario& scenario_;
  std::vector<bool> programs_;
  std::vector<bool> arrays_;
  std::vector<std::uint16_t> waiting_;
};

}  // namespace

void drop_unreached(Scenario& scenario) {
  const Reached reached(scenario);
  for (std::size_t p = scenario.programs.size(); p-- > 0;) {
    if (!reached.reached(p)) erase_program(scenario, static_cast<std::uint16_t>(p));
  }
}

}  // namespace tailbound::gen
