#include "client/traces/diagram.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "client/pages/diagram_json.hpp"
#include "client/pages/diagram_svg.hpp"
#include "client/pages/page.hpp"
#include "client/traces/trace_fields.hpp"

using namespace kin;

namespace {

// Lines of traces; their times are in the order in which they are added.
class Story {
 public:
  Story& line(const std::string& host, const std::string& rest, const std::string& seen = "") {
    const std::string number = std::to_string(++counts_[host]);
    const std::string time = std::to_string(100 + ++lines_);
    auto one = parse_trace_line("2026-01-31T12:00:00.000" + time + "Z " + host + " {\"" + host + "\":" + number +
                                (seen.empty() ? "" : "," + seen) + "} " + rest);
    REQUIRE(one.has_value());
    traces_.lines.push_back(std::move(*one));
    return *this;
  }
  Diagram diagram(const std::vector<OutsideEvent>& outside = {}) const { return diagram_of(traces_, outside); }
  static std::uint64_t time(int line) {
    return trace_time_us("2026-01-31T12:00:00.000100Z") + static_cast<unsigned>(line);
  }

 private:
  Traces traces_;
  std::map<std::string, int> counts_;
  int lines_ = 0;
};

Story one_write() {
  Story story;
  story.line("n1.1", "start version=1").line("n2.1", "start version=1");
  story.line("n1.1", "add_update bucket=default key=a%20b dot=n1.1:1 clock=[1,0] value=v siblings=1");
  story.line("n1.1", "send to=n2 tier=causal what=push bytes=99");
  story.line("n2.1", "receive from=n1.1 sent=3 tier=causal bytes=99", "\"n1.1\":3");
  story.line("n2.1", "learn dots=n1.1:1", "\"n1.1\":3");
  return story;
}

}  // namespace

