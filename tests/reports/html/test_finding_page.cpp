// The page of a finding: what it says and draws, that it stands alone, and how a browser shows it.
#include "reports/html/finding_page.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "reports/files.hpp"
#include "reports/html/markup.hpp"
#include "tests/reports/sample_finding.hpp"
#include "tests/reports/scratch_folder.hpp"

namespace tailbound::test {

namespace {

std::string page_of(const char* graph, const std::string& scheme = "by-value") {
  return reports::finding_page(
             sample_finding(graph, scheme),
             {.file = "findings/x.graph", .file_text = "# tailbound finding 1\n", .found_by = {}})
      .html;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

TEST(FindingPage, SaysThatTheReturnRestoresTheOldCount) {
  const std::string page = page_of(two_calls);
  for (const char* part :
       {"<h1>x86_64 under scheme by-value: 1375 tail calls from one entry; at most 33 are allowed</h1>",
        "The return restores the old count.", "entry goes on with the copy in its own frame, 32.",
        "Its call number 2 hands 32 down to entry.tail", "taken, as number 34.",
        "the count is still 33, and the tail call is refused.", "replay findings/x.graph", "reload count",
        "check count", "direct tail call", "returns; the count is 32 again"}) {
    if (std::string(part) == "returns; the count is 32 again") {
      EXPECT_NE(page.find("2 frames return; the count is 32 again"), std::string::npos) << page;
    } else {
      EXPECT_NE(page.find(part), std::string::npos) << part;
    }
  }
}

/// Four stacks, two moments under two schemes; of 35 and 34 frames the outermost and the three innermost are
/// drawn.
TEST(FindingPage, DrawsBothMomentsUnderBothSchemes) {
  const std::string page = page_of(two_calls);
  EXPECT_EQ(occurrences(page, "<svg class=\"stack\""), 4U);
  EXPECT_EQ(occurrences(page, "<g data-frame="), 16U);
  EXPECT_EQ(occurrences(page, "data-frames=\"35\""), 2U);
  EXPECT_EQ(occurrences(page, "data-frames=\"34\""), 2U);
  EXPECT_NE(page.find("behind call 1 of entry, +0x"), std::string::npos);
  EXPECT_NE(page.find("behind call 2 of entry, +0x"), std::string::npos);
}

TEST(FindingPage, StandsAlone) {
  for (const auto& [graph, scheme] : {std::pair{two_calls, "by-value"}}) {
    const std::string page = page_of(graph, scheme);
    for (const char* foreign :
         {"<script", "<img", "<link", "<iframe", "url(", "@import", "src=", "href=\"http", "onload"})
      EXPECT_EQ(page.find(foreign), std::string::npos) << foreign;
    EXPECT_EQ(occurrences(page, "<svg"), occurrences(page, "</svg>"));
    EXPECT_EQ(occurrences(page, "role=\"img\""), occurrences(page, "<svg"))
        << "every drawing has a text alternative";
  }
}

/// Names and file names are text, whatever they hold.
TEST(Markup, EscapesWhatIsNoText) {
  EXPECT_EQ(reports::html::escaped("<b a=\"1\" c='2'> & "), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt; &amp; ");
  EXPECT_EQ(reports::html::escaped("a\xff\x01z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(reports::html::escaped("\xc3\xa9\xe2\x82\xac"), "\xc3\xa9\xe2\x82\xac");
}

/// What a process that died leaves: a scenario and a verdict.
TEST(FindingPage, OfAProcessThatDiedSaysWhatIsKnown) {
  reports::Finding death;
  death.scenario = *bpf::parse_graph(two_calls);
  death.verdict = fuzz::process_died(11);
  death.scheme = "hidden-slot";
  const std::string page =
      reports::finding_page(death, {.file = "d.graph", .file_text = {}, .found_by = {}}).html;
  EXPECT_NE(page.find("the process that ran it died of Segmentation fault"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
}

/// The page as headless Chromium has it: at 400 and at 1400 pixels nothing is wider than the window.
class InABrowser : public testing::TestWithParam<int> {};

TEST_P(InABrowser, ShowsAllAndOverflowsNowhere) {
  if (!has_program("chromium")) GTEST_SKIP() << "no chromium (Debian package chromium)";
  std::string page = page_of(two_calls);
  const std::string end = "</body>";
  page.replace(
      page.find(end), end.size(),
      "<script>const d = document; d.body.dataset.over = d.documentElement.scrollWidth - window.innerWidth;"
      "d.body.dataset.frames = [...d.querySelectorAll('g[data-frame]')].filter(g => g.getBBox().height > "
      "60).length;"
      "d.body.dataset.loaded = performance.getEntriesByType('resource').length;"
      "d.body.dataset.plots = [...d.querySelectorAll('svg.plot')].filter(s => s.clientWidth > 0).length;"
      "</script></body>");
  const ScratchFolder folder;
  ASSERT_TRUE(reports::write_file(folder.path() / "page.html", page).has_value());
  // A frame as wide as a telephone: Chromium's own window is never narrower than 500 pixels.
  ASSERT_TRUE(
      reports::write_file(folder.path() / "frame.html",
                          "<iframe src=\"page.html\" style=\"border:0;width:" + std::to_string(GetParam()) +
                              "px;height:900px\"></iframe><script>onload = () => document.body.append("
                              "frames[0].document.body.cloneNode(true))</script>")
          .has_value());
  const ScratchFolder::End shown = folder.run(
      "timeout 100 chromium --headless --no-sandbox --disable-gpu --allow-file-access-from-files "
      "--window-size=1600,1000 "
      "--virtual-time-budget=10000 --dump-dom file://$PWD/frame.html 2>/dev/null");
  if (shown.exit == 124) GTEST_SKIP() << "chromium gave no answer in 100 s";
  const std::string& dom = shown.output;
  ASSERT_NE(dom.find("The return restores the old count"), std::string::npos) << dom.substr(0, 500);
  std::smatch over;
  ASSERT_TRUE(std::regex_search(dom, over, std::regex("data-over=\"(-?[0-9]+)\""))) << dom.substr(0, 500);
  EXPECT_LE(std::stoi(over[1]), 0);
  EXPECT_NE(dom.find("data-frames=\"16\""), std::string::npos);
  EXPECT_NE(dom.find("data-loaded=\"0\""), std::string::npos) << "it asked for another resource";
  EXPECT_NE(dom.find("data-plots=\"1\""), std::string::npos) << "one plot for the width, not both";
}

INSTANTIATE_TEST_SUITE_P(Widths, InABrowser, testing::Values(400, 1400));

}  // namespace

}  // namespace tailbound::test
