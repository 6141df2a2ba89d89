#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "common/log/causal_trace.hpp"
#include "common/log/human_log.hpp"
#include "common/log/timestamp.hpp"
#include "tests/shiviz_rules.hpp"
#include "tests/temporary_folder.hpp"

using namespace kin;

namespace {

constexpr std::uint64_t noon_us = 1769860800'123456;  // 2026-01-31T12:00:00.123456Z

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::unique_ptr<CausalTrace> open_ok(const std::string& path, const std::string& host) {
  auto trace = CausalTrace::open(path, host, {"n1", "n2", "n3"});
  INFO((trace ? "" : trace.error()));
  REQUIRE(trace);
  return std::move(*trace);
}

std::unique_ptr<HumanLog> log_ok(const std::string& path, LogLevel level) {
  auto log = HumanLog::open(path, level, "n1.3");
  INFO((log ? "" : log.error()));
  REQUIRE(log);
  return std::move(*log);
}

const auto arbitrary_bytes = [] { return rc::gen::container<std::string>(rc::gen::arbitrary<char>()); };

}  // namespace

TEST_CASE("times are UTC with microseconds") {
  const auto printed = [](std::uint64_t wall_us) {
    std::string out;
    {
      LineWriter writer(out);
      put_utc(writer, wall_us);
    }
    return out;
  };
  CHECK(printed(noon_us) == "2026-01-31T12:00:00.123456Z");
  CHECK(printed(0) == "1970-01-01T00:00:00.000000Z");
}

TEST_CASE("an escaped text is one field, and tells what it was") {
  CHECK(trace_escape("cart-7:a=b") == "cart-7:a=b");
  CHECK(trace_escape("a b\n\"{}\\%\x7f") == "a%20b%0A%22%7B%7D%5C%25%7F");
  CHECK(trace_escape(std::string("\0\xff", 2)) == "%00%FF");
  rc::prop("only printable bytes, nothing lost", [&] {
    const std::string bytes = *arbitrary_bytes();
    const std::string escaped = trace_escape(bytes);
    RC_ASSERT(std::all_of(escaped.begin(), escaped.end(), [](char c) { return c > 0x20 && c < 0x7f; }));
    std::string back;
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      const bool coded = escaped[i] == '%';
      back += coded ? static_cast<char>(std::stoi(escaped.substr(i + 1, 2), nullptr, 16)) : escaped[i];
      i += coded ? 2 : 0;
    }
    RC_ASSERT(back == bytes);
  });
}

TEST_CASE("a trace line is as documented") {
  TemporaryFolder folder;
  auto trace = open_ok(folder.path() + "/n1.trace", "127.0.0.1:7001.3");
  trace->event(noon_us, "start", {{"version", "0.1.0"}});
  trace->receive(noon_us, {{"n2.1", 4}}, "receive", {{"key", "a b\nc"}});
  CHECK(trace->clock() == CausalTrace::Clock{{"127.0.0.1:7001.3", 2}, {"n2.1", 4}});
  REQUIRE(trace->flush());
  CHECK(bytes_of(folder.path() + "/n1.trace") ==
        "2026-01-31T12:00:00.123456Z 127.0.0.1:7001.3 {\"127.0.0.1:7001.3\":1} start version=0.1.0\n"
        "2026-01-31T12:00:00.123456Z 127.0.0.1:7001.3 {\"127.0.0.1:7001.3\":2,\"n2.1\":4} receive key=a%20b%0Ac\n");
}

TEST_CASE("no name, field or clock can forge a line of the trace") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/n1.trace";
  rc::prop("one line an event, and it matches", [&] {
    write_file(path, "");
    auto trace = open_ok(path, "n1.1");
    const std::string forged = "\n2026 n9.9 {\"n9.9\":7} forged ";
    trace->event(noon_us, *arbitrary_bytes() + forged, {{*arbitrary_bytes(), *arbitrary_bytes() + forged}});
    CausalTrace::Clock carried{{forged, 3}, {"n2.1}", 1}, {"\xff", 2}, {"", 1}, {"n3.1", 0}, {"n1.1", 99}};
    carried[*arbitrary_bytes() + ' '] = 5;
    trace->receive(noon_us, carried, "receive", {});
    RC_ASSERT(trace->flush());
    RC_ASSERT(check_shiviz(trace_lines(path)).empty());
    RC_ASSERT(trace_lines(path).size() == 2u);
    RC_ASSERT(trace->clock() == CausalTrace::Clock({{"n1.1", 2}}));
  });
  CHECK_FALSE(CausalTrace::open(path, "n1 1.1", {}));
  CHECK_FALSE(CausalTrace::open(path, "n1}.1", {}));
  CHECK_FALSE(CausalTrace::open(folder.path() + "/no/such/folder", "n1.1", {}));
}

