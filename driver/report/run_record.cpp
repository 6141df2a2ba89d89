#include "driver/report/run_record.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "driver/check/line_fields.hpp"

namespace kin::driver {
namespace {

using Json = nlohmann::ordered_json;
using Kind = OutsideEvent::Kind;

const char* word(Kind kind) {
  switch (kind) {
    case Kind::killed: return "killed";
    case Kind::paused: return "paused";
    case Kind::resumed: return "resumed";
  }
  return "";
}

std::optional<Kind> outside_kind(NodeFault fault) {
  switch (fault) {
    case NodeFault::kill:
    case NodeFault::lose_disk: return Kind::killed;
    case NodeFault::pause: return Kind::paused;
    case NodeFault::resume: return Kind::resumed;
    default: return std::nullopt;
  }
}

void write(std::ofstream& file, const Json& line) {
  file << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
}

template <class T>
T get(const nlohmann::json& line, const char* name) {
  try {
    return check::field(line, name).get<T>();
  } catch (const nlohmann::json::exception&) {
    throw check::Refused{std::string("\"") + name + "\" has a wrong type"};
  }
}

using Strings = std::vector<std::string>;

void take(const nlohmann::json& line, RunRecord& record) {
  const std::string kind = check::text_field(line, "kind");
  if (kind == "scenario") {
    record.name = get<std::string>(line, "name");
    record.title = get<std::string>(line, "title");
    record.file = get<std::string>(line, "file");
    record.nodes = get<Strings>(line, "nodes");
    record.began_us = get<std::uint64_t>(line, "began_us");
  } else if (kind == "step") {
    record.steps.push_back({get<std::size_t>(line, "number"), get<int>(line, "line"), get<std::string>(line, "what"),
                            get<std::string>(line, "why"), get<std::uint64_t>(line, "began_us"),
                            get<std::uint64_t>(line, "ended_us"), get<Strings>(line, "seen"),
                            get<Strings>(line, "wrong"), get<std::map<std::string, std::string>>(line, "processes")});
  } else if (kind == "fault") {
    const auto what = check::one_of<Kind>(
        line, "what", {{"killed", Kind::killed}, {"paused", Kind::paused}, {"resumed", Kind::resumed}});
    record.outside.push_back({get<std::uint64_t>(line, "time_us"), get<std::string>(line, "node"), what});
  } else if (kind == "node") {
    record.ends.push_back({get<std::string>(line, "node"), get<std::string>(line, "process"),
                           get<std::string>(line, "incarnation"), get<std::uint64_t>(line, "keys"),
                           get<Strings>(line, "faults")});
  } else if (kind == "verdict") {
    record.verdict = get<std::string>(line, "verdict");
    record.seconds = get<double>(line, "seconds");
  } else {
    throw check::Refused{"\"kind\" is \"" + kind + "\""};
  }
}

}  // namespace

std::uint64_t wall_us_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::string record_file(const std::string& run) { return run + "/run.jsonl"; }

tl::expected<RunRecord, std::string> read_record(const std::string& run) {
  const std::string path = record_file(run);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  if (!file) return tl::unexpected("there is no " + path + ": kin-driver run --dir " + run + " writes one");
  if (file.peek() != std::ifstream::traits_type::eof()) all << file.rdbuf();
  std::string text = all.str();
  RunRecord record;
  record.torn = !text.empty() && text.back() != '\n';
  text.resize(text.rfind('\n') + 1);
  std::istringstream lines(text);
  const auto bad = check::read_lines(lines, [&](std::size_t, const nlohmann::json& line) { take(line, record); });
  if (bad) return tl::unexpected(path + ':' + std::to_string(bad->line) + ": " + bad->message);
  if (record.nodes.empty()) return tl::unexpected(path + " does not say which scenario was played");
  return record;
}

RunRecorder::RunRecorder(const std::string& run) : file_(record_file(run), std::ios::binary | std::ios::trunc) {}

void RunRecorder::scenario(const Scenario& scenario, const std::vector<std::string>& nodes) {
  write(file_, {{"kind", "scenario"},
                {"name", scenario.name},
                {"title", scenario.title},
                {"file", scenario.file},
                {"nodes", nodes},
                {"began_us", wall_us_now()}});
}

void RunRecorder::step_ended(const StepReport& step, const std::map<std::string, std::string>& processes) {
  write(file_, {{"kind", "step"},
                {"number", ++steps_},
                {"line", step.line},
                {"what", step.what},
                {"why", step.why},
                {"began_us", step_began_us_},
                {"ended_us", wall_us_now()},
                {"seen", step.seen},
                {"wrong", step.wrong},
                {"processes", processes}});
}

void RunRecorder::disturbed(const std::string& node, NodeFault fault) {
  const auto kind = outside_kind(fault);
  if (kind) write(file_, {{"kind", "fault"}, {"node", node}, {"what", word(*kind)}, {"time_us", wall_us_now()}});
}

void RunRecorder::node(const RecordedNode& node) {
  write(file_, {{"kind", "node"},
                {"node", node.node},
                {"process", node.process},
                {"incarnation", node.incarnation},
                {"keys", node.keys},
                {"faults", node.faults}});
}

void RunRecorder::verdict(const ScenarioReport& report) {
  write(file_, {{"kind", "verdict"}, {"verdict", name(report.verdict)}, {"seconds", report.seconds}});
}

}  // namespace kin::driver
