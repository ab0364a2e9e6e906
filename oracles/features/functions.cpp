#include <bit>

#include "oracles/features/parts.hpp"

namespace tailbound::features {

using namespace bpf;

namespace {

/// Places on axis::use.
enum class Use : std::uint8_t { dropped, returned, stored, compared, index };
/// Places on axis::statement; not every statement has one.
enum class Follows : std::uint8_t { call, tail_call, leave, branch };
/// Places on axis::before.
enum class Before : std::uint8_t {
  first,
  call,
  tail_call,
  random,
  time,
  lookup,
  update,
  store,
  asm_block,
  branch
};

std::size_t stack_class(std::uint16_t stack) {
  if (stack == 0) return 0;
  if (stack % 8 == 0) return 1;
  if (stack % 4 == 0) return 2;
  return stack % 2 == 0 ? 3 : 4;
}

Before helper_kind(Helper helper) {
  switch (helper) {
    case Helper::random: return Before::random;
    case Helper::time: return Before::time;
    case Helper::lookup: return Before::lookup;
    case Helper::update: return Before::update;
  }
  return Before::random;
}

/// One entered function's statements.
class Body {
 public:
  Body(const Layout& layout, const FunctionAt& at, Tally& tally) : layout_(layout), at_(at), tally_(tally) {}

  bool calls() const { return calls_; }

  void walk(const Block& block) {
    for (const Statement& statement : block) {
      std::visit([&](const auto& s) { add(s); }, statement.node);
    }
  }

 private:
  void add(const Evaluate& s) {
    const bool calls = value(s.value, Use::dropped);
    if (calls) follow(Follows::call);
    before_ = calls ? Before::call : before_;
  }
  void add(const TailCall& s) {
    value(s.index, Use::index);
    follow(Follows::tail_call);
    before_ = Before::tail_call;
  }
  void add(const HelperCall& s) { before_ = helper_kind(s.helper); }
  void add(const StoreCell& s) {
    value(s.value, Use::stored);
    before_ = Before::store;
  }
  void add(const Asm&) { before_ = Before::asm_block; }
  void add(const If& s) {
    value(s.left, Use::compared);
    follow(Follows::branch);
    tally_.add<Of::guard>(operand_kind(s.left), s.compare);
    const Before here = Before::branch;
    before_ = here;
    walk(s.then_block);
    before_ = here;
    walk(s.else_block);
    before_ = here;
  }
  void add(const Return& s) {
    value(s.value, Use::returned);
    follow(Follows::leave);
    tally_.add<Of::returned>(operand_kind(s.value), has_terms(s.value), at_.took, place_of(at_));
  }

  void follow(Follows what) { tally_.add<Of::order>(what, before_, place_of(at_)); }

  /// Whether the expression calls; then what becomes of the value is counted.
  bool value(const Expr& expr, Use use) {
    const auto* call = std::get_if<CallValue>(&expr.first);
    if (call == nullptr) return false;
    calls_ = true;
    const FunctionAt& callee = layout_.functions[at_.first_of_program + call->function];
    tally_.add<Of::value>(use, callee.took, place_of(at_));
    tally_.add<Of::pressure>(std::popcount(at_.function->keep), std::popcount(callee.function->keep),
                             callee.took);
    return true;
  }

  const Layout& layout_;
  const FunctionAt& at_;
  Tally& tally_;
  Before before_ = Before::first;
  bool calls_ = false;
};

}  // namespace

void count_functions(const Layout& layout, Tally& tally) {
  for (const FunctionAt& at : layout.functions) {
    if (!at.entered) continue;
    const Function& function = *at.function;
    Body body(layout, at, tally);
    body.walk(function.body);
    tally.add<Of::frame>(stack_class(function.stack), bucket(stack_ends, function.stack), at.took,
                         place_of(at));
    tally.add<Of::keep>(function.keep, body.calls() ? 1 : 0, at.took, place_of(at));
  }
}

}  // namespace tailbound::features
