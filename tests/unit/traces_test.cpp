#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "client/traces/causal_order.hpp"
#include "client/traces/lost_lines.hpp"
#include "tests/shiviz_rules.hpp"
#include "tests/temporary_folder.hpp"

using namespace kin;

namespace {

std::string trace(const std::string& second, const std::string& host, const std::string& clock,
                  const std::string& rest = "event") {
  return "2026-01-31T12:00:" + second + ".000000Z " + host + ' ' + clock + ' ' + rest;
}

std::vector<TraceLine> parsed(const std::vector<std::string>& texts) {
  std::vector<TraceLine> out;
  for (const std::string& text : texts) {
    auto line = parse_trace_line(text);
    REQUIRE(line.has_value());
    out.push_back(std::move(*line));
  }
  return out;
}

void write(const std::string& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

}  // namespace

TEST_CASE("a line of a trace is read as it is written") {
  const auto line = parse_trace_line(trace("01", "n1.3", R"({"n1.3":7,"n2.1":2})", "send to=n2 what=push"));
  REQUIRE(line.has_value());
  CHECK(line->time == "2026-01-31T12:00:01.000000Z");
  CHECK(line->host == "n1.3");
  CHECK(line->clock == TraceClock{{"n1.3", 7}, {"n2.1", 2}});
  CHECK(line->event == "send");
  CHECK(line->fields == "to=n2 what=push");
  for (const char* none : {"", "x", "t n1.1 {} e", "t n1.1 {\"n1.1\":1}", "t n1.1 {\"n1.1\":1} ",
                           "t n1.1 {\"n1.1\":-1} e", "t n1.1 {\"n2.1\":1} e", "t n1.1 [1] e", "t n1.1 {\"n1.1\":1 e"}) {
    INFO(none);
    CHECK_FALSE(parse_trace_line(none).has_value());
  }
}

TEST_CASE("causality comes before the machines' clocks, and these decide the rest") {
  // n2's clock is a minute behind: its receive stands in front of the send by time alone.
  const auto lines = parsed({trace("50", "n1.1", R"({"n1.1":1})"), trace("51", "n1.1", R"({"n1.1":2})"),
                             trace("05", "n2.1", R"({"n2.1":1})"), trace("06", "n2.1", R"({"n1.1":2,"n2.1":2})"),
                             trace("55", "n3.1", R"({"n3.1":1})")});
  const CausalOrder order = causal_order(lines);
  CHECK(order.lines == std::vector<std::size_t>{2, 0, 1, 3, 4});
  CHECK(order.unmet == 0);
}

TEST_CASE("lines that are nowhere are named, and keep no other out of its place") {
  // n9 has no trace, the end of n1's and the middle of n3's are lost. By time alone n2's receive stands before the
  // send.
  const auto lines =
      parsed({trace("50", "n1.1", R"({"n1.1":1,"n9.1":4})"), trace("51", "n2.1", R"({"n1.1":3,"n2.1":1,"n9.1":4})"),
              trace("08", "n3.1", R"({"n1.1":3,"n2.1":1,"n3.1":2,"n9.1":4})"),
              trace("09", "n3.1", R"({"n1.1":3,"n2.1":1,"n3.1":5,"n9.1":4})")});
  const CausalOrder order = causal_order(lines);
  CHECK(order.lines == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(order.unmet == 0);
  const auto lost = lost_lines(lines);
  CHECK(lost == std::vector<LostRun>{{"n1.1", 2, 3}, {"n3.1", 1, 1}, {"n3.1", 3, 4}, {"n9.1", 1, 4}});
  CHECK(count_of(lost) == 9);
  const std::uint64_t many = std::numeric_limits<std::uint64_t>::max();
  CHECK(count_of({{"a", 1, many}, {"b", 1, 1}}) == many);
  CHECK(line_told_twice(lines) == std::nullopt);
}

TEST_CASE("lines that had seen each other are counted, and lose nothing") {
  const auto lines =
      parsed({trace("02", "n1.1", R"({"n1.1":1,"n2.1":1})"), trace("01", "n2.1", R"({"n1.1":1,"n2.1":1})"),
              trace("03", "n2.1", R"({"n1.1":1,"n2.1":2})")});
  const CausalOrder order = causal_order(lines);
  CHECK(order.lines == std::vector<std::size_t>{1, 0, 2});
  CHECK(order.unmet == 1);
  CHECK(line_told_twice({lines[0], lines[1], lines[1]}) == "n2.1:1");
}

TEST_CASE("with a line for each lost one a trace keeps ShiViz's rules, whatever was lost") {
  rc::prop("any lines of any history", [] {
    std::vector<TraceClock> clocks(4);
    std::vector<std::vector<TraceClock>> sent(4);
    std::vector<TraceLine> lines;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, 4), from = *rc::gen::inRange<std::size_t>(0, 4);
      if (at != from && !sent[from].empty()) {
        for (const auto& [other, count] : sent[from].back()) clocks[at][other] = std::max(clocks[at][other], count);
      }
      const std::string name = "n" + std::to_string(at) + ".1";
      ++clocks[at][name];
      sent[at].push_back(clocks[at]);
      const std::string rest = name + ' ' + nlohmann::json(clocks[at]).dump() + " event";
      if (*rc::gen::inRange(0, 4) > 0) {
        lines.push_back(*parse_trace_line(std::to_string(*rc::gen::inRange(1000, 9999)) + ' ' + rest));
      }
    }
    const std::size_t held = lines.size();
    const auto lost = lost_lines(lines);
    for (TraceLine& line : stand_ins(lines, lost)) lines.push_back(std::move(line));
    RC_ASSERT(lines.size() == held + count_of(lost));
    RC_ASSERT(lost_lines(lines).empty());
    std::vector<std::string> texts;
    for (const std::size_t i : causal_order(lines).lines) texts.push_back(lines[i].text);
    const auto violations = check_shiviz(texts);
    RC_LOG() << (violations.empty() ? "" : violations.front());
    RC_ASSERT(violations.empty());
  });
}

