// What a run of a scenario leaves for its report: RUN/run.jsonl, one JSON object a line, each written as it happens.
//
//   {"kind":"scenario","name","title","file","nodes":[ids],"began_us"}
//   {"kind":"step","number","line","what","why","began_us","ended_us","seen":[lines],"wrong":[sentences],
//    "processes":{id: "paused" | "down"}}          those that do not run at its end
//   {"kind":"fault","node","what":"killed" | "paused" | "resumed","time_us"}
//   {"kind":"node","node","process","incarnation","keys","faults":[sentences]}      at the end
//   {"kind":"verdict","verdict","seconds"}
//
// Times are microseconds since 1970. A run that was cut off has no verdict.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/traces/diagram.hpp"
#include "driver/scenario/runner.hpp"

namespace kin::driver {

struct RecordedStep {
  std::size_t number = 0;
  int line = 0;
  std::string what, why;
  std::uint64_t began_us = 0, ended_us = 0;
  std::vector<std::string> seen, wrong;
  std::map<std::string, std::string> processes;
};

struct RecordedNode {
  std::string node, process, incarnation;
  std::uint64_t keys = 0;
  std::vector<std::string> faults;
};

struct RunRecord {
  std::string name, title, file;
  std::vector<std::string> nodes;
  std::uint64_t began_us = 0;
  std::vector<RecordedStep> steps;
  std::vector<OutsideEvent> outside;
  std::vector<RecordedNode> ends;
  std::string verdict;  // empty: the run was cut off
  double seconds = 0;
  bool torn = false;  // its last line was cut off, and is left out
};

std::string record_file(const std::string& run);  // RUN/run.jsonl

// Error: a sentence that names the file, and the first line that is wrong.
tl::expected<RunRecord, std::string> read_record(const std::string& run);

std::uint64_t wall_us_now();

class RunRecorder {
 public:
  // Begins the file anew. What cannot be written is lost to the report; good() tells.
  explicit RunRecorder(const std::string& run);

  void scenario(const Scenario& scenario, const std::vector<std::string>& nodes);
  void step_begins() { step_began_us_ = wall_us_now(); }
  void step_ended(const StepReport& step, const std::map<std::string, std::string>& processes);
  // Only what ends or stops a process is kept: of the rest the node's own trace tells.
  void disturbed(const std::string& node, NodeFault fault);
  void node(const RecordedNode& node);
  void verdict(const ScenarioReport& report);

  bool good() const { return file_.good(); }

 private:
  std::ofstream file_;
  std::size_t steps_ = 0;
  std::uint64_t step_began_us_ = 0;
};

}  // namespace kin::driver