TEST_CASE("traces of processes that talk, fail and start again keep ShiViz's rules") {
  rc::prop("random talk", [] {
    TemporaryFolder folder;
    constexpr int nodes = 3;
    struct Process {
      std::string path, id;
      std::uint32_t ordinal = 0;
      std::unique_ptr<CausalTrace> trace;
    };
    std::vector<Process> all;
    std::vector<CausalTrace::Clock> sent;
    const auto start = [](Process& process) {
      process.trace.reset();
      process.ordinal = CausalTrace::last_ordinal(process.path, process.id) + 1;
      process.trace = open_ok(process.path, process.id + '.' + std::to_string(process.ordinal));
      process.trace->event(noon_us, "start", {});
    };
    for (int i = 0; i < nodes; ++i) {
      const std::string id = "n" + std::to_string(i);
      all.push_back({folder.path() + '/' + id + ".trace", id, 0, nullptr});
      start(all.back());
    }
    for (int step = 0; step < 60; ++step) {
      Process& one = all[*rc::gen::inRange<std::size_t>(0, nodes)];
      switch (*rc::gen::inRange(0, 6)) {
        case 0: {
          one.trace.reset();
          // A crash in the middle of a write leaves half a line.
          std::ofstream(one.path, std::ios::app) << "2026 n9.9 {\"n9";
          start(one);
          break;
        }
        case 1: one.trace->event(noon_us, "local", {}); break;
        case 2:
        case 3:
          one.trace->event(noon_us, "send", {});
          RC_ASSERT(one.trace->flush());
          sent.push_back(one.trace->clock());
          break;
        default:  // late, twice or never
          if (!sent.empty()) one.trace->receive(noon_us, *rc::gen::elementOf(sent), "receive", {});
      }
    }
    std::vector<std::string> lines;
    for (Process& process : all) {
      RC_ASSERT(process.trace->flush());
      const auto its = trace_lines(process.path);
      lines.insert(lines.end(), its.begin(), its.end());
    }
    const auto violations = check_shiviz(lines);
    if (!violations.empty()) RC_FAIL(violations.front());
  });
}

TEST_CASE("a node that starts again and again does not make the clocks of others longer for ever") {
  TemporaryFolder folder;
  auto trace = *CausalTrace::open(folder.fresh() + ".trace", "n1.7", {"n1", "n2", "n3"});
  const auto life = [](std::size_t ordinal) { return "n2." + std::to_string(ordinal); };
  trace->receive(noon_us, {{"n3.5", 2}}, "receive", {});
  for (std::size_t ordinal = 1; ordinal <= 200; ++ordinal) {
    trace->receive(noon_us, {{life(ordinal), 3}}, "receive", {});
    CHECK(trace->clock().at(life(ordinal)) == 3);
    CHECK(trace->clock().size() == 2 + std::min(ordinal, CausalTrace::most_lives));
  }
  // Somebody who still names them all, and more of one that is kept.
  CausalTrace::Clock all;
  for (std::size_t ordinal = 1; ordinal <= 200; ++ordinal) all[life(ordinal)] = 4;
  trace->receive(noon_us, all, "receive", {});
  CHECK(trace->clock().size() == 2 + CausalTrace::most_lives);
  CHECK_FALSE(trace->clock().contains(life(200 - CausalTrace::most_lives)));
  CHECK(trace->clock().at(life(200 - CausalTrace::most_lives + 1)) == 4);
  CHECK(trace->clock().at("n3.5") == 2);
  CHECK(trace->clock().at("n1.7") == 202);
}

