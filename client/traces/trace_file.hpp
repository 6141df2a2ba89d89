// The causal traces of nodes, read back. What a line is: common/log/causal_trace.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace kin {

// Host (`n1.3`, one process) to number of its lines.
using TraceClock = std::map<std::string, std::uint64_t>;

// The higher number of each host.
void join(TraceClock& into, const TraceClock& from);

struct TraceLine {
  std::string time;  // as written: UTC, so that texts order as times do
  std::string host;
  TraceClock clock;
  std::string event;   // the word behind the clock
  std::string fields;  // what follows it: key=value ...
  std::string text;    // the line, without its newline
};

// nullopt: no line of a trace.
std::optional<TraceLine> parse_trace_line(std::string_view text);

struct Traces {
  std::vector<TraceLine> lines;  // those of one file in the order in which they stand there
  std::size_t files = 0;
  std::vector<std::string> torn;  // files whose last line was cut off in the middle; it is left out
};

// All files *.trace of the folder, or else of `logs` in it. A last line without its newline is what a crash cut off.
// The nodes may be running: of what they write meanwhile all that the other lines had seen is there, and no more.
// Error: a sentence that names the file and line: no such file is there, one cannot be read, or another line than a
// torn last one is none of a trace.
tl::expected<Traces, std::string> read_traces(const std::string& folder);

}  // namespace kin
