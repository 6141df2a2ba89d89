// What kin log says about the traces beside what it makes of them.
#pragma once

#include <cstddef>
#include <string>

#include "client/traces/lost_lines.hpp"
#include "client/traces/trace_file.hpp"

namespace kin {

// 1 event, 2 events
std::string counted(std::size_t n, const char* one, const char* many);

// A line for each file whose last line was left out.
std::string torn_notes(const Traces& traces);

// "3 events are in none of these files: n2.1:65-67"; empty where none is lost.
std::string lost_text(const std::vector<LostRun>& lost);

}  // namespace kin
