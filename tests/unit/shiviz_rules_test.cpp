// The checker of traces accepts and rejects what ShiViz does, and rejects what could not have happened.
#include "tests/shiviz_rules.hpp"

#include <catch2/catch.hpp>

using namespace kin;

namespace {

struct Case {
  const char* what;
  std::vector<std::string> lines;
  const char* complaint = "";  // of the only violation; empty: accepted
};

std::string text(const std::vector<std::string>& violations) {
  std::string out;
  for (const std::string& violation : violations) out += violation + '\n';
  return out;
}

}  // namespace

TEST_CASE("what ShiViz accepts is accepted") {
  const std::vector<Case> cases{
      {"no line at all", {}},
      {"starts at 1, one more a line, all named hosts present",
       {R"(t n1.1 {"n1.1":1} start)", R"(t n1.1 {"n1.1":2} send to=n2)", R"(t n2.1 {"n2.1":1,"n1.1":2} receive)"}},
      {"a restart under a new name",
       {R"(t n1.1 {"n1.1":1} start)", R"(t n1.2 {"n1.2":1} start)", R"(t n1.2 {"n1.2":2,"n1.1":1} receive)"}},
      {"files one behind the other, the receiver's first",
       {R"(t n2.1 {"n2.1":1,"n1.1":1} receive)", R"(t n1.1 {"n1.1":1} send)"}},
      {"an entry 0 names nothing", {R"(t n1.1 {"n1.1":1,"n2.1":0} start)"}},
      {"hosts that are addresses, and an event with braces and colons",
       {R"(2026-01-31T12:00:00.123456Z 127.0.0.1:7001.3 {"127.0.0.1:7001.3":1} put key={} value=a:b})"}},
      {"an event without a name", {R"(t n1.1 {"n1.1":1} )"}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const std::string complaints = text(check_shiviz(c.lines));
    INFO(complaints);
    CHECK(complaints.empty());
  }
}

TEST_CASE("each broken rule is told, and nothing else") {
  const std::string a1 = R"(t a.1 {"a.1":1} start)", a2 = R"(t a.1 {"a.1":2} send)", b1 = R"(t b.1 {"b.1":1} start)";
  const std::string b2 = R"(t b.1 {"b.1":2,"a.1":2} receive)";
  REQUIRE(check_shiviz({a1, a2, b1, b2}).empty());
  const std::vector<Case> cases{
      {"the first event of a host is 2", {R"(t a.1 {"a.1":2} start)"}, "line 1 (a.1): the own entry goes from 0 to 2"},
      {"a gap", {a1, R"(t a.1 {"a.1":3} send)"}, "line 2 (a.1): the own entry goes from 1 to 3"},
      {"a restart under the same name", {a1, a1}, "line 2 (a.1): the own entry goes from 1 to 1"},
      {"a host without lines", {R"(t a.1 {"a.1":1,"b.1":1} start)"}, "line 1 (a.1): names b.1:1, which is not there"},
      {"the sender's line is lost", {a1, b1, b2}, "line 3 (b.1): names a.1:2, which is not there"},
      {"the host is not in its clock", {b1, R"(t a.1 {"b.1":1} start)"}, "line 2 (a.1): the host is not in its own"},
      {"its own entry is 0", {R"(t a.1 {"a.1":0} start)"}, "line 1 (a.1): the host is not in its own clock"},
      {"an entry goes back",
       {a1, a2, b1, b2, R"(t b.1 {"b.1":3,"a.1":1} gossip)"},
       "line 5 (b.1): the entry of a.1 goes back"},
      {"an entry is forgotten", {a1, a2, b1, b2, R"(t b.1 {"b.1":3} gossip)"}, "the entry of a.1 goes back"},
      {"less than the join of what is named",
       {a1, a2, b1, b2, R"(t c.1 {"c.1":1,"b.1":2,"a.1":1} receive)"},
       "line 5 (c.1): knows b.1:2, but less of a.1 than that knew"},
      {"an indirect entry is missing",
       {a1, a2, b1, b2, R"(t c.1 {"c.1":1,"b.1":2} receive)"},
       "line 5 (c.1): knows b.1:2, but less of a.1 than that knew"},
      {"a torn line", {a1, R"(t a.1 {"a.1":)"}, "line 2: does not match"},
      {"a line of something else", {a1, "Killed"}, "line 2: does not match: Killed"},
      {"no event behind the clock", {R"(t a.1 {"a.1":1})"}, "line 1: does not match"},
      {"a brace within a name ends the clock", {R"(t a.1 {"a.1":1,"b} c":1} start)"}, "line 1: does not match"},
      {"a count that is no count", {R"(t a.1 {"a.1":-1} start)"}, "line 1: does not match"},
      {"two spaces", {R"(t  a.1 {"a.1":1} start)"}, "line 1: does not match"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const std::vector<std::string> found = check_shiviz(c.lines);
    INFO(text(found));
    REQUIRE(found.size() == 1);
    CHECK(found.front().find(c.complaint) != std::string::npos);
  }
}
