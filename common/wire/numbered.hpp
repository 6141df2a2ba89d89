// Messages of a tier that are told apart by a number:
//
//   message = [number, body]    the numbers are each struct's `number` and never reused; body = the struct, as bytes
//
// The body is its own bytes, so that the number can be read before the type is known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/wire/codec.hpp"

namespace kin::wire {

struct Numbered {
  std::uint8_t number = 0;
  std::string_view body;

  template <class V>
  void fields(V& v) {
    v(number, body);
  }
};

template <class M>
std::string encode_numbered(const M& message) {
  const std::string body = wire::encode(message);  // qualified: tiers have an encode of their own
  return wire::encode(Numbered{M::number, body});
}

// The one of the variant's structs that has this number. Error: none has it, or the body cannot be read; `tier` names
// the messages.
template <class... M>
tl::expected<std::variant<M...>, Malformed> decode_numbered(const Numbered& message, const char* tier,
                                                            std::type_identity<std::variant<M...>>) {
  tl::expected<std::variant<M...>, Malformed> out =
      tl::unexpected(Malformed{std::string("unknown ") + tier + " message " + std::to_string(message.number)});
  const auto take = [&]<class One>(std::type_identity<One>) {
    if (message.number != One::number) return false;
    out = wire::decode<One>(message.body).map([](One&& one) { return std::variant<M...>(std::move(one)); });
    return true;
  };
  (take(std::type_identity<M>{}) || ...);
  return out;
}

}  // namespace kin::wire