TEST_CASE("fields of a trace line are bytes again, and times numbers") {
  const auto fields = parse_trace_fields("key=a%20b%00 value= x=1=2 word x=3");
  CHECK(fields == std::map<std::string, std::string>{{"key", std::string("a b\0", 4)}, {"value", ""}, {"x", "1=2"}});
  CHECK(trace_time_us("1970-01-02T00:00:01.000002Z") == 86'401'000'002);
  for (const char* none : {"", "2026-13-01T00:00:00.000000Z", "2026-01-01 00:00:00.000000Z", "2026-01-01T00:00:00Z"}) {
    CHECK(trace_time_us(none) == 0);
  }
  const auto runs = parse_dot_runs("n1.1:2-5,x,n2.1:7,n3.1:5-4,:1,n4.1:-1");
  REQUIRE(runs.size() == 2);
  CHECK((runs[0].host == "n1.1" && runs[0].first == 2 && runs[0].last == 5));
  CHECK((runs[1].host == "n2.1" && runs[1].first == 7 && runs[1].last == 7));
}

TEST_CASE("a write is led to the node that it reached, by the message that brought it") {
  const Diagram diagram = one_write().diagram();
  CHECK(diagram.nodes == std::vector<std::string>{"n1", "n2"});
  REQUIRE(diagram.events.size() == 5);
  CHECK(diagram.events[2].key == "a b");
  CHECK(diagram.events[2].clock == "[1,0]");
  REQUIRE(diagram.messages.size() == 1);
  CHECK(diagram.messages[0].sent == 3);
  CHECK(diagram.messages[0].received == 4);
  CHECK(diagram.messages[0].about == std::vector<std::size_t>{2});
  CHECK(diagram.events[4].learnt == std::vector<std::size_t>{2});
}

TEST_CASE("a message that nobody took leads nowhere, and repeated ones are told apart by their number") {
  Story story = one_write();
  story.line("n1.1", "send to=n2 tier=causal what=gossip bytes=9")
      .line("n1.1", "send to=n2 tier=causal what=gossip bytes=9");
  story.line("n2.1", "receive from=n1.1 sent=5 tier=causal bytes=9", "\"n1.1\":5");
  story.line("n2.1", "receive from=n1.1 sent=77 tier=causal bytes=9", "\"n1.1\":5");
  const Diagram diagram = story.diagram();
  REQUIRE(diagram.messages.size() == 3);
  CHECK_FALSE(diagram.messages[1].received.has_value());
  CHECK(diagram.messages[2].received == 7);
}

TEST_CASE("faults last until they are undone or their process ends, what did not run is down") {
  Story story;
  story.line("n1.1", "start version=1").line("n1.1", "fault action=isolate").line("n1.1", "fault action=hold-gossip");
  story.line("n1.1", "fault action=link peer=n2 drop=30 delay_ms=0").line("n1.1", "fault action=online");
  story.line("n1.1", "fault action=offline").line("n1.2", "start version=1");
  const Diagram diagram = story.diagram();
  const auto told = [&](const Diagram& of) {
    std::vector<std::string> out;
    for (const Diagram::Span& span : of.spans) {
      out.push_back(span.label + ' ' + std::to_string(span.from) + '-' + (span.to ? std::to_string(*span.to) : "end"));
    }
    return out;
  };
  CHECK(told(diagram) == std::vector<std::string>{"isolated from its peers 1-4", "gossip held 2-4",
                                                  "to n2: 30% lost 3-5", "offline 5-5", "down 5-6"});
  // Who killed it knows when; who was paused cannot tell.
  const Diagram seen = story.diagram({{Story::time(7), "n9", OutsideEvent::Kind::killed},
                                      {Story::time(6) + 0, "n1", OutsideEvent::Kind::killed},
                                      {Story::time(8), "n1", OutsideEvent::Kind::paused}});
  const auto spans = told(seen);
  CHECK(std::find(spans.begin(), spans.end(), "killed 6-7") != spans.end());
  CHECK(spans.back() == "paused 8-end");
}

TEST_CASE("a conflict lasts at each node from its begin to its end, and names what was side by side") {
  Story story = one_write();
  story.line("n2.1", "add_update bucket=default key=a%20b dot=n2.1:1 clock=[0,1] value=w siblings=2");
  story.line("n2.1", "conflict-begin bucket=default key=a%20b siblings=2 dots=n1.1:1,n2.1:1");
  story.line("n2.1", "conflict-begin bucket=other key=k siblings=2 dots=n9.1:1-18446744073709551615");
  story.line("n2.1", "conflict-end bucket=default key=a%20b siblings=1 dots=n2.1:2");
  const Diagram diagram = story.diagram();
  REQUIRE(diagram.spans.size() == 2);
  CHECK(diagram.spans[0].key == "a b");
  CHECK(diagram.spans[0].dots == std::vector<std::string>{"n1.1:1", "n2.1:1"});
  CHECK((diagram.spans[0].from == 6 && diagram.spans[0].to == 8));
  CHECK_FALSE(diagram.spans[1].to.has_value());
}

TEST_CASE("one key alone, and its messages") {
  Story story = one_write();
  story.line("n1.1", "add_update bucket=default key=other dot=n1.1:2 clock=[1,0] value=v siblings=1");
  story.line("n1.1", "send to=n2 tier=causal what=push bytes=99").line("n2.1", "fault action=isolate");
  const Diagram all = story.diagram();
  const auto one = about_key(all, std::nullopt, "a b");
  REQUIRE(one.has_value());
  CHECK(one->messages.size() == 1);
  CHECK(one->events.size() == 6);
  CHECK(one->spans.size() == 1);
  CHECK(one->events[one->messages[0].sent].number == 3);
  const auto other = about_key(all, std::string("default"), "other");
  REQUIRE(other.has_value());
  CHECK(other->messages.size() == 1);
  CHECK_FALSE(other->messages[0].received.has_value());
  CHECK_FALSE(about_key(all, std::string("b"), "other").has_value());
  CHECK_FALSE(about_key(all, std::nullopt, "none").has_value());
}

TEST_CASE("of too many events those go first that brought nothing new") {
  Story story = one_write();
  for (int i = 0; i < 20; ++i) story.line("n1.1", "send to=n2 tier=causal what=gossip bytes=9");
  Diagram diagram = story.diagram();
  leave_out_quiet(diagram, 100);
  CHECK(diagram.left_out == 0);
  CHECK(diagram.messages.size() == 21);
  leave_out_quiet(diagram, 10);
  CHECK(diagram.left_out == 20);
  CHECK(diagram.messages.size() == 1);
  CHECK(diagram.events.size() == 5);
  CHECK(diagram.events[diagram.messages[0].received.value()].learnt == std::vector<std::size_t>{2});
}

TEST_CASE("what clients wrote stays text in a page") {
  const std::string evil = "</script><script>alert(1)</script><!-- & \xff";
  Diagram diagram;
  diagram.nodes = {"n1"};
  Diagram::Event event;
  event.kind = "add_update";
  event.bucket = "default";
  event.key = event.value = evil;
  diagram.events = {event};
  const std::string json = json_for_script(diagram_json(diagram));
  CHECK(json.find_first_of("<>&") == std::string::npos);
  const auto read = nlohmann::json::parse(json);
  CHECK(read["events"][0]["key"] == "</script><script>alert(1)</script><!-- & \\xff");
  const std::string picture = diagram_svg(diagram, evil);
  CHECK(picture.find("<script") == std::string::npos);
  CHECK(picture.find("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &amp; \\xff</title>") !=
        std::string::npos);
  CHECK(html_escape("<b a='\"'>&") == "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
}
