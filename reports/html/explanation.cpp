#include "reports/html/explanation.hpp"

#include <fmt/format.h>

#include "jit/bpf/profile.hpp"
#include "reports/html/markup.hpp"
#include "reports/html/stack.hpp"
#include "reports/names.hpp"
#include "reports/steps.hpp"

namespace tailbound::reports::html {

namespace {

constexpr std::string_view sound_scheme = "pointer";

/// The caller of the frame that was entered last, or that frame.
const LiveFrame& caller_of_last(const Moment& moment) {
  return moment.frames.size() < 2 ? moment.frames.back() : moment.frames[moment.frames.size() - 2];
}

class Explanation {
 public:
  Explanation(const Finding& finding, const Story& story)
      : finding_(finding),
        story_(story),
        scheme_(scheme_of(finding)),
        names_(function_names(finding.scenario)) {}

  std::string words() const {
    const Moment& sound = story_.sound.at;
    const std::string& last = names_[sound.frames.back().function];
    if (!story_.explained) {
      return fmt::format(
          "Both traces are the same up to entry {}, of {}. No walk of the model gives the observed trace from "
          "there, so what the frames held is not known; the stack that one count for all would give is drawn.",
          story_.parting, last);
    }
    const Moment& seen = story_.observed.at;
    const std::uint64_t kept = caller_of_last(seen).count, held = sound.frames.back().count;
    const std::string& caller = names_[caller_of_last(seen).function];
    if (!story_.observed.before || kept == held) {
      return fmt::format(
          "At entry {} {} finds a count of {} where one count for all gives {}. What happens next differs.",
          story_.parting, last, seen.frames.back().count, held);
    }
    const Moment& before = *story_.observed.before;
    return fmt::format(
        "The return restores the old count. At entry {} the count has reached {}. Then {} return{}, and their "
        "count is gone "
        "with them: {} goes on with the copy in its own frame, {}. Its call number {} hands {} down to {}, "
        "where the next tail "
        "call is tested against {} and is taken, as number {}. With one count for all a return changes "
        "nothing: the count is "
        "still {}, and the tail call is refused.",
        before.entry + 1, before.frames.back().count, frames(story_.returned), story_.returned == 1 ? "s" : "",
        caller, kept, caller_of_last(seen).calls, kept, last, kept, story_.tail_calls + 1, held);
  }

  std::string draw() const {
    if (scheme_ == nullptr) {
      return text("p", "",
                  fmt::format("The frames of {} are not drawn: their layout is known for our own schemes alone.",
                              finding_.engine.text()));
    }
    std::string out = "<div class=\"stacks\">\n";
    if (story_.observed.before) {
      out += pair(*story_.observed.before, *story_.sound.before, Tone::plain, caller_of_last_at(),
                  fmt::format("Before the return, entry {}", story_.observed.before->entry + 1));
    }
    const std::string now =
        fmt::format("{} entry {}", story_.sound.before ? "After the return," : "At", story_.parting);
    if (story_.explained) out += pair(story_.observed.at, story_.sound.at, Tone::wrong, {}, now);
    else out += figure(*jit::find_scheme(scheme_->arch, sound_scheme), story_.sound.at, Tone::right, {}, now);
    return out + "</div>\n" + two_places() +
           text("p", "note",
                "Frames grow downwards, the outermost first. Offsets, sizes and return places are those of the "
                "scheme's code; counts and calls are those of " +
                    std::string(story_.explained ? "the walk that gives the observed trace, hash by hash."
                                                 : "the walk with one count for all."));
  }

 private:
  /// The frame that goes on after the return, where its copy is another than the count has reached.
  std::optional<std::size_t> caller_of_last_at() const {
    if (story_.observed.at.frames.size() < 2) return std::nullopt;
    return story_.observed.at.frames.size() - 2;
  }

  /// What a trace of this stack shows: return addresses behind different calls of one function.
  std::string two_places() const {
    if (!story_.explained) return "";
    const std::vector<LiveFrame>& frames = story_.observed.at.frames;
    for (std::size_t i = 1; i + 1 < frames.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (frames[i].function != frames[j].function || frames[i].calls == frames[j].calls) continue;
        return text(
            "p", "",
            fmt::format(
                "A trace of this stack shows return addresses behind call {} and behind call {} of {}: frames "
                "above returned once already, and each such frame goes on with the count it had before.",
                frames[j].calls, frames[i].calls, names_[frames[i].function]));
      }
    }
    return "";
  }

  static std::string frames(std::uint64_t n) { return n == 1 ? "1 frame" : fmt::format("{} frames", n); }

  std::string pair(const Moment& seen, const Moment& sound, Tone tone, std::optional<std::size_t> comes_back,
                   const std::string& when) const {
    const jit::SchemeView& beside = *jit::find_scheme(scheme_->arch, sound_scheme);
    return figure(*scheme_, seen, tone, comes_back, when) +
           figure(beside, sound, tone == Tone::wrong ? Tone::right : Tone::plain, {}, when);
  }

  std::string figure(const jit::SchemeView& scheme, const Moment& moment, Tone tone,
                     std::optional<std::size_t> comes_back, const std::string& when) const {
    const std::string name(scheme.identity.name);
    const std::string what = fmt::format(
        "{}: {}", name,
        scheme.identity.meant_sound ? "one count, every frame points to it" : "every frame with a copy");
    const std::string title = fmt::format(
        "{}, scheme {}: {} frames; {} was entered last, count {}; its caller is at call {} with count {}.",
        when, name, moment.frames.size(), names_[moment.frames.back().function], moment.frames.back().count,
        caller_of_last(moment).calls, caller_of_last(moment).count);
    return "<figure><figcaption>" + text("b", "", when) + escaped(what) + "</figcaption>\n" +
           stack_svg({.scenario = finding_.scenario,
                      .scheme = scheme,
                      .moment = moment,
                      .tone = tone,
                      .comes_back = comes_back,
                      .title = title}) +
           "</figure>\n";
  }

  const Finding& finding_;
  const Story& story_;
  const jit::SchemeView* scheme_;  // nullptr: the engine emits none of ours
  std::vector<std::string> names_;
};

}  // namespace

std::string explanation_text(const Finding& finding, const Story& story) {
  return Explanation(finding, story).words();
}
std::string explanation(const Finding& finding, const Story& story) {
  return Explanation(finding, story).draw();
}

}  // namespace tailbound::reports::html
