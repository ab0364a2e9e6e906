#include "oracles/engine/kernel/channel_dumps.hpp"

#include <fmt/format.h>

#include "oracles/engine/engine.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/dump_of.hpp"
#include "oracles/engine/kernel/job_of.hpp"
#include "oracles/engine/kernel/load_error.hpp"

namespace tailbound::engine::kernel {

namespace {

/// Loading has no fuel that bounds it: a verifier under emulation may take this long.
constexpr std::chrono::minutes patience{5};

class ChannelDumps : public dump::DumpSource {
 public:
  ChannelDumps(std::unique_ptr<Channel> channel, std::string release, std::string machine)
      : channel_(std::move(channel)), release_(std::move(release)), machine_(std::move(machine)) {
    request_.btf = {function_btf().bytes};
    request_.jobs.resize(1);
  }

  std::expected<dump::ScenarioDump, std::string> dump(const bpf::Lowered& lowered, bool filled) override {
    if (const auto why = channel_->unavailable()) return std::unexpected(*why);
    if (const auto why = unsupported_event(lowered); !why.empty())
      return std::unexpected(fmt::format("it has an event that a kernel does not get: {}", why));
    fill_job(lowered, {.want = Job::log | Job::images, .slots = filled, .events = false, .line_info = true},
             request_.jobs[0]);
    bytes_.clear();
    encode(request_, bytes_);
    const auto reply = channel_->exchange(bytes_, patience);
    if (!reply) return std::unexpected(fmt::format("{}: {}", reply.error().what, reply.error().log));
    if (!decode(*reply, reply_) || !reply_.fault.empty() || reply_.answers.size() != 1)
      return std::unexpected("the runner's answer is no message of this version " + reply_.fault);
    return read(lowered, reply_.answers[0]);
  }

 private:
  std::expected<dump::ScenarioDump, std::string> read(const bpf::Lowered& lowered, const Answer& answer) const {
    if (answer.refused()) return std::unexpected(load_error(answer.refusal, lowered).text());
    dump::ScenarioDump out{.kernel = release_, .machine = machine_, .programs = {}};
    for (std::uint16_t p = 0; p < answer.images.size(); ++p) {
      auto program = dump_of(answer.images[p], lowered, p);
      if (!program) return std::unexpected(program.error());
      out.programs.push_back(std::move(*program));
    }
    return out;
  }

  std::unique_ptr<Channel> channel_;
  std::string release_;
  std::string machine_;
  Request request_;
  Reply reply_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<dump::DumpSource> channel_dumps(std::unique_ptr<Channel> channel, std::string release,
                                                std::string machine) {
  return std::make_unique<ChannelDumps>(std::move(channel), std::move(release), std::move(machine));
}

}  // namespace tailbound::engine::kernel
