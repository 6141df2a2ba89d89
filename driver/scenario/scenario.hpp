// A scenario: what is done to a cluster, step by step, why, and what must be seen. The files' shape: scenario_file.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "driver/scenario/places.hpp"

namespace kin::driver {

using PrintedClock = std::vector<std::uint64_t>;  // positions in node-id order

struct ExpectedSibling {
  std::string value;
  std::optional<PrintedClock> clock;  // nothing: any
};

// What an answer must be. Only what is set is looked at.
struct Expectation {
  std::vector<std::string> statuses;  // one of them; empty: what follows from the rest (see expectation.hpp)
  bool any = false;                   // nothing is expected: faults may make the call fail
  bool absent = false;                // the key is not there
  std::optional<std::vector<ExpectedSibling>> siblings;  // exactly these, in any order
  std::optional<std::size_t> sibling_count;
  std::optional<PrintedClock> clock;
  std::optional<bool> conflict;

  bool looks_at_values() const { return absent || siblings || sibling_count || clock || conflict; }
};

// `${NAME}` in an argument, or in an expected value, stands for the context that a step with `save: NAME` was given,
// `${round}` for the number of the round that a `repeat` is in.
struct ClientStep {
  std::vector<std::string> arguments;  // of kin
  std::string node;
  std::string save;                     // empty: not saved
  std::chrono::milliseconds within{0};  // asked again until the answer is as expected, for so long
  Expectation expect;
};

enum class NodeFault {
  offline,
  online,
  isolate,
  join,
  hold_gossip,
  release_gossip,
  clear,
  kill,
  restart,
  pause,
  resume,
  lose_disk
};

struct FaultStep {
  NodeFault fault = NodeFault::online;
  std::vector<std::string> nodes;
};

// The calls run at the same time, and the faults happen as soon as one of them has been answered.
struct ParallelStep {
  std::vector<ClientStep> calls;
  std::vector<FaultStep> faults;
};

// What each of `from` sends to each of `to`.
struct LinkStep {
  std::vector<std::string> from, to;
  std::uint32_t drop_percent = 0;
  std::uint32_t delay_ms = 0;
};

// All links between all nodes are from now on as late as places are far; what is measured later is held against that.
struct PlacesStep {
  Places places;
};

// One command, `times` times at each node and level; ${node}, ${level} and ${round} in an argument stand for these.
struct MeasureStep {
  std::vector<std::string> arguments;  // of kin, without the level
  std::vector<std::string> nodes;
  char of = 'W';                    // or R: the flag that is varied
  std::vector<std::string> levels;  // a number, quorum or all; each fits the cluster
  std::uint32_t times = 5;
};

struct WaitStep {
  std::vector<std::string> nodes;  // that must have taken in the same updates
  std::chrono::milliseconds longest{30000};
};

struct ExpectStep {
  std::string bucket, key;
  std::vector<std::string> nodes;
  Expectation expect;
};

// The history so far: causal with a last read of every key on every node, or the registers that tokens are.
struct CheckStep {
  bool linearizable = false;
};

struct SayStep {
  std::string text;
};

struct Step;

struct RepeatStep {
  std::uint32_t rounds = 1;
  std::vector<Step> steps;
};

struct Step {
  using Action = std::variant<ClientStep, ParallelStep, FaultStep, LinkStep, PlacesStep, MeasureStep, WaitStep,
                              ExpectStep, CheckStep, SayStep, RepeatStep>;
  int line = 0;
  std::string why;  // may be empty
  Action action;
};

struct Scenario {
  std::string name;  // of the file, without its ending
  std::string file;
  std::string title;  // the file's first line without its #
  std::uint32_t nodes = 5;
  bool disk_durability_os = false;  // what is acknowledged is left to the page cache
  std::optional<std::uint32_t> gossip_interval_ms;
  std::vector<Step> steps;
};

const char* name(NodeFault fault);  // as scenario files spell it: hold-gossip

}  // namespace kin::driver
