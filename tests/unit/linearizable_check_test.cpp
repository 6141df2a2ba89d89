// The checker of registers accepts what some order explains, and nothing else.
#include "driver/check/linearizable_check.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "register_stories.hpp"

using namespace kin::check;

namespace {

// Builds a history line by line.
class Lines {
 public:
  explicit Lines(std::string key = "k") : key_(std::move(key)) {}

  // Each operation has a client of its own unless `by` has named one.
  Lines& by(const std::string& client) {
    client_ = client;
    return *this;
  }
  Lines& key(const std::string& key) {
    key_ = key;
    return *this;
  }
  Lines& read(int start, int end, const std::string& value) { return line("read", start, end, value, "ok"); }
  Lines& write(int start, int end, const std::string& value, const std::string& outcome = "ok") {
    return line("write", start, end, value, outcome);
  }
  Lines& cas(int start, int end, const std::string& expected, const std::string& value, bool swapped,
             const std::string& outcome = "ok") {
    const std::string flag = swapped ? "true" : "false";
    return line("cas", start, end, '[' + expected + ',' + value + R"(],"swapped":)" + flag, outcome);
  }
  std::string text() const { return text_; }

 private:
  // An end of 0: no reply came.
  Lines& line(const std::string& op, int start, int end, const std::string& value, const std::string& outcome) {
    const std::string client = client_.empty() ? "c" + std::to_string(++count_) : client_;
    client_.clear();
    text_ += R"({"client":")" + client + R"(","op":")" + op + R"(","key":")" + key_ + R"(","value":)" + value +
             R"(,"start_ns":)" + std::to_string(start) + R"(,"end_ns":)" + (end == 0 ? "null" : std::to_string(end)) +
             R"(,"outcome":")" + outcome + "\"}\n";
    return *this;
  }

  std::string key_, client_, text_;
  int count_ = 0;
};

LinearizableVerdict judge(const Lines& lines, const SearchLimits& limits = {}) {
  std::istringstream in(lines.text());
  const auto history = read_register_history(in);
  if (!history) FAIL("line " << history.error().line << ": " << history.error().message);
  return check_linearizable(*history, limits);
}

bool accepted(const Lines& lines) {
  const auto verdict = judge(lines);
  REQUIRE(verdict.not_judged.empty());
  return verdict.clean();
}

BadLine refusal(const std::string& text) {
  std::istringstream in(text);
  const auto history = read_register_history(in);
  REQUIRE_FALSE(history);
  return history.error();
}

}  // namespace

