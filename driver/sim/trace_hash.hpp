// One number for all that happened in a run: two runs of one seed must have the same.
//
// Mixing as in splitmix64; eight bytes at a time, least significant first on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace kin::sim {

class TraceHash {
 public:
  void add(std::uint64_t word) {
    std::uint64_t z = (state_ += word + 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    state_ = z ^ (z >> 31);
  }

  void add(std::string_view bytes) {
    add(bytes.size());
    std::uint64_t word = 0;
    unsigned shift = 0;
    for (const unsigned char byte : bytes) {
      word |= std::uint64_t{byte} << shift;
      shift += 8;
      if (shift == 64) {
        add(word);
        word = 0;
        shift = 0;
      }
    }
    if (shift > 0) add(word);
  }

  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace kin::sim
