#include "node/protocols/atomic/token_scan.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/assert.hpp"

namespace kin::atomic {
namespace {

constexpr std::uint64_t numbers_between_reports = 4096;

std::uint64_t hash_of(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | digest[i];
  return out;
}

}  // namespace

std::uint64_t token_hash(std::string_view name, std::uint64_t x) {
  return hash_of(std::string(name) + ' ' + std::to_string(x));
}

std::optional<wire::TokenValue> scan(std::string_view name, std::uint64_t low, std::uint64_t mid, std::uint64_t high,
                                     JobWatch& watch) {
  KIN_REQUIRE(low <= mid && mid < high, std::to_string(low) + " " + std::to_string(mid) + " " + std::to_string(high));
  wire::TokenValue out{std::string(name), low, mid, high, std::nullopt, {}};
  std::optional<wire::TokenMinimum> least;
  for (std::uint64_t x = low; x < high; ++x) {
    if (x == mid) out.partial = least;
    if ((x - low) % numbers_between_reports == 0) {
      if (watch.cancelled()) return std::nullopt;
      watch.progress(x - low, high - low);
    }
    const std::uint64_t hash = token_hash(name, x);
    if (!least || hash < least->hash) least = wire::TokenMinimum{x, hash};
  }
  out.final = *least;
  return out;
}

}  // namespace kin::atomic
