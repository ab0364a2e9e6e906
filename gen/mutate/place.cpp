#include "gen/mutate/place.hpp"

#include <utility>

#include "jit/bpf/body.hpp"

namespace tailbound::gen {

namespace {

/// The statements of one function that are wanted, counted first and then looked up by number.
class Search {
 public:
  Search(bpf::FunctionRef function, Wanted wanted) : function_(function), wanted_(wanted) {}

  std::size_t count(const bpf::Block& block) const {
    std::size_t found = 0;
    for (const bpf::Statement& statement : block) {
      found += wanted_(statement) ? 1 : 0;
      if (const auto* branch = std::get_if<bpf::If>(&statement.node)) {
        found += count(branch->then_block) + count(branch->else_block);
      }
    }
    return found;
  }

  std::optional<Place> take(bpf::Block& block, std::size_t& number, unsigned nesting) const {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (wanted_(block[i]) && number-- == 0) return Place{function_, &block, i, nesting};
      auto* branch = std::get_if<bpf::If>(&block[i].node);
      if (branch == nullptr) continue;
      if (const auto found = take(branch->then_block, number, nesting + 1)) return found;
      if (const auto found = take(branch->else_block, number, nesting + 1)) return found;
    }
    return std::nullopt;
  }

 private:
  bpf::FunctionRef function_;
  Wanted wanted_;
};

}  // namespace

void Place::insert(bpf::Statement statement) const {
  block->insert(block->begin() + static_cast<std::ptrdiff_t>(at), std::move(statement));
}

void Place::erase() const { block->erase(block->begin() + static_cast<std::ptrdiff_t>(at)); }

std::optional<Place> find_place(Mutation& mutation, bpf::FunctionRef function, Wanted wanted) {
  const Search search(function, wanted);
  bpf::Block& body = mutation.at(function).body;
  const std::size_t found = search.count(body);
  if (found == 0) return std::nullopt;
  std::size_t number = mutation.below(found);
  return search.take(body, number, 0);
}

std::optional<Place> find_place(Mutation& mutation, Wanted wanted) {
  const std::size_t programs = mutation.scenario.programs.size();
  bpf::FunctionRef at = mutation.any_function();
  for (std::size_t i = 0; i <= programs; ++i) {
    const std::size_t functions = mutation.scenario.programs[at.program].functions.size();
    for (std::size_t k = 0; k < functions; ++k) {
      if (const auto found = find_place(mutation, at, wanted)) return found;
      at.function = static_cast<std::uint16_t>((at.function + 1) % functions);
    }
    at = {static_cast<std::uint16_t>((at.program + 1) % programs), 0};
  }
  return std::nullopt;
}

Place find_gap(Mutation& mutation, bpf::FunctionRef function) {
  if (mutation.source.percent(20)) {
    if (const auto nested = find_place(mutation, function, is<bpf::If>)) {
      auto& branch = std::get<bpf::If>(nested->statement().node);
      bpf::Block& arm = mutation.source.percent(70) ? branch.then_block : branch.else_block;
      const std::size_t gaps = arm.size() + (bpf::always_returns(arm) ? 0 : 1);
      return {function, &arm, mutation.below(gaps), nested->nesting + 1};
    }
  }
  bpf::Block& body = mutation.at(function).body;
  return {function, &body, mutation.below(body.size()), 0};
}

}  // namespace tailbound::gen