TEST_CASE("in no order of any history does something stand before what it had seen") {
  rc::prop("whatever the hosts did, and however wrong their clocks were", [] {
    struct Host {
      TraceClock clock;
      std::vector<TraceClock> sent;
    };
    std::vector<Host> hosts(4);
    std::vector<TraceLine> lines;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const int at = *rc::gen::inRange(0, 4), from = *rc::gen::inRange(0, 4);
      const std::string name = "n" + std::to_string(at) + ".1";
      Host& host = hosts[static_cast<std::size_t>(at)];
      const auto& sent = hosts[static_cast<std::size_t>(from)].sent;
      if (at != from && !sent.empty()) {
        for (const auto& [other, count] : sent.back()) host.clock[other] = std::max(host.clock[other], count);
      }
      ++host.clock[name];
      host.sent.push_back(host.clock);
      lines.push_back({std::to_string(*rc::gen::inRange(1000, 9999)), name, host.clock, "event", "", ""});
    }
    const CausalOrder order = causal_order(lines);
    RC_ASSERT(order.unmet == 0u);
    RC_ASSERT(order.lines.size() == lines.size());
    TraceClock reached;
    for (const std::size_t i : order.lines) {
      for (const auto& [host, count] : lines[i].clock) {
        RC_ASSERT(reached[host] + (host == lines[i].host ? 1 : 0) >= count);
      }
      reached[lines[i].host] = lines[i].clock.at(lines[i].host);
    }
  });
}

TEST_CASE("all traces of a folder are read, torn ends are left out, and other broken lines named") {
  TemporaryFolder folder;
  const std::string logs = folder.path() + "/logs";
  CHECK(read_traces(folder.path()).error().find("no *.trace") != std::string::npos);
  std::filesystem::create_directory(logs);
  write(logs + "/n1.trace",
        trace("01", "n1.1", R"({"n1.1":1})") + '\n' + trace("02", "n1.1", R"({"n1.1":2})").substr(0, 40));
  write(logs + "/n2.trace", trace("01", "n2.1", R"({"n2.1":1})") + '\n');
  write(logs + "/n2.log", "for people\n");
  const auto traces = read_traces(folder.path());
  REQUIRE(traces.has_value());
  CHECK(traces->files == 2);
  CHECK(traces->lines.size() == 2);
  CHECK(traces->torn == std::vector<std::string>{logs + "/n1.trace"});

  write(logs + "/n2.trace", trace("01", "n2.1", R"({"n2.1":1})") + "\nbroken\n");
  const auto broken = read_traces(logs);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error() == logs + "/n2.trace:2: no line of a trace");
}
