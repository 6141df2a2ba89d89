// The first bytes of a msgpack object: what it is and how much of it follows. They are read here, and not by the
// library, whose parser builds a tree of all that it reads before anything can be taken from it.
//
// Encoding: the msgpack specification, section "Formats".
#pragma once

#include <cstdint>

namespace kin::wire {

struct ObjectHead {
  enum class Sort : std::uint8_t {
    nil,
    boolean,  // value: 0 or 1
    number,   // unsigned; value: the number
    bytes,    // bin or str; value: how many bytes follow
    array,    // value: how many objects follow
    map,      // value: how many pairs of objects follow
    other,    // what kin never sends, such as floats; value: how many bytes follow
    unused,   // 0xc1, which is nothing
    cut_off,  // the bytes end within the head
  };

  Sort sort = Sort::cut_off;
  std::uint32_t size = 0;  // of the head itself, in bytes
  std::uint64_t value = 0;
};

// Of heads that are not just one byte.
ObjectHead read_wide_head(const char* at, const char* end);

// Reads the head at `at`; bytes from `end` on are not looked at. Nearly all heads of a message are of the forms
// that are looked for here, so that whoever reads does not call a function for each.
inline ObjectHead read_head(const char* at, const char* end) {
  using Sort = ObjectHead::Sort;
  if (at == end) return {};
  const auto first = static_cast<unsigned char>(*at);
  if (first < 0x80) return {Sort::number, 1, first};
  if (first == 0xc4 && end - at > 1) return {Sort::bytes, 2, static_cast<unsigned char>(at[1])};
  if (first >= 0x90 && first < 0xa0) return {Sort::array, 1, first & 0x0fu};
  return read_wide_head(at, end);
}

}  // namespace kin::wire
