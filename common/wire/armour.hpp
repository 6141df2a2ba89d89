// Bytes as a word that people can paste: what contexts, sessions and watches are handed around as.
//
//   word = mark base64url(payload check)     the mark says what it is and in which version: `k1.`
//   check = first 4 bytes of SipHash-2-4(payload), keyed with zeros: finds slips of the hand, no protection against
//   forgers
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/wire/codec.hpp"

namespace kin::wire {

// The first `length` bytes, at most 8, of SipHash-2-4 with a key of zeros.
std::string short_hash(std::string_view bytes, std::size_t length);

std::string print_armoured(std::string_view mark, std::string payload);

// The payload. Error: what is wrong with the text, as the end of a sentence: "it is cut off".
tl::expected<std::string, std::string> parse_armoured(std::string_view mark, std::string_view text);

// The struct that is the payload. Error: as above.
template <class T>
tl::expected<T, std::string> parse_armoured_as(std::string_view mark, std::string_view text) {
  return parse_armoured(mark, text).and_then([](const std::string& payload) {
    return decode<T>(payload).map_error([](const Malformed&) { return std::string("its content is not understood"); });
  });
}

}  // namespace kin::wire
