#include "reports/html/finding_page.hpp"

#include <fmt/format.h>

#include "jit/bpf/graph.hpp"
#include "reports/comparison.hpp"
#include "reports/html/code.hpp"
#include "reports/html/explanation.hpp"
#include "reports/html/markup.hpp"
#include "reports/html/plot.hpp"
#include "reports/html/timeline.hpp"
#include "reports/picture/picture.hpp"
#include "reports/reproduce/reproduce.hpp"
#include "reports/steps.hpp"

namespace tailbound::reports {

namespace {

using namespace html;

/// Whether its engine emits schemes of ours; what a kernel's does goes by the kernel's name.
bool has_scheme(const Finding& finding) {
  return finding.engine.name.empty() || jit::find_arch(finding.engine.name).has_value();
}

class Page {
 public:
  Page(const Finding& finding, const PageFacts& facts)
      : finding_(finding), facts_(facts), story_(story_of(finding)) {}

  FindingPage write() {
    std::string body = head();
    if (story_) body += section("why", "Why", explanation(finding_, *story_));
    if (story_) body += section("trace", "Where the traces part", timeline(finding_, *story_));
    body += comparison_section() + plot_section() + scenario_section() + code_section() + again() + footer();
    return {page(verdict_sentence(finding_), body), trouble_};
  }

 private:
  std::string head() const {
    const Verdict& verdict = finding_.verdict;
    std::string out = element("p", "kicker", escaped(verdict_word(verdict))) + "\n" +
                      text("h1", "", verdict_sentence(finding_)) + "\n";
    if (story_) out += text("p", "lead", html::explanation_text(finding_, *story_));
    out += "<dl class=\"facts\">\n";
    out += fact("run again",
                element("code", "", escaped("./tailbound " + replay_arguments(finding_, facts_.file))));
    out += fact("signature", element("code", "", signature(finding_)));
    if (const jit::SchemeView* const scheme = scheme_of(finding_)) {
      out += fact("scheme", fmt::format("{}: {} <span class=\"soft\">({})</span>", escaped(finding_.scheme),
                                        escaped(scheme->identity.summary), escaped(scheme->identity.source)));
    } else if (!finding_.scheme.empty() && has_scheme(finding_)) {
      out += fact("scheme", escaped(finding_.scheme));
    }
    if (finding_.engine.profile != nullptr) out += fact("profile", escaped(finding_.engine.profile->name));
    if (finding_.recorded) out += fact("stage", escaped(name(finding_.stage)));
    for (const std::string& sentence : finding_.blame) out += fact("blame", escaped(sentence));
    if (!facts_.found_by.empty()) out += fact("found by", element("code", "", escaped(facts_.found_by)));
    return out + "</dl>\n";
  }

  static std::string fact(std::string_view term, std::string_view value) {
    return fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, value);
  }

  std::string comparison_section() const {
    const std::vector<ComparedRow> rows = compared_rows(finding_);
    if (rows.empty()) return "";
    std::string out =
        "<div class=\"wide\"><table class=\"numbers\">\n<thead><tr><th></th><th class=\"number\">expected</th>"
        "<th class=\"number\">observed</th></tr></thead>\n<tbody>\n";
    for (const ComparedRow& row : rows) {
      out += fmt::format("<tr{}><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                         row.expected == row.observed ? "" : " class=\"differs\"", escaped(row.what),
                         escaped(row.expected), escaped(row.observed));
    }
    return section("numbers", fmt::format("Run {} in numbers", finding_.verdict.run + 1),
                   out + "</tbody></table></div>");
  }

  std::string plot_section() const {
    if (!story_) return "";
    return section("plot", "Over time",
                   "<figure class=\"picture\">" + plot_svg(*story_, true) + plot_svg(*story_, false) +
                       "</figure>\n" + text("p", "note", plot_in_words(*story_)));
  }