TEST_CASE("a clock names processes of the cluster's nodes alone, each by one name") {
  TemporaryFolder folder;
  auto trace = *CausalTrace::open(folder.fresh() + ".trace", "n1.7", {"n1", "n2", "n3"});
  CausalTrace::Clock carried{{"n2.12", 3}, {"n9.1", 1}, {"n2.012", 1}, {"n2.+7", 1},
                             {"n2.", 1},   {"n2", 1},   {"n3.1x", 1}};
  for (int i = 0; i < 1000; ++i) carried["stranger" + std::to_string(i) + ".1"] = 1;
  trace->receive(noon_us, carried, "receive", {});
  CHECK(trace->clock() == CausalTrace::Clock({{"n1.7", 1}, {"n2.12", 3}}));
}

TEST_CASE("a torn end of any length is cut off, whole lines stay") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/n1.trace";
  const std::string whole = "t n1.1 {\"n1.1\":1} start\n";
  const std::string huge(3 << 20, 'x');
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", ""},   {whole, whole},        {whole + "t n1.1", whole}, {"t n1", ""},
      {huge, ""}, {whole + huge, whole}, {huge + '\n', huge + '\n'}};
  for (const auto& [before, after] : cases) {
    write_file(path, before);
    open_ok(path, "n1.2");
    CHECK((bytes_of(path) == after));
  }
}

TEST_CASE("the last ordinal of a trace is found, whatever else is in the file") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/n1.trace";
  const auto last = [&](const std::string& bytes, const std::string& id = "n1") {
    write_file(path, bytes);
    return CausalTrace::last_ordinal(path, id);
  };
  CHECK(CausalTrace::last_ordinal(folder.path() + "/none", "n1") == 0);
  CHECK(last("") == 0);
  CHECK(last("t n1.2 {} a\nt n1.12 {} b\n") == 12);
  CHECK(last("t n1.12 {} b\nt n1.2 {} a\n") == 12);
  CHECK(last("t n10.7 {} a\n") == 0);
  CHECK(last("t 127.0.0.1:7001.3 {} a\n", "127.0.0.1:7001") == 3);
  CHECK(last("t n1.4294967295 {} a\n") == 4294967295u);
  CHECK(last("t n1.4294967296 {} a\nt n1.x {} a\nt n1. {} a\nt\n\n \nt n1.4.5 {} a\n") == 0);
  CHECK(last("t n1.5 {} a value=n1.9 t n1.8\n") == 5);
  // Lines longer than what is read at once, and lines that begin at every place around its borders.
  for (const int around : {-30, -2, -1, 0, 1, 2, 30}) {
    const std::string end = " n1.7 {} b ";
    std::string tail = "t" + end;
    tail += std::string(static_cast<std::size_t>((1 << 20) + around) - tail.size() - 1, 'x') + '\n';
    CAPTURE(around);
    CHECK(last("t n1.6 {} a\n" + tail) == 7);
    CHECK(last("t n1.6 {} a\n" + std::string(5 << 19, 'y') + '\n') == 6);
  }
}

TEST_CASE("after a flush that failed the trace is off") {
  auto trace = open_ok("/dev/full", "n1.1");
  trace->event(noon_us, "start", {});
  CHECK(trace->clock().size() == 1);
  CHECK_FALSE(trace->flush());
  CHECK(trace->clock().empty());
  trace->event(noon_us, "local", {});
  trace->receive(noon_us, {{"n2.1", 1}}, "receive", {});
  CHECK(trace->clock().empty());
  CHECK(trace->flush());

  auto off = CausalTrace::off();
  off->event(noon_us, "start", {});
  CHECK(off->clock().empty());
  CHECK(off->flush());
}

TEST_CASE("values show as length and keyed hash, as they are, or as length only") {
  const ValuePrinter a(ValueDisplay::hash, "key of a"), same(ValueDisplay::hash, "key of a");
  const ValuePrinter b(ValueDisplay::hash, "key of b"), drawn(ValueDisplay::hash, ""),
      drawn_too(ValueDisplay::hash, "");
  CHECK(std::regex_match(a.print("apple"), std::regex("len:5,hash:[0-9a-f]{16}")));
  CHECK(a.print("apple") == same.print("apple"));
  CHECK(a.print("apple") != a.print("apples"));
  CHECK(a.print("apple") != b.print("apple"));
  CHECK(drawn.print("apple") == drawn.print("apple"));
  CHECK(drawn.print("apple") != drawn_too.print("apple"));
  CHECK(ValuePrinter(ValueDisplay::hash, std::string(1000, 'k')).print("") != a.print(""));
  CHECK(ValuePrinter(ValueDisplay::full, "").print("a b\n") == "a b\n");
  CHECK(ValuePrinter(ValueDisplay::none, "").print("apple") == "len:5");
}

