#include "oracles/verdict.hpp"

namespace tailbound {

std::string_view name(Property property) {
  switch (property) {
    case Property::fault: return "fault";
    case Property::frame: return "frame";
    case Property::bound: return "bound";
    case Property::stack: return "stack";
    case Property::count: return "count";
    case Property::attempts: return "attempts";
    case Property::fall_throughs: return "fall-throughs";
    case Property::trace: return "trace";
    case Property::entries: return "entries";
    case Property::fuel: return "fuel";
    case Property::return_value: return "return-value";
    case Property::live: return "live";
    case Property::cells: return "cells";
    case Property::expectation: return "expectation";
    case Property::encoding: return "encoding";
    case Property::determinism: return "determinism";
    case Property::engine_agreement: return "engine-agreement";
    case Property::path: return "path";
    case Property::independence: return "independence";
    case Property::acceptance: return "acceptance";
    case Property::prediction: return "prediction";
  }
  return "?";
}

}  // namespace tailbound