TEST_CASE("linearizable: one after the other") {
  CHECK(accepted(Lines()));
  CHECK(
      accepted(Lines().read(1, 2, "null").write(3, 4, "1").read(5, 6, "1").cas(7, 8, "1", "2", true).read(9, 10, "2")));
  CHECK_FALSE(accepted(Lines().read(1, 2, "1")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").read(3, 4, "null")));
}

TEST_CASE("linearizable: a read of what was overwritten before it began is stale") {
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").write(3, 4, "2").read(5, 6, "1")));
  CHECK(accepted(Lines().write(1, 2, "1").write(3, 6, "2").read(5, 7, "1")));
  CHECK(accepted(Lines().write(1, 2, "1").write(3, 6, "2").read(5, 7, "2")));
}

TEST_CASE("linearizable: an operation that ends when another starts may come after it") {
  CHECK(accepted(Lines().write(1, 2, "1").write(3, 5, "2").read(5, 6, "1")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").write(3, 4, "2").read(5, 6, "1")));
}

TEST_CASE("linearizable: during a write, reads may show old then new, never new then old") {
  const Lines during = Lines().write(1, 2, "1").write(3, 20, "2");
  CHECK(accepted(Lines(during).read(4, 5, "1").read(6, 7, "2")));
  CHECK_FALSE(accepted(Lines(during).read(4, 5, "2").read(6, 7, "1")));
  CHECK(accepted(Lines(during).read(4, 7, "2").read(6, 8, "1")));
}

TEST_CASE("linearizable: concurrent writes and reads agree on one order of the writes") {
  const Lines both = Lines().write(1, 10, "1").write(1, 10, "2");
  CHECK(accepted(Lines(both).read(2, 3, "1").read(4, 5, "2").read(11, 12, "2")));
  CHECK_FALSE(accepted(Lines(both).read(2, 3, "1").read(4, 5, "2").read(6, 7, "1")));
  CHECK_FALSE(accepted(Lines(both).read(11, 12, "1").read(13, 14, "2")));
}

TEST_CASE("linearizable: of two cas that expect one value one swaps") {
  const Lines one = Lines().write(1, 2, "1");
  CHECK(accepted(Lines(one).cas(3, 6, "1", "2", true).cas(3, 6, "1", "3", false)));
  CHECK_FALSE(accepted(Lines(one).cas(3, 6, "1", "2", true).cas(3, 6, "1", "3", true)));
  CHECK_FALSE(accepted(Lines(one).cas(3, 6, "1", "2", false).cas(3, 6, "1", "3", false)));
  CHECK(accepted(Lines().cas(1, 2, "null", "1", true).cas(3, 4, "null", "2", false)));
}

TEST_CASE("linearizable: an update that a cas did not see is not lost") {
  const Lines seen = Lines().write(1, 2, "1").read(3, 4, "1").write(5, 6, "2");
  CHECK_FALSE(accepted(Lines(seen).cas(7, 8, "1", "3", true)));
  CHECK(accepted(Lines(seen).cas(7, 8, "1", "3", false).read(9, 10, "2")));
  CHECK_FALSE(accepted(Lines(seen).cas(7, 8, "1", "3", false).read(9, 10, "3")));
}

TEST_CASE("linearizable: a cas that puts back what it found, and one that found anything else") {
  CHECK(accepted(Lines().write(1, 2, "1").cas(3, 4, "1", "1", true).read(5, 6, "1")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").cas(3, 4, "2", "2", true)));
  CHECK(accepted(Lines().write(1, 9, "1").cas(2, 3, "1", "5", false).cas(4, 5, "null", "6", false).read(10, 11, "1")));
  CHECK_FALSE(
      accepted(Lines().write(1, 9, "1").cas(2, 3, "null", "5", false).cas(4, 5, "1", "6", false).read(10, 11, "1")));
}

TEST_CASE("linearizable: a write of unknown outcome takes effect once, at any later time, or never") {
  const Lines maybe = Lines().write(1, 2, "1").write(3, 0, "2", "unknown");
  CHECK(accepted(Lines(maybe).read(5, 6, "1").read(7, 8, "1")));
  CHECK(accepted(Lines(maybe).read(5, 6, "2").read(7, 8, "2")));
  CHECK(accepted(Lines(maybe).read(5, 6, "1").read(700, 800, "2")));
  CHECK_FALSE(accepted(Lines(maybe).read(5, 6, "2").read(7, 8, "1")));
  CHECK_FALSE(accepted(Lines(maybe).read(5, 6, "2").write(7, 8, "3").read(9, 10, "2")));
  CHECK(accepted(Lines(maybe).write(7, 8, "3").read(9, 10, "2")));
  CHECK_FALSE(accepted(Lines().read(1, 2, "2").write(3, 0, "2", "unknown")));
  CHECK(accepted(Lines().write(1, 2, "1").write(3, 4, "2", "unknown").read(5, 6, "1").read(7, 8, "2")));
}

TEST_CASE("linearizable: two writes of unknown outcome and of one value take effect twice, not three times") {
  Lines lines;
  lines.write(1, 0, "1", "unknown").write(1, 0, "1", "unknown").read(2, 3, "1").write(4, 5, "2").read(6, 7, "1");
  CHECK(accepted(lines));
  CHECK_FALSE(accepted(lines.write(8, 9, "3").read(10, 11, "1")));
  const Lines later = Lines().write(1, 0, "1", "unknown").read(2, 3, "1").write(4, 5, "2");
  CHECK(accepted(Lines(later).write(6, 0, "1", "unknown").read(7, 8, "1")));
}

TEST_CASE("linearizable: it matters which of two operations of unknown outcome is spent") {
  Lines lines;
  lines.write(1, 2, "2").write(3, 0, "1", "unknown").cas(4, 0, "2", "1", false, "unknown").read(5, 6, "1");
  CHECK(accepted(Lines(lines).write(7, 8, "3").read(9, 10, "1")));
  CHECK(accepted(Lines(lines).write(7, 8, "2").read(9, 10, "1")));
  CHECK_FALSE(accepted(Lines(lines).write(7, 8, "3").read(9, 10, "1").write(11, 12, "2").read(13, 14, "1")));
}

TEST_CASE("linearizable: a cas of unknown outcome may have swapped where it fits") {
  const Lines maybe = Lines().write(1, 2, "1").cas(3, 0, "1", "2", false, "unknown");
  CHECK(accepted(Lines(maybe).read(5, 6, "2")));
  CHECK(accepted(Lines(maybe).read(5, 6, "1")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "5").cas(3, 0, "1", "2", false, "unknown").read(5, 6, "2")));
  CHECK(accepted(Lines().write(1, 0, "1", "unknown").cas(3, 0, "1", "2", false, "unknown").read(5, 6, "2")));
  CHECK(accepted(Lines().write(1, 0, "1", "unknown").cas(3, 4, "null", "2", false).read(5, 6, "1")));
  CHECK_FALSE(accepted(Lines().write(9, 0, "1", "unknown").cas(3, 4, "null", "2", false)));
}

TEST_CASE("linearizable: what failed never took effect") {
  CHECK_FALSE(accepted(Lines().write(1, 2, "1", "fail").read(3, 4, "1")));
  CHECK(accepted(Lines().write(1, 2, "1", "fail").read(3, 4, "null")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").cas(3, 4, "1", "2", true, "fail").read(5, 6, "2")));
  CHECK(accepted(Lines().write(1, 2, "1").cas(3, 4, "9", "2", true, "fail").read(5, 6, "1")));
}

TEST_CASE("linearizable: keys are judged one by one, and buckets part them") {
  CHECK(accepted(Lines("a").write(1, 2, "1").key("b").write(3, 4, "2").key("a").read(5, 6, "1")));
  const auto verdict = judge(Lines("a").write(1, 2, "1").key("b").write(3, 4, "2").read(5, 6, "1"));
  REQUIRE(verdict.violations.size() == 1);
  CHECK(verdict.violations[0].key == "b");
  const auto both = judge(Lines("b").read(1, 2, "1").key("a").read(3, 4, "1"));
  REQUIRE(both.violations.size() == 2);
  CHECK(both.violations[0].key == "a");
  std::istringstream in(
      R"({"client":1,"op":"write","bucket":"x","key":"k","value":1,"start_ns":1,"end_ns":2,"outcome":"ok"}
{"client":1,"op":"read","bucket":"y","key":"k","value":null,"start_ns":2,"end_ns":3,"outcome":"ok"})");
  CHECK(check_linearizable(*read_register_history(in)).clean());
}

TEST_CASE("linearizable: values are any JSON and equal when they mean the same") {
  CHECK(accepted(Lines().write(1, 2, R"({"a":1,"b":[2]})").read(3, 4, R"({ "b" : [ 2 ], "a" : 1 })")));
  CHECK_FALSE(accepted(Lines().write(1, 2, "1").read(3, 4, R"("1")")));
  CHECK_FALSE(accepted(Lines().write(1, 2, R"("null")").read(3, 4, "null")));
}

TEST_CASE("linearizable: a violation names the longest order and what cannot come next") {
  const auto stale = judge(Lines().write(1, 2, "1").write(3, 4, "2").read(5, 6, "1").read(7, 8, "2"));
  REQUIRE(stale.violations.size() == 1);
  CHECK(stale.violations[0].order == std::vector<std::size_t>{0, 1});
  CHECK(stale.violations[0].stuck == std::vector<std::size_t>{2});
  CHECK(stale.violations[0].story ==
        "no order explains more than 2 of the 4 operations that are ok. The longest ends with write 1 by c1 (line 1), "
        "write 2 by c2 (line 2); the register then holds 2, but read by c3 (line 3) showed 1");
  const auto made_up = judge(Lines().write(1, 2, "7", "fail").read(3, 4, "7").key("l").read(3, 4, "8"));
  REQUIRE(made_up.violations.size() == 2);
  CHECK_THAT(made_up.violations[0].story, Catch::Contains("which was not set: write 7 by c1 (line 1, fail)"));
  CHECK_THAT(made_up.violations[1].story, Catch::Contains("At the start the register holds null"));
  CHECK_THAT(made_up.violations[1].story, Catch::Contains("showed 8, which nobody wrote to this key"));
  // Of two ways the one that explains more: 2 before 1 leaves two reads, 1 before 2 none.
  const auto both =
      judge(Lines().write(1, 10, "1").write(1, 10, "2").read(11, 12, "1").read(13, 14, "1").read(15, 16, "2"));
  REQUIRE(both.violations.size() == 1);
  CHECK(both.violations[0].order == std::vector<std::size_t>{1, 0, 2, 3});
  CHECK(both.violations[0].stuck == std::vector<std::size_t>{4});
}

TEST_CASE("linearizable: it agrees with a judge that tries every order") {
  std::mt19937_64 random(1);
  int right = 0, wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    const RegisterHistory history = any_small_history(random);
    const auto verdict = check_linearizable(history);
    REQUIRE(verdict.not_judged.empty());
    const bool expected = some_order_explains(history);
    ++(expected ? right : wrong);
    INFO("history " << i);
    REQUIRE(verdict.clean() == expected);
  }
  CHECK(right > 4000);
  CHECK(wrong > 4000);
}

TEST_CASE("linearizable: what an atomic register gave is accepted, with one stale read it is not") {
  std::mt19937_64 random(2);
  int stale = 0;
  for (int i = 0; i < 60; ++i) {
    const std::size_t keys = 1 + static_cast<std::size_t>(i) % 4;
    RegisterHistory history = true_history({.operations = 2000, .keys = keys, .clients = 2 + i % 9}, random);
    INFO("history " << i);
    REQUIRE(check_linearizable(history).clean());
    const auto changed = make_one_read_stale(history, random);
    if (!changed) continue;
    ++stale;
    const auto verdict = check_linearizable(history);
    REQUIRE(verdict.violations.size() == 1);
    CHECK(verdict.violations[0].key == history.operations[*changed].key);
    CHECK_FALSE(verdict.violations[0].stuck.empty());
  }
  CHECK(stale > 50);
}

TEST_CASE("linearizable: a hundred thousand operations on a hundred keys, and on one") {
  std::mt19937_64 random(3);
  RegisterHistory many = true_history({.operations = 100'000, .keys = 100}, random);
  CHECK(check_linearizable(many).clean());
  const auto changed = make_one_read_stale(many, random);
  REQUIRE(changed);
  const auto verdict = check_linearizable(many);
  REQUIRE(verdict.violations.size() == 1);
  CHECK(verdict.violations[0].key == many.operations[*changed].key);
  CHECK(check_linearizable(true_history({.operations = 100'000, .unknown_percent = 0}, random)).clean());
}

TEST_CASE("linearizable: it gives up on a key that takes too many steps or bytes, and judges the others") {
  Lines lines("wrong");
  lines.read(1, 2, "1").key("hard");
  for (int i = 0; i < 12; ++i) lines.write(1, 100, std::to_string(i));
  lines.read(101, 102, "99").key("right").write(1, 2, "1");
  const auto steps = judge(lines, {.most_steps = 1000});
  REQUIRE(steps.not_judged.size() == 1);
  CHECK(steps.not_judged[0] == "key hard: the search took more than 1000 steps");
  REQUIRE(steps.violations.size() == 1);
  CHECK(steps.violations[0].key == "wrong");
  const auto bytes = judge(lines, {.most_memory = 10'000});
  REQUIRE(bytes.not_judged.size() == 1);
  CHECK(bytes.not_judged[0] == "key hard: the search took more than 10000 bytes");
  CHECK(judge(lines).violations.size() == 2);
}

TEST_CASE("register history: what is no history is refused with its line") {
  const std::string good = Lines().write(1, 2, "1").text();
  auto with = [](const std::string& fields) {
    return R"({"client":"a","key":"k",)" + fields + R"(,"outcome":"ok"})" + '\n';
  };
  auto at = [&](const std::string& fields) { return with(fields + R"(,"start_ns":1,"end_ns":2)"); };
  struct Case {
    std::string text, message;
    std::size_t line;
  };
  const std::vector<Case> cases{
      {good + "\n{\"client\":", "no JSON object", 3},
      {"[1]", "no JSON object", 1},
      {good + at(R"("op":"append","value":1)"), "\"op\" is \"append\", not one of read, write, cas", 2},
      {at(R"("op":"read")"), "there is no \"value\"", 1},
      {at(R"("op":"cas","value":3)"), "is not [expected, new]", 1},
      {at(R"("op":"cas","value":[1,2,3])"), "is not [expected, new]", 1},
      {at(R"("op":"cas","value":[1,2])"), "there is no \"swapped\"", 1},
      {at(R"("op":"cas","value":[1,2],"swapped":1)"), "neither true nor false", 1},
      {with(R"("op":"read","value":1,"start_ns":5,"end_ns":4)"), "it ends before it starts", 1},
      {with(R"("op":"read","value":1,"start_ns":5,"end_ns":null)"), "\"end_ns\" is null", 1},
      {with(R"("op":"read","value":1,"start_ns":"5","end_ns":6)"), "no whole number", 1},
      {R"({"op":"read","key":"k","value":1,"start_ns":1,"end_ns":2,"outcome":"ok"})", "there is no \"client\"", 1},
      {R"({"client":[],"op":"read"})", "\"client\" is no string", 1},
      {R"({"client":"a","op":"read","key":3})", "neither a string nor an object", 1},
      {R"({"client":"a","op":"read","key":"k","value":1,"start_ns":1,"end_ns":2})", "there is no \"outcome\"", 1},
      {R"({"value":)" + std::string(100'000, '[') + std::string(100'000, ']') + '}', "levels deep", 1},
      {Lines().by("a").write(1, 5, "1").by("b").write(1, 9, "2").by("a").read(4, 8, "1").text(), "overlaps line 1", 3},
      {Lines().by("a").write(6, 9, "1").by("a").read(5, 7, "1").text(), "overlaps line 1, which is client a's", 2},
      {Lines().by("a").write(1, 9, "1").by("a").write(5, 0, "2", "unknown").text(), "overlaps line 1", 2},
      {Lines().by("a").write(1, 9, "1").by("a").read(4, 5, "1").by("a").write(2, 3, "2").text(), "overlaps line 1", 2},
  };
  for (const Case& c : cases) {
    const BadLine bad = refusal(c.text);
    CHECK(bad.line == c.line);
    CHECK_THAT(bad.message, Catch::Contains(c.message));
  }
}

TEST_CASE("register history: a client goes on after its last operation ended, or after one without an end") {
  CHECK(accepted(Lines().by("a").write(1, 5, "1").by("a").read(5, 6, "1")));
  CHECK(accepted(Lines().by("a").write(1, 0, "1", "unknown").by("a").read(2, 3, "null")));
  CHECK(accepted(Lines().by("a").read(5, 6, "1").by("a").write(1, 5, "1")));
  std::istringstream in(R"({"client":"a","op":"read","key":"k","start_ns":1,"end_ns":2,"outcome":"unknown"})");
  CHECK(read_register_history(in));
}
