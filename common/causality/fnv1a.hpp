// FNV-1a, 64 bits: a tag that is the same in every process and on every disk. Not against anybody who looks for two
// inputs with one tag.
#pragma once

#include <cstdint>
#include <string_view>

namespace kin {

constexpr std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace kin
