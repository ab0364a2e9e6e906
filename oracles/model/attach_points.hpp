// Which probes sit at which functions, and which of them run just now.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "jit/bpf/scenario.hpp"

namespace tailbound::model {

class AttachPoints {
 public:
  void reset(std::size_t programs) {
    links_.clear();
    running_.assign(programs, 0);
  }

  /// The newest stands first: the kernel's list of a trampoline grows at its head (kernel/bpf/trampoline.c).
  void attach(bpf::AttachKind kind, std::uint32_t probe, std::uint32_t target) {
    links_.insert(links_.begin(), Link{kind, probe, target});
  }
  void detach(std::uint32_t probe, std::uint32_t target) {
    std::erase_if(links_, [&](const Link& link) { return link.probe == probe && link.target == target; });
  }

  bool none() const { return links_.empty(); }
  bool any_at(std::uint32_t target) const {
    return std::ranges::any_of(links_, [&](const Link& link) { return link.target == target; });
  }

  std::optional<std::uint32_t> replacement_of(std::uint32_t target) const {
    for (const Link& link : links_) {
      if (link.target == target && link.kind == bpf::AttachKind::freplace) return link.probe;
    }
    return std::nullopt;
  }

  /// Runs `enter(probe)` for each tracing probe of that kind. A probe that is running already is passed over:
  /// the kernel's trampoline does so by the program's `active` count (kernel/bpf/trampoline.c).
  template <class Enter>
  void run_probes(bpf::AttachKind kind, std::uint32_t target, Enter&& enter) {
    for (const Link& link : links_) {
      if (link.target != target || link.kind != kind || running_[link.probe] != 0) continue;
      running_[link.probe] = 1;
      enter(link.probe);
      running_[link.probe] = 0;
    }
  }

 private:
  struct Link {
    bpf::AttachKind kind = bpf::AttachKind::fentry;
    std::uint32_t probe = 0;   // a program
    std::uint32_t target = 0;  // a function id
  };
  std::vector<Link> links_;
  std::vector<std::uint8_t> running_;  // by program
};

}  // namespace tailbound::model
