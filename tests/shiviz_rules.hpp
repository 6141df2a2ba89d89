// What ShiViz demands of a log, and what makes a causal trace a true one.
//
//   line      matches (?<ts>\S+) (?<host>\S+) (?<clock>\{.*?\}) (?<event>.*), and the clock is a JSON object of counts
//   own       a line's host is in its clock
//   steps     a host's own entry starts at 1 and grows by exactly 1 a line
//   memory    no other entry of a host's clock ever falls
//   named     every event that a clock names is there (an entry 0 names none)
//   join      a clock is at least the clock of every event that it names
#pragma once

#include <string>
#include <vector>

namespace kin {

// One sentence for each broken rule, with the line's number from 1; empty for a trace that holds. `lines` are those of
// all files, one file behind the other: only the lines of one host must be in their order.
std::vector<std::string> check_shiviz(const std::vector<std::string>& lines);

// The lines of a trace file, without their line breaks. Bytes behind the last line break, the torn end of a write, are
// left out. Empty where there is no such file.
std::vector<std::string> trace_lines(const std::string& path);

}  // namespace kin
