// Hand-built scenarios for the tests of limits, repair and codec, and short ways to write their parts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "jit/bpf/insn.hpp"
#include "jit/bpf/limits.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::samples {

inline Expr constant(std::int32_t value) { return {Constant{value}, {}}; }
inline Expr call_of(std::uint16_t function) { return {CallValue{function}, {}}; }
inline Statement give_back(Expr value) { return {Return{std::move(value)}}; }
inline Statement give_back(std::int32_t value) { return give_back(constant(value)); }
inline Statement evaluate(Expr value) { return {Evaluate{std::move(value)}}; }
inline Statement call(std::uint16_t function) { return evaluate(call_of(function)); }
inline Statement tail_call(std::uint16_t array, std::int32_t index) {
  return {TailCall{array, constant(index)}};
}
inline Statement random() { return {HelperCall{Helper::random, {}}}; }
inline Statement branch(Block then_block, Block else_block = {}) {
  return {If{constant(1), Compare::ne, 0, std::move(then_block), std::move(else_block)}};
}

/// Under a name of its own, as testing::Test has a Run too.
inline Event run(std::uint16_t program, std::vector<Expect> expectations = {}) {
  return Run{program, std::move(expectations)};
}

inline auto& run_at(Scenario& scenario, std::size_t event) { return std::get<Run>(scenario.events[event]); }

inline Function function(std::string name, Block body, std::uint16_t stack = 0) {
  return {std::move(name), stack, 0, std::move(body)};
}

/// One program that is a main with nothing but this body.
inline Scenario only(Block body, std::uint16_t stack = 0) {
  Scenario scenario;
  scenario.programs = {{{function("entry", std::move(body), stack)}}};
  return scenario;
}

/// Every kind of statement, operand, comparison, operator, event and expectation, at least once.
inline Scenario every_kind() {
  using enum Reg;
  Scenario s;
  s.type = ProgType::xdp;
  s.limits = "linux-6.12";
  s.fuel = 500;
  s.seed = 0x12345678;
  s.maps = {{"counts", {1, 0, 0xffffffffffffffff, 0}}, {"zeros", {0, 0}}};
  s.arrays = {{"jmp_table", 4, {{0, 0}, {3, 1}}}, {"lone", 300, {{299, 1}}}};

  Block main{call(1)};
  Expr long_one{Data{1ULL << 40}, {}};
  for (const ExprOp op : {ExprOp::add, ExprOp::sub, ExprOp::mul, ExprOp::bit_and}) {
    long_one.rest.push_back({op, Constant{-7}});
  }
  main.push_back(evaluate(long_one));
  main.push_back({StoreCell{{0, 3},
                            {Cell{{0, 2}},
                             {{ExprOp::bit_or, Data{3}},
                              {ExprOp::bit_xor, Entries{{1, 0}}},
                              {ExprOp::lsh, Constant{63}},
                              {ExprOp::rsh, Cell{{1, 1}}}}}}});
  for (const Helper helper : {Helper::random, Helper::time}) main.push_back({HelperCall{helper, {}}});
  main.push_back({HelperCall{Helper::lookup, {0, 1}}});
  main.push_back({HelperCall{Helper::update, {0, 31}}});
  for (std::uint8_t c = 0; c <= static_cast<std::uint8_t>(Compare::sle); ++c) {
    main.push_back({If{constant(c), static_cast<Compare>(c), -c, {random()}, {}}});
  }
  main.push_back(branch({branch({give_back(5)}, {give_back(6)})}, {random(), tail_call(1, -1)}));
  main.push_back({Asm{{build::imm64_low(r3, Imm64Kind::value, -2), build::imm64_high(9),
                       build::store(Width::b8, r10, -16, r3), build::jump(JumpOp::jgt, r3, 4, 1),
                       build::load(Width::b2, r0, r10, -10), build::alu32(AluOp::bit_xor, r0, r3)}}});
  main.push_back(give_back({Entries{{0, 1}}, {{ExprOp::lsh, Constant{16}}}}));

  Block tail{{TailCall{0, {Data{2}, {{ExprOp::add, Constant{1}}}}}}, give_back(call_of(2))};
  s.programs = {
      {{{"entry", 16, keep::all, main}, {"tail", 12, keep::r7, tail}, function("leaf", {give_back(0)})}},
      {{function("other", {give_back(-1)})}},
      {{function("probe", {give_back(0)})}},
      {{function("spare", {give_back(0)})}},
  };
  using Kind = Expect::Kind;
  s.events = {
      Attach{AttachKind::fentry, 2, {0, 1}},
      Attach{AttachKind::freplace, 3, {1, 0}},
      AtEntry{{0, 1}, 300, {0, 1, 1}},
      AtEntry{{1, 0}, 1, {1, 299, std::nullopt}},
      Run{0, {{Kind::return_value, {}, {}, 0xffffffffffffffff}, {Kind::entries, {0, 1}, {}, 34},
              {Kind::tail_calls, {}, {}, 33}, {Kind::refused, {}, {}, 1}, {Kind::cell, {}, {0, 2}, 7},
              {Kind::out_of_fuel, {}, {}, 1}}},
      Detach{2, {0, 1}},
      SetSlot{0, 2, 1},
      SetSlot{0, 0, std::nullopt},
      SetCell{{1, 1}, 1ULL << 63},
      Run{1, {}},
  };
  return s;
}

/// A chain of calls: main calls f1, which calls f2, …; each has this stack, the last one tail-calls if asked.
inline Scenario chain(std::uint16_t functions, std::uint16_t stack, bool tail_calls = false) {
  Scenario s;
  s.arrays = {{"jmp_table", 1, {{0, 0}}}};
  Program program;
  for (std::uint16_t f = 0; f < functions; ++f) {
    Block body;
    if (f + 1 < functions) body.push_back(call(static_cast<std::uint16_t>(f + 1)));
    if (f + 1 == functions && tail_calls) body.push_back(tail_call(0, 0));
    body.push_back(give_back(0));
    program.functions.push_back(function(f == 0 ? "entry" : "f" + std::to_string(f), body, stack));
  }
  s.programs.push_back(program);
  s.events = {Run{0, {}}};
  return s;
}

}  // namespace tailbound::bpf::samples
