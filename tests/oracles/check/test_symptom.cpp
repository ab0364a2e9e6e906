// Which verdicts a reduction may go on to.
#include "oracles/symptom.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tailbound::test {

namespace {

Verdict broken(Property property, std::string kind) {
  return {Outcome::disagree, property, std::move(kind), "", 0};
}

const Verdict bound = broken(Property::bound, "exceeded");
const Verdict count_more = broken(Property::count, "more");
const Verdict count_fewer = broken(Property::count, "fewer");
const Verdict attempts_more = broken(Property::attempts, "more");
const Verdict callee_saved = broken(Property::frame, "callee-saved");
const Verdict segv = broken(Property::fault, "SIGSEGV");
const Verdict timeout = broken(Property::fault, "timeout");
const Verdict live = broken(Property::live, "other");
const Verdict encoding = broken(Property::encoding, "not an instruction");

const std::vector<Verdict>& all() {
  static const std::vector<Verdict> verdicts = {bound, count_more, count_fewer, attempts_more, callee_saved,
                                                segv,  timeout,    live,        encoding};
  return verdicts;
}

struct Row {
  const char* what;
  Verdict before;
  Verdict now;
  bool forth;
  bool back;
};

TEST(Symptom, Table) {
  const Row rows[] = {
      {"over 33 is more than the model", count_more, bound, true, false},
      {"more attempts become more calls", attempts_more, count_more, true, false},
      {"more attempts become more than 33", attempts_more, bound, true, false},
      {"more never becomes fewer", count_more, count_fewer, false, false},
      {"a fault hides a frame", callee_saved, segv, true, true},
      {"what had to live is the least of what is destroyed", live, segv, true, false},
      {"a time-out is no fault of memory", segv, timeout, false, false},
      {"a count is no memory", count_fewer, segv, false, false},
      {"what is in no family is alone", encoding, bound, false, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(still_shows(row.now, row.before), row.forth) << row.what;
    EXPECT_EQ(still_shows(row.before, row.now), row.back) << row.what;
  }
}

TEST(Symptom, EveryVerdictShowsItselfAndAgreementShowsNothing) {
  for (const Verdict& verdict : all()) {
    EXPECT_TRUE(still_shows(verdict, verdict));
    EXPECT_FALSE(still_shows({}, verdict));
    EXPECT_FALSE(still_shows(verdict, {}));
  }
}

/// What a reduction reaches by way of others it may also reach at once: the result does not hang on the way.
TEST(Symptom, IsTransitive) {
  for (const Verdict& a : all()) {
    for (const Verdict& b : all()) {
      for (const Verdict& c : all()) {
        if (still_shows(b, a) && still_shows(c, b)) EXPECT_TRUE(still_shows(c, a));
      }
    }
  }
}

TEST(Symptom, ShownByNamesThePropertyOfEveryVerdictThatStillShowsIt) {
  for (const Verdict& before : all()) {
    const std::vector<Property> shown = shown_by(before);
    for (const Verdict& now : all()) {
      if (still_shows(now, before)) EXPECT_EQ(std::ranges::count(shown, now.property) > 0, true);
    }
  }
}

}  // namespace

}  // namespace tailbound::test
