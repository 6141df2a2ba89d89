// Appends the parts of a line to a text, which ends where the last part ends once the writer is gone (text_end.hpp).
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "common/text_end.hpp"

namespace kin {

class LineWriter {
 public:
  // `out` must outlive the writer.
  explicit LineWriter(std::string& out) : end_(out) {}

  // Of a literal nothing is left but the bytes, where this is inlined; it is used too often to be so by itself.
  [[gnu::always_inline]] LineWriter& put(std::string_view text) {
    end_.append(text);
    return *this;
  }
  LineWriter& put(std::uint64_t number) {
    constexpr std::size_t most_digits = std::numeric_limits<std::uint64_t>::digits10 + 1;
    char* to = end_.room(most_digits);
    end_.written_to(std::to_chars(to, to + most_digits, number).ptr);
    return *this;
  }

 private:
  TextEnd end_;
};

}  // namespace kin