  std::string scenario_section() {
    const jit::SchemeView* const own = scheme_of(finding_);
    const jit::SchemeView& scheme = own != nullptr ? *own : *jit::find_scheme(jit::Arch::x86_64, "pointer");
    const Picture picture = picture_of(finding_.scenario, scheme);
    std::string out = drawing(picture, jit::name_of(scheme.arch));
    return section("scenario", "The scenario", out + text("pre", "", bpf::print_graph(finding_.scenario)));
  }

  std::string drawing(const Picture& picture, std::string_view arch) {
    const std::string words = fmt::format(
        "Calls and tail calls of the scenario: {} programs, {} functions, {} ways of tail calls; counts are "
        "the "
        "model's, {} tail calls taken.",
        picture.programs, picture.functions.size(), picture.ways.size(), picture.taken());
    auto svg = svg_of(dot_of(picture));
    if (!svg) {
      trouble_ = svg.error();
      return text("p", "note", "Drawn as text: " + trouble_ + ".") + text("pre", "", text_of(picture));
    }
    const std::size_t start = svg->find("<svg");
    std::string drawn = svg->substr(start);
    drawn.insert(4, fmt::format(" role=\"img\" aria-label=\"{}\"", escaped(words)));
    return "<figure class=\"picture\"><div class=\"drawing\">" + drawn + "</div></figure>\n" +
           text("p", "note",
                words +
                    " Solid: calls. Dashed: tail calls, by the slot that they go through. "
                    "Bytes of stack are those of " +
                    std::string(arch) + " under " + picture.scheme + ".");
  }

  std::string code_section() const {
    const std::string code = code_tables(finding_);
    if (code.empty()) return "";
    return section(
        "code", "The machine code that carries the count",
        text("p", "",
             "As compiled, before linking: names stand where addresses come in. The rows of the count are "
             "marked.") +
            code);
  }

  std::string commands() const {
    const std::string replay = "./tailbound replay FILE.graph\n";
    const std::string engine = finding_.engine.name.empty() || finding_.engine.name == "x86_64" ||
                                       finding_.engine.name == "interpreter"
                                   ? std::string()
                                   : " --engine interpreter," + finding_.engine.name;
    if (!has_scheme(finding_)) return replay + "./tailbound run FILE.graph" + engine;
    return replay + "./tailbound run FILE.graph" + engine + " --scheme " + finding_.scheme +
           "\n./tailbound run FILE.graph" + engine + "            # the sound scheme";
  }

  std::string again() const {
    std::string out = text("p", "", "Save the text below as a file, and:") + text("pre", "", commands());
    out += "<div class=\"wide\"><table>\n<tbody>\n";
    for (const ReproducerForm& form : reproducer_forms()) {
      out += fmt::format("<tr><td><code>./tailbound reproduce FILE.graph --as {}</code></td><td>{}</td></tr>\n",
                         form.name, escaped(form.summary));
    }
    return section("again", "Run it again",
                   out + "</tbody></table></div>\n" + text("pre", "file", facts_.file_text));
  }

  static std::string footer() {
    return text("footer", "",
                "Written by tailbound. This page needs no network, no script and no other file.") +
           "\n";
  }

  const Finding& finding_;
  const PageFacts& facts_;
  std::optional<Story> story_;
  std::string trouble_;
};

}  // namespace

std::string verdict_sentence(const Finding& finding) {
  const engine::Identity& engine = finding.engine;
  const std::string who = engine.name.empty() ? std::string("the engine") : engine.name;
  if (has_scheme(finding) && !finding.scheme.empty())
    return fmt::format("{} under scheme {}: {}", who, finding.scheme, finding.verdict.detail);
  if (engine.scheme.empty()) return fmt::format("{}: {}", who, finding.verdict.detail);
  return fmt::format("{} ({}): {}", who, engine.scheme, finding.verdict.detail);
}

FindingPage finding_page(const Finding& finding, const PageFacts& facts) {
  return Page(finding, facts).write();
}

}  // namespace tailbound::reports
