#include "common/wire/armour.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdint>

namespace kin::wire {
namespace {

constexpr std::size_t check_bytes = 4;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Sodium's own takes the same time for all bytes, as secrets need it, and so ten times as long: here nothing is secret.
char* write_base64(char* at, std::string_view bytes) {
  std::uint32_t bits = 0;
  int left = 0;  // bits that are not written yet; those above them are
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (left += 8; left >= 6; *at++ = letters[bits >> left & 63]) left -= 6;
  }
  if (left > 0) *at++ = letters[bits << (6 - left) & 63];
  return at;
}

}  // namespace

// Every read and write makes two of them. They are there to find mistakes, not forgers: the key is no secret.
std::string short_hash(std::string_view bytes, std::size_t length) {
  static constexpr unsigned char known_key[crypto_shorthash_KEYBYTES] = {};
  std::string digest(crypto_shorthash_BYTES, '\0');
  crypto_shorthash(reinterpret_cast<unsigned char*>(digest.data()),
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), known_key);
  digest.resize(length);
  return digest;
}

std::string print_armoured(std::string_view mark, std::string_view payload) {
  std::string bytes;
  bytes.reserve(payload.size() + check_bytes);
  bytes += payload;
  bytes += short_hash(payload, check_bytes);
  std::string text(mark.size() + (bytes.size() * 4 + 2) / 3, '\0');
  write_base64(text.data() + mark.copy(text.data(), mark.size()), bytes);
  return text;
}

tl::expected<std::string, std::string> parse_armoured(std::string_view mark, std::string_view text) {
  if (!text.starts_with(mark)) return tl::unexpected("it does not start with " + std::string(mark));
  text.remove_prefix(mark.size());
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  // sodium takes some bytes beyond ASCII for letters.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii || sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                  text.size(), nullptr, &size, nullptr, variant) != 0) {
    return tl::unexpected(std::string("it is cut off or has foreign characters"));
  }
  bytes.resize(size);
  if (size <= check_bytes) return tl::unexpected(std::string("it is cut off"));
  std::string payload = bytes.substr(0, size - check_bytes);
  if (short_hash(payload, check_bytes) != bytes.substr(size - check_bytes)) {
    return tl::unexpected(std::string("it was changed on the way"));
  }
  return payload;
}

}  // namespace kin::wire