TEST_CASE("levels have names") {
  for (const auto& [word, level] : std::vector<std::pair<std::string, LogLevel>>{{"trace", LogLevel::trace},
                                                                                 {"debug", LogLevel::debug},
                                                                                 {"info", LogLevel::info},
                                                                                 {"warn", LogLevel::warn},
                                                                                 {"error", LogLevel::error},
                                                                                 {"off", LogLevel::off}}) {
    CHECK(parse_log_level(word) == level);
  }
  CHECK(parse_log_level("loud").error().find("loud") != std::string::npos);
  CHECK_FALSE(parse_log_level(""));
}

TEST_CASE("a line for people has its time, level and process, and nothing can forge another") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/logs/n1.log";
  {
    auto log = log_ok(path, LogLevel::info);
    log->info("started");
    log->warn("key a\n2026-01-31T12:00:00.123456Z ERROR n1.3 forged\r\x1b[31m\xff\x7f");
    log->debug("not asked for");
    log->write(LogLevel::off, "never");
    log->info("{} %v is no pattern");
    CHECK(log->enabled(LogLevel::info));
    CHECK_FALSE(log->enabled(LogLevel::debug));
    CHECK_FALSE(log->enabled(LogLevel::off));
  }
  std::istringstream in(bytes_of(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE(lines.size() == 3);
  const std::string time = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z )";
  CHECK(std::regex_match(lines[0], std::regex(time + "INFO  n1\\.3 started")));
  CHECK(std::regex_match(lines[1],
                         std::regex(time + R"(WARN  n1\.3 key a\\x0a2026-.* forged\\x0d\\x1b\[31m\\xff\\x7f)")));
  CHECK(std::regex_match(lines[2], std::regex(time + R"(INFO  n1\.3 \{\} %v is no pattern)")));
}

TEST_CASE("whatever stands beside it in a line for people, a byte is escaped where it cannot be printed") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/n1.log";
  std::vector<std::string> wanted;
  {
    auto log = log_ok(path, LogLevel::info);
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (std::size_t at = 0; at < 17; ++at) {
        std::string line(17, '~');
        line[at] = static_cast<char>(byte);
        log->info(line);
        std::string shown(1, static_cast<char>(byte));
        if (byte < 0x20 || byte > 0x7e) {
          shown = std::string("\\x") + "0123456789abcdef"[byte >> 4] + "0123456789abcdef"[byte & 15];
        }
        wanted.push_back(" " + line.replace(at, 1, shown));
      }
    }
  }
  std::istringstream in(bytes_of(path));
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    REQUIRE(lines < wanted.size());
    REQUIRE(line.ends_with("INFO  n1.3" + wanted[lines]));
  }
  CHECK(lines == wanted.size());
}

TEST_CASE("a warning, a flush and an end bring all lines to the file, a log that is opened again goes on") {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/n1.log";
  const auto lines = [&] {
    const std::string bytes = bytes_of(path);
    return std::count(bytes.begin(), bytes.end(), '\n');
  };
  {
    auto log = log_ok(path, LogLevel::trace);
    log->info("1");
    log->warn("2");
    CHECK(lines() == 2);
    log->debug("3");
    log->flush();
    CHECK(lines() == 3);
    for (int i = 0; i < 100; ++i) log->info("more");
  }
  CHECK(lines() == 103);
  log_ok(path, LogLevel::error)->error("again");
  CHECK(lines() == 104);
  log_ok(path, LogLevel::off)->error("never");
  CHECK(lines() == 104);
  CHECK_FALSE(HumanLog::open("/dev/null/n1.log", LogLevel::info, "n1.3"));
  CHECK(HumanLog::open("", LogLevel::off, "n1.3"));
}
