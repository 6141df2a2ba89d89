// How far something is that takes long, for a terminal that shows it again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace kin::text {

struct Progress {
  double part = 0;           // of the whole; more than 1 is all of it
  std::string done;          // in words: "4 of 10 s"
  double rate = 0;           // a second, so far; 0: not known
  std::uint64_t failed = 0;  // told where there are any
};

// A line of at most `columns` characters, without a newline, with a bar where there is room for one:
// [####      ]  42%  1680000 of 4000000 numbers, 512000/s, 3 failed
std::string progress_line(const Progress& progress, std::size_t columns);

}  // namespace kin::text
