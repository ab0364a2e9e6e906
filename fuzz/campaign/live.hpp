// The line that a campaign shows while it runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fuzz/campaign/campaign.hpp"

namespace tailbound::fuzz {

/// Escape sequences, or nothing where they are not wanted.
struct Colours {
  bool on = false;
  std::string strong(const std::string& text) const { return paint("1", text); }
  std::string bad(const std::string& text) const { return paint("1;31", text); }
  std::string good(const std::string& text) const { return paint("32", text); }
  std::string faint(const std::string& text) const { return paint("2", text); }

 private:
  std::string paint(const char* code, const std::string& text) const {
    return on ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
};

/// Whether a descriptor is a terminal that wants colours (NO_COLOR, TERM).
Colours colours_for(int descriptor);

/// Columns of a terminal; `otherwise` where it is none.
std::size_t columns_of(int descriptor, std::size_t otherwise);

/// 1234567 as "1.23M"; below 10000 as it is.
std::string short_number(double value);

/// An engine under an emulator: which.
struct Emulated {
  std::string name;
  std::size_t engine = 0;
};

/// How many scenarios come to one that the engine ran: "1 in 57"; "none" where it ran none.
std::string sampled(const Totals& totals, std::size_t engine);

struct Moment {
  Totals totals;
  double seconds = 0;
  std::vector<Emulated> emulated = {};
};

/// Rates are those between the two moments. Parts that do not fit into `columns` are left out, the least important
/// first.
std::string live_line(const Moment& before, const Moment& now, bool guided, std::size_t columns, Colours colours);

}  // namespace tailbound::fuzz
