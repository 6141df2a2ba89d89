#include "common/wire/armour.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace kin::wire {
namespace {

constexpr std::size_t check_bytes = 4;
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_letter = 0xff;
constexpr std::uint32_t beyond_six_bits = 0xc0;  // where no value of a letter has a bit, and no_letter has

// The letters of twelve bits.
constexpr std::array<std::array<char, 2>, 4096> pairs_of_letters() {
  std::array<std::array<char, 2>, 4096> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = {letters[i >> 6], letters[i & 63]};
  return out;
}

// Sodium's own takes the same time for all bytes, as secrets need it, and so twenty times as long: here nothing is
// secret. Base64url without padding (RFC 4648, section 5), of which each text has one spelling.
void append_base64(std::string& text, std::string bytes) {
  static constexpr std::array<std::array<char, 2>, 4096> pairs = pairs_of_letters();
  const std::size_t size = text.size() + (bytes.size() * 4 + 2) / 3;
  bytes.resize((bytes.size() + 2) / 3 * 3);  // by zeros, whose letters go again
  const std::size_t begin = text.size();
  text.resize(begin + bytes.size() / 3 * 4);
  char* at = text.data() + begin;
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  for (const auto* end = from + bytes.size(); from != end; from += 3, at += 4) {
    const std::uint32_t three = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    std::memcpy(at, pairs[three >> 12].data(), 2);
    std::memcpy(at + 2, pairs[three & 0xfff].data(), 2);
  }
  text.resize(size);
}

// By letter: what it stands for.
constexpr std::array<std::uint8_t, 256> values_of_letters() {
  std::array<std::uint8_t, 256> out{};
  out.fill(no_letter);
  for (std::size_t i = 0; i < letters.size(); ++i) out[static_cast<unsigned char>(letters[i])] = std::uint8_t(i);
  return out;
}

// nullopt where a letter is foreign, or what is left of the last one is not zero.
std::optional<std::string> base64_bytes(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> values = values_of_letters();
  std::string out(text.size() * 3 / 4, '\0');
  std::size_t size = 0;
  const auto value_at = [&](std::size_t i) -> std::uint32_t { return values[static_cast<unsigned char>(text[i])]; };
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {  // four letters are three bytes
    const std::uint32_t a = value_at(at), b = value_at(at + 1), c = value_at(at + 2), d = value_at(at + 3);
    if (((a | b | c | d) & beyond_six_bits) != 0) return std::nullopt;
    const std::uint32_t three = a << 18 | b << 12 | c << 6 | d;
    out[size++] = static_cast<char>(three >> 16);
    out[size++] = static_cast<char>(three >> 8);
    out[size++] = static_cast<char>(three);
  }
  std::uint32_t bits = 0;
  int held = 0;  // bits that are in no byte so far: the lowest ones
  for (; at < text.size(); ++at) {
    const std::uint32_t value = value_at(at);
    if (value == no_letter) return std::nullopt;
    bits = bits << 6 | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[size++] = static_cast<char>(bits >> held);
  }
  if (held == 6 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return out;
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

std::string print_armoured(std::string_view mark, std::string payload) {
  payload += short_hash(payload, check_bytes);
  std::string text;
  text.reserve(mark.size() + payload.size() / 3 * 4 + 4);
  text += mark;
  append_base64(text, std::move(payload));
  return text;
}

tl::expected<std::string, std::string> parse_armoured(std::string_view mark, std::string_view text) {
  if (!text.starts_with(mark)) return tl::unexpected("it does not start with '" + std::string(mark) + '\'');
  text.remove_prefix(mark.size());
  std::optional<std::string> bytes = base64_bytes(text);
  if (!bytes) return tl::unexpected(std::string("it is cut off or has foreign characters"));
  if (bytes->size() <= check_bytes) return tl::unexpected(std::string("it is cut off"));
  const std::string check = bytes->substr(bytes->size() - check_bytes);
  bytes->resize(bytes->size() - check_bytes);
  if (short_hash(*bytes, check_bytes) != check) return tl::unexpected(std::string("it was changed on the way"));
  return std::move(*bytes);
}

}  // namespace kin::wire
