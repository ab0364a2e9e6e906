#include "oracles/engine/kernel/loader.hpp"

#include <algorithm>
#include <cerrno>

#include "oracles/engine/engine.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"

namespace tailbound::engine::kernel {

Loader::Loader() {
  request_.btf = {function_btf().bytes};
  request_.jobs.resize(1);
}

std::expected<Loader, std::string> Loader::open() {
  if (std::string why = why_no_bpf(); !why.empty()) return std::unexpected(std::move(why));
  return Loader();
}

std::expected<Loaded, LoadError> Loader::load(const bpf::Lowered& lowered, Slots slots, bool images) {
  if (!unsupported_event(lowered).empty()) {
    return std::unexpected(
        LoadError{.step = "attachments", .error_number = EOPNOTSUPP, .program = {}, .log = {}, .bytecode = {}});
  }
  const std::uint32_t want = Job::log | Job::info | (images ? Job::images : 0U);
  fill_job(lowered, {.want = want, .slots = slots == Slots::filled, .events = false, .line_info = images},
           request_.jobs[0]);
  const Answer& answer = runner_.execute(request_).answers[0];
  if (answer.refused()) return std::unexpected(load_error(answer.refusal, lowered));
  return Loaded{.verified_insns = answer.verified_insns, .images = answer.images};
}

}  // namespace tailbound::engine::kernel
