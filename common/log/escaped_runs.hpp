// Bytes that must not stand in a line as they are. Nearly all lines are plain from end to end, so what lies between two
// bytes that are not is taken as a whole.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace kin {

// Appends the bytes to `out`; in place of one that is not `plain` (bool of a char) stands `mark` and its two `digits`,
// the sixteen to choose from.
template <class Plain>
void append_escaped_runs(std::string& out, std::string_view bytes, const Plain& plain, std::string_view mark,
                         std::string_view digits) {
  for (auto at = bytes.begin(); at != bytes.end();) {
    const auto until = std::find_if_not(at, bytes.end(), plain);
    out.append(at, until);
    at = until;
    if (at == bytes.end()) return;
    const auto u = static_cast<unsigned char>(*at++);
    out += mark;
    out += digits[u >> 4];
    out += digits[u & 15];
  }
}

}  // namespace kin
