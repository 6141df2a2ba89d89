// One order of the lines of many traces: nothing stands before what it had seen, and where causality leaves a choice
// the machines' clocks decide. What is in none of the files (lost_lines.hpp) keeps nothing waiting.
//
// Paper: Mattern (see causal_trace.hpp): e happened before f exactly when f's clock covers e's own count.
#pragma once

#include <cstddef>
#include <vector>

#include "client/traces/trace_file.hpp"

namespace kin {

struct CausalOrder {
  std::vector<std::size_t> lines;  // positions in Traces::lines
  std::size_t unmet = 0;           // lines that had seen each other, which no run can do; their time places them
};

CausalOrder causal_order(const std::vector<TraceLine>& lines);

}  // namespace kin
