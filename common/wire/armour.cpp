#include "common/wire/armour.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace kin::wire {
namespace {

constexpr std::size_t check_bytes = 4;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Sodium's own takes the same time for all bytes, as secrets need it, and so ten times as long: here nothing is secret.
void append_base64(std::string& text, std::string bytes) {
  const std::size_t size = text.size() + (bytes.size() * 4 + 2) / 3;
  bytes.resize((bytes.size() + 2) / 3 * 3);  // by zeros, whose letters go again
  const std::size_t begin = text.size();
  text.resize(begin + bytes.size() / 3 * 4);
  char* at = text.data() + begin;
  const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size(); i += 3, at += 4) {
    const std::uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    at[0] = letters[three >> 18];
    at[1] = letters[three >> 12 & 63];
    at[2] = letters[three >> 6 & 63];
    at[3] = letters[three & 63];
  }
  text.resize(size);
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
  bytes.reserve(payload.size() + check_bytes + 2);
  bytes += payload;
  bytes += short_hash(payload, check_bytes);
  std::string text;
  text.reserve(mark.size() + bytes.size() / 3 * 4 + 4);
  text += mark;
  append_base64(text, std::move(bytes));
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
