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

// Reads the head at `at`; bytes from `end` on are not looked at.
ObjectHead read_head(const char* at, const char* end);

}  // namespace kin::wire
