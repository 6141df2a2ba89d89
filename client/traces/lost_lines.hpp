// Lines that clocks name, or that others stand behind, and that no file holds: what a machine that lost its power had
// not yet written, a trace that was cut short or left behind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/traces/trace_file.hpp"

namespace kin {

struct LostRun {
  std::string host;
  std::uint64_t first = 0, last = 0;  // numbers of its lines, both lost

  bool operator==(const LostRun&) const = default;
};

// By host and number.
std::vector<LostRun> lost_lines(const std::vector<TraceLine>& lines);

// How many lines those are; the greatest number where there are more.
std::uint64_t count_of(const std::vector<LostRun>& lost);

// A line for each lost one, with its number. Nobody knows when it was written, its time is `-`, nor what it had seen:
// its clock says what the line before it of the same host had seen.
std::vector<TraceLine> stand_ins(const std::vector<TraceLine>& lines, const std::vector<LostRun>& lost);

// host:number of a line that stands there twice, so that these are not the traces of one run.
std::optional<std::string> line_told_twice(const std::vector<TraceLine>& lines);

}  // namespace kin
