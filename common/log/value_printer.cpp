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
bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

}  // namespace

std::string trace_escape(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  append_escaped(out, bytes);
  return out;
}

void append_escaped(std::string& out, std::string_view bytes) {
  append_escaped_runs(out, bytes, is_plain, "%", "0123456789ABCDEF");
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
  std::string length = "len:" + std::to_string(value.size());
  if (display_ == ValueDisplay::none) return length;
  if (display_ == ValueDisplay::full) return std::string(value);
  unsigned char digest[crypto_shorthash_BYTES];
  crypto_shorthash(digest, reinterpret_cast<const unsigned char*>(value.data()), value.size(),
                   reinterpret_cast<const unsigned char*>(key_.data()));
  char text[sizeof digest * 2 + 1];
  sodium_bin2hex(text, sizeof text, digest, sizeof digest);
  return length.append(",hash:").append(text);
}

}  // namespace kin
