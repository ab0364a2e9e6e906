#include "jit/bpf/canonical.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "jit/bpf/graph.hpp"
#include "jit/bpf/names.hpp"
#include "jit/bpf/references.hpp"

namespace tailbound::bpf {

namespace {

/// Old positions in their new order.
class Order {
 public:
  explicit Order(std::size_t count) : place_(count, unplaced) {}

  /// True the first time.
  bool come_to(std::uint16_t old) {
    if (place_[old] != unplaced) return false;
    place_[old] = static_cast<std::uint16_t>(order_.size());
    order_.push_back(old);
    return true;
  }
  bool came_to(std::size_t old) const { return place_[old] != unplaced; }
  std::uint16_t operator[](std::uint16_t old) const { return place_[old]; }
  const std::vector<std::uint16_t>& order() const { return order_; }
  std::size_t count() const { return place_.size(); }

  template <class Thing>
  void apply(std::vector<Thing>& things) const {
    std::vector<Thing> moved;
    for (const std::uint16_t old : order_) moved.push_back(std::move(things[old]));
    things = std::move(moved);
  }

 private:
  static constexpr std::uint16_t unplaced = 0xffff;
  std::vector<std::uint16_t> place_;
  std::vector<std::uint16_t> order_;
};

class Walk {
 public:
  explicit Walk(const Scenario& scenario)
      : scenario_(scenario),
        programs_(scenario.programs.size()),
        arrays_(scenario.arrays.size()),
        maps_(scenario.maps.size()) {
    for (const Program& program : scenario.programs) functions_.emplace_back(program.functions.size());
  }

  Scenario run() {
    for (const Event& event : scenario_.events) {
      Event copy = event;
      each_reference(copy, *this);
    }
    walk_programs();
    while (programs_.order().size() < programs_.count()) {
      programs_.come_to(least_left());
      walk_programs();
    }
    come_to_the_rest(arrays_, [&](std::size_t a) { return slots_of(a); });
    come_to_the_rest(maps_, [&](std::size_t m) { return scenario_.maps[m].cells; });
    return renumbered();
  }

  // What each_reference tells.
  void program(std::uint16_t& p) { programs_.come_to(p); }
  void array(std::uint16_t& a) {
    if (!arrays_.come_to(a)) return;
    for (const Slot& slot : scenario_.arrays[a].slots) programs_.come_to(slot.program);
  }
  void map(std::uint16_t& m) { maps_.come_to(m); }
  void function(FunctionRef& f) { programs_.come_to(f.program); }
  void call(std::uint16_t program, std::uint16_t& callee) { functions_[program].come_to(callee); }

 private:
  /// Breadth first: the bodies of those that were come to, in that order.
  void walk_programs() {
    for (; walked_ < programs_.order().size(); ++walked_) {
      const std::uint16_t p = programs_.order()[walked_];
      Order& functions = functions_[p];
      functions.come_to(0);
      for (std::size_t i = 0; i < functions.order().size(); ++i) {
        Block body = scenario_.programs[p].functions[functions.order()[i]].body;
        each_reference(body, p, *this);
      }
      for (std::uint16_t f = 0; f < functions.count(); ++f) functions.come_to(f);
    }
  }

  /// Of the programs that nothing came to, the one that reads least.
  std::uint16_t least_left() const {
    std::uint16_t best = 0;
    std::string best_text;
    for (std::uint16_t p = 0; p < programs_.count(); ++p) {
      if (programs_.came_to(p)) continue;
      std::string text = text_of(p);
      if (!best_text.empty() && text >= best_text) continue;
      best = p;
      best_text = std::move(text);
    }
    return best;
  }

  /// The program alone, with its names of others taken out.
  std::string text_of(std::uint16_t p) const {
    Scenario alone;
    alone.programs = {scenario_.programs[p]};
    alone.arrays = scenario_.arrays;
    alone.maps = scenario_.maps;
    for (ProgArray& array : alone.arrays) array.slots.clear();
    struct Blank : OtherReferences {
      void array(std::uint16_t& a) { a = 0; }
      void map(std::uint16_t& m) { m = 0; }
      void function(FunctionRef& f) { f = {}; }
    } blank;
    for (Function& function : alone.programs[0].functions) each_reference(function.body, 0, blank);
    alone.arrays.resize(std::min<std::size_t>(alone.arrays.size(), 1));
    alone.maps.resize(std::min<std::size_t>(alone.maps.size(), 1));
    name_canonically(alone);
    return print_graph(alone);
  }

  std::vector<std::uint64_t> slots_of(std::size_t a) const {
    std::vector<std::uint64_t> words = {scenario_.arrays[a].size};
    for (const Slot& slot : scenario_.arrays[a].slots) {
      words.push_back(slot.index);
      words.push_back(programs_[slot.program]);
    }
    return words;
  }

  template <class Key>
  static void come_to_the_rest(Order& order, Key&& key) {
    std::vector<std::pair<std::vector<std::uint64_t>, std::uint16_t>> rest;
    for (std::uint16_t i = 0; i < order.count(); ++i) {
      if (!order.came_to(i)) rest.emplace_back(key(i), i);
    }
    std::ranges::sort(rest);
    for (const auto& [words, i] : rest) order.come_to(i);
  }

  Scenario renumbered() const {
    struct Renumber {
      const Walk& walk;
      void program(std::uint16_t& p) const { p = walk.programs_[p]; }
      void array(std::uint16_t& a) const { a = walk.arrays_[a]; }
      void map(std::uint16_t& m) const { m = walk.maps_[m]; }
      void function(FunctionRef& f) const {
        f = {walk.programs_[f.program], walk.functions_[f.program][f.function]};
      }
      void call(std::uint16_t p, std::uint16_t& callee) const { callee = walk.functions_[p][callee]; }
    } renumber{*this};
    Scenario result = scenario_;
    each_reference(result, renumber);
    for (std::size_t p = 0; p < functions_.size(); ++p) functions_[p].apply(result.programs[p].functions);
    programs_.apply(result.programs);
    arrays_.apply(result.arrays);
    maps_.apply(result.maps);
    name_canonically(result);
    return result;
  }

  const Scenario& scenario_;
  Order programs_;
  Order arrays_;
  Order maps_;
  std::vector<Order> functions_;
  std::size_t walked_ = 0;
};

}  // namespace

void name_canonically(Scenario& scenario) {
  for (std::size_t p = 0; p < scenario.programs.size(); ++p) {
    auto& functions = scenario.programs[p].functions;
    functions[0].name = canonical::program(p);
    for (std::size_t f = 1; f < functions.size(); ++f) functions[f].name = canonical::subprogram(f);
  }
  for (std::size_t m = 0; m < scenario.maps.size(); ++m) scenario.maps[m].name = canonical::map(m);
  for (std::size_t a = 0; a < scenario.arrays.size(); ++a) scenario.arrays[a].name = canonical::array(a);
}

Scenario canonical_form(const Scenario& scenario) { return Walk(scenario).run(); }

}  // namespace tailbound::bpf
