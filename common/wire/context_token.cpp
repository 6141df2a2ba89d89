#include "common/wire/context_token.hpp"

#include <sodium.h>

#include "common/wire/codec.hpp"

namespace kin::wire {
namespace {

constexpr std::string_view version_mark = "k1.";
constexpr std::size_t check_bytes = 4;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Every read and write makes two of them. They are there to find mistakes, not forgers: the key is no secret.
std::string hash(std::string_view bytes, std::size_t length) {
  static constexpr unsigned char known_key[crypto_shorthash_KEYBYTES] = {};
  std::string digest(crypto_shorthash_BYTES, '\0');
  crypto_shorthash(reinterpret_cast<unsigned char*>(digest.data()),
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), known_key);
  digest.resize(length);
  return digest;
}

}  // namespace

std::string key_hash(std::string_view bucket, std::string_view key) {
  std::string both(bucket);
  both += '\0';
  both += key;
  return hash(both, 8);
}

std::string print_context(const ContextToken& token) {
  std::string bytes = encode(token);
  bytes += hash(bytes, check_bytes);
  std::string text(version_mark.size() + sodium_base64_encoded_len(bytes.size(), variant), '\0');
  version_mark.copy(text.data(), version_mark.size());
  sodium_bin2base64(text.data() + version_mark.size(), text.size() - version_mark.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
  text.pop_back();  // the terminating zero that sodium counts
  return text;
}

tl::expected<ContextToken, std::string> parse_context(std::string_view text) {
  const auto refuse = [](const char* why) {
    return tl::unexpected(std::string("this is not a context: ") + why +
                          ". Take it whole from the \"context\" of a read or a write");
  };
  if (!text.starts_with(version_mark)) return refuse("it does not start with k1.");
  text.remove_prefix(version_mark.size());
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, variant) != 0) {
    return refuse("it is cut off or has foreign characters");
  }
  bytes.resize(size);
  if (size <= check_bytes) return refuse("it is cut off");
  const std::string payload = bytes.substr(0, size - check_bytes);
  if (hash(payload, check_bytes) != bytes.substr(size - check_bytes)) return refuse("it was changed on the way");
  auto token = decode<ContextToken>(payload);
  if (!token) return refuse("its content is not understood");
  return *token;
}

}  // namespace kin::wire
