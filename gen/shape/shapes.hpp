// The shapes, one a file.
#pragma once

#include "gen/generate.hpp"

namespace tailbound::gen::shape {

void chain(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);
void cycle(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);
void fan_out(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);
void hierarchy(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);
void sparse(ByteSource& source, const Budget& budget, bpf::Scenario& scenario);

}  // namespace tailbound::gen::shape
