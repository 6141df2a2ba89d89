// What a scenario is played on: a cluster whose clients can be told what to do, whose nodes and links can be disturbed,
// and that keeps a history of what its clients did. Real processes are one such world (process_world.hpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "driver/scenario/scenario.hpp"

namespace kin::driver {

struct ClientCall {
  std::string node;
  std::vector<std::string> arguments;  // of kin, nothing left to fill in
  bool in_history = true;
};

struct AnsweredSibling {
  std::string value;  // as JSON text where it is not UTF-8
  PrintedClock clock;
  std::string dot;
};

// What kin printed, as far as expectations look at it. What an answer does not have is empty.
struct ClientAnswer {
  int exit_code = 0;
  std::string status;   // OK, CONFLICT, NOT_FOUND, ...
  std::string message;  // of a failure
  PrintedClock clock;
  std::string context;
  std::string dot;                        // of a write
  std::vector<AnsweredSibling> siblings;  // of a read; of a write only where several values are left
  std::size_t sibling_count = 0;          // of both
  bool is_read = false;
  bool conflict = false;
  bool not_played = false;                       // this world cannot: the message says what, and no expectation holds
  std::optional<std::vector<std::string>> keys;  // that are listed, of `keys` and `conflicts`
  std::string token;                             // of a token's read or change: what people are shown
  std::string text;                              // all that was printed, when it was no JSON object
  std::int64_t start_ns = 0, end_ns = 0;         // CLOCK_MONOTONIC, or virtual time; around the call
};

class World {
 public:
  // Error: a sentence, why the scenario cannot go on.
  using Result = tl::expected<void, std::string>;

  virtual ~World() = default;

  virtual const std::vector<std::string>& nodes() const = 0;  // sorted

  // Starts all calls, runs `meanwhile` (may be empty) as soon as one of them has been answered, then waits for all;
  // answers stand in the order of the calls. A call that cannot be made at all has status INTERNAL and a message.
  virtual std::vector<ClientAnswer> clients(const std::vector<ClientCall>& calls,
                                            const std::function<void()>& meanwhile) = 0;
  virtual Result disturb(const std::string& node, NodeFault fault) = 0;
  virtual Result link(const std::string& from, const std::string& to, std::uint32_t drop_percent,
                      std::uint32_t delay_ms) = 0;
  virtual Result wait_converged(const std::vector<std::string>& nodes, std::chrono::milliseconds longest) = 0;

  // Since some moment before, in the time of this world.
  virtual std::chrono::milliseconds elapsed() = 0;

  // One JSON object a line: what the calls with in_history did, and what was added.
  virtual tl::expected<std::string, std::string> history() const = 0;
  virtual Result add_to_history(const std::string& line) = 0;
};

}  // namespace kin::driver
