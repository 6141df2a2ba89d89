// The key=value pairs behind the event of a trace line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kin {

// What the trace wrote as %XX is bytes again; a word without `=` is left out, of a field that comes twice the first
// counts.
std::map<std::string, std::string> parse_trace_fields(std::string_view fields);

// A whole number; 0 where it is none.
std::uint64_t trace_number(const std::string& text);

// n1.1:2-5
struct DotRun {
  std::string host;
  std::uint64_t first = 0, last = 0;
};
// n1.1:2-5,n2.1:1; what is no dot is left out.
std::vector<DotRun> parse_dot_runs(std::string_view text);

// 2026-01-31T12:00:00.000000Z as microseconds since 1970; 0 where it is none.
std::uint64_t trace_time_us(std::string_view text);

}  // namespace kin
