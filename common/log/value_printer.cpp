#include <sodium.h>

#include <array>

#include "common/assert.hpp"
#include "common/log/causal_trace.hpp"
#include "common/log/escaped_runs.hpp"

namespace kin {
namespace {

constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t u = 0x21; u < 0x7f; ++u) plain[u] = true;
  for (const char c : {'%', '"', '{', '}', '\\'}) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}();

// Each key of each call is looked through for the log, so one byte costs one look.
struct Plain {
  bool operator()(char c) const { return plain_bytes[static_cast<unsigned char>(c)]; }
};

}  // namespace

std::string trace_escape(std::string_view bytes) {
  std::string out;
  {
    LineWriter writer(out);
    put_escaped(writer, bytes);
  }
  return out;
}

void put_escaped(LineWriter& out, std::string_view bytes) {
  put_escaped_runs(out, bytes, Plain{}, "%", "0123456789ABCDEF");
}

ValuePrinter::ValuePrinter(ValueDisplay display, std::string key) : display_(display), key_(std::move(key)) {
  KIN_REQUIRE(sodium_init() >= 0, "libsodium found no random bytes");
  const bool own = key_.empty();
  const std::string given = std::exchange(key_, std::string(crypto_shorthash_KEYBYTES, '\0'));
  auto* key_bytes = reinterpret_cast<unsigned char*>(key_.data());
  if (own) {
    randombytes_buf(key_bytes, key_.size());
  } else {
    // Of any length, while the hash wants a certain one.
    crypto_generichash(key_bytes, key_.size(), reinterpret_cast<const unsigned char*>(given.data()), given.size(),
                       nullptr, 0);
  }
}

std::string ValuePrinter::print(std::string_view value) const {
  if (display_ == ValueDisplay::full) return std::string(value);
  std::string length = "len:" + std::to_string(value.size());
  if (display_ == ValueDisplay::none) return length;
  unsigned char digest[crypto_shorthash_BYTES];
  crypto_shorthash(digest, reinterpret_cast<const unsigned char*>(value.data()), value.size(),
                   reinterpret_cast<const unsigned char*>(key_.data()));
  // A hash is no secret, so the library's own way, which takes the same time for all bytes, is not needed.
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, sizeof digest * 2> hex{};
  for (std::size_t i = 0; i < sizeof digest; ++i) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  return length.append(",hash:").append(hex.data(), hex.size());
}

}  // namespace kin
