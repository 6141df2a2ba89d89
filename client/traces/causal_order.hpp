// One order of the lines of many traces: nothing stands before what it had seen, and where causality leaves a choice
// the machines' clocks decide.
//
// Paper: Mattern (see causal_trace.hpp): e happened before f exactly when f's clock covers e's own count.
#pragma once

#include <cstddef>
#include <vector>

#include "client/traces/trace_file.hpp"

namespace kin {

struct CausalOrder {
  std::vector<std::size_t> lines;  // positions in Traces::lines
  std::size_t unmet = 0;  // lines that had seen a line which no file holds; they stand where their time puts them
};

CausalOrder causal_order(const std::vector<TraceLine>& lines);

}  // namespace kin
