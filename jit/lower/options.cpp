#include "jit/lower/options.hpp"

#include <string_view>

namespace tailbound::jit {

std::string text(const Options& options) {
  std::string joined;
  const auto add = [&](bool on, std::string_view name) {
    if (!on) return;
    if (!joined.empty()) joined += ',';
    joined += name;
  };
  add(options.ibt, "ibt");
  add(options.retpolines, "retpolines");
  add(options.return_thunks, "return-thunks");
  add(options.bti, "bti");
  add(options.pac, "pac");
  add(options.exclusives, "exclusives");
  add(options.blinding, "blinding");
  return joined;
}

}  // namespace tailbound::jit
