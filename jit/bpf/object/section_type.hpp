// Program types by the names of sections, as libbpf has them.
#pragma once

#include <string_view>

#include "jit/bpf/object/error.hpp"
#include "jit/bpf/scenario.hpp"

namespace tailbound::bpf::object {

/// "tc", "tc/ingress", "?xdp": the type that a program of this section has. Error: why it is not taken.
std::expected<ProgType, std::string> type_of_section(std::string_view name);

}  // namespace tailbound::bpf::object
