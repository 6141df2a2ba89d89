// The page about a run: what was done and why, what each node showed, the space-time diagram, how long clients waited.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "driver/report/run_record.hpp"

namespace kin::driver {

// What a client waited for; of a history (driver/check).
struct TimedCall {
  std::string op, node, outcome;
  std::int64_t start_ns = 0;
  std::optional<std::int64_t> end_ns;  // nothing: no reply came
};

// All operations of a history, but for the reads that a check makes. A file that is not there holds none. Error: a
// sentence with file and line.
tl::expected<std::vector<TimedCall>, std::string> read_timed_calls(const std::string& history);

// Error: a sentence; this program was built without the drawing library.
tl::expected<std::string, std::string> report_page(const RunRecord& record, const Traces& traces,
                                                   const std::vector<TimedCall>& calls);

}  // namespace kin::driver
