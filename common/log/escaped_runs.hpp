// Bytes that must not stand in a line as they are. Nearly all lines are plain from end to end, so what lies between two
// bytes that are not is taken as a whole.
#pragma once

#include <algorithm>
#include <string_view>

#include "common/log/line_writer.hpp"

namespace kin {

// The first byte that is not plain. What is mostly long can tell of eight bytes at once that all of them are.
template <class Plain>
const char* end_of_run(const char* at, const char* end, const Plain& plain) {
  if constexpr (requires { plain.all_eight(at); }) {
    while (end - at >= 8 && plain.all_eight(at)) at += 8;
  }
  return std::find_if_not(at, end, plain);
}

// Writes the bytes; in place of one that is not `plain` (bool of a char) stands `mark` and its two `digits`, the
// sixteen to choose from.
template <class Plain>
void put_escaped_runs(LineWriter& out, std::string_view bytes, const Plain& plain, std::string_view mark,
                      std::string_view digits) {
  const char* const end = bytes.data() + bytes.size();
  for (const char* at = bytes.data(); at != end;) {
    const char* const until = end_of_run(at, end, plain);
    out.put(std::string_view(at, until));
    at = until;
    if (at == end) return;
    const auto u = static_cast<unsigned char>(*at++);
    out.put(mark).put(digits.substr(u >> 4, 1)).put(digits.substr(u & 15, 1));
  }
}

}  // namespace kin
