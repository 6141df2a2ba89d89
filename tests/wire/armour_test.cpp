// Armoured words: the same letters as libsodium's base64url, and no other spelling of the same bytes.
#include "common/wire/armour.hpp"

#include <rapidcheck.h>
#include <rapidcheck/catch.h>
#include <sodium.h>

#include <catch2/catch.hpp>

using namespace kin::wire;

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string letters_of(const std::string& bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    variant);
  out.pop_back();  // its end mark
  return out;
}

std::string armoured(const std::string& payload) { return letters_of(payload + short_hash(payload, 4)); }

// As libsodium reads it; it takes some bytes beyond ASCII for letters, which nobody should.
bool is_base64(const std::string& text) {
  std::string out(text.size() + 1, '\0');
  const auto foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  return std::none_of(text.begin(), text.end(), foreign) &&
         sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr,
                           nullptr, nullptr, variant) == 0;
}

}  // namespace

TEST_CASE("armoured words are what libsodium makes of the same bytes") {
  rc::prop("any payload", [](const std::string& payload) {
    const std::string word = print_armoured("k1.", payload);
    RC_ASSERT(word == "k1." + armoured(payload));
    const auto parsed = parse_armoured("k1.", word);
    RC_ASSERT(parsed.has_value() == !payload.empty());
    if (parsed) RC_ASSERT(*parsed == payload);
  });
}

TEST_CASE("a word with one letter changed, added or taken away is refused") {
  for (std::size_t bytes = 1; bytes <= 12; ++bytes) {
    const std::string word = armoured(std::string(bytes, '\xa5'));
    REQUIRE(parse_armoured("", word));
    for (std::size_t at = 0; at <= word.size(); ++at) {
      for (int letter = 0; letter < 256; ++letter) {
        std::string other = word;
        if (at < word.size()) {
          other[at] = static_cast<char>(letter);
        } else {
          other += static_cast<char>(letter);
        }
        if (other != word && parse_armoured("", other)) FAIL(word << " is also spelled " << other);
      }
    }
    for (std::size_t size = 0; size < word.size(); ++size) CHECK_FALSE(parse_armoured("", word.substr(0, size)));
  }
}

TEST_CASE("what libsodium refuses is told apart from a word that was changed on the way") {
  rc::prop("any letters", [] {
    const auto letters = rc::gen::oneOf(rc::gen::elementOf(std::string("ABCwxyz019-_")), rc::gen::arbitrary<char>());
    const auto text = *rc::gen::container<std::string>(letters);
    const auto parsed = parse_armoured("", text);
    RC_PRE(!parsed);
    const std::string why = is_base64(text) ? text.size() < 7 ? "it is cut off" : "it was changed on the way"
                                            : "it is cut off or has foreign characters";
    RC_ASSERT(parsed.error() == why);
  });
}
