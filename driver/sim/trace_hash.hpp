// One number for all that happened in a run: two runs of one seed must have the same.
//
// Mixing as in splitmix64; eight bytes at a time, least significant first on every machine.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) add(word(bytes.substr(0, 8)));
    if (!bytes.empty()) add(word(bytes));
  }

  std::uint64_t value() const { return state_; }

 private:
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t out = 0;
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&out, bytes.data(), bytes.size());
    } else {
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        out |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
      }
    }
    return out;
  }

  std::uint64_t state_ = 0;
};

}  // namespace kin::sim
