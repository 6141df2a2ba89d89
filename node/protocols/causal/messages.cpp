#include "node/protocols/causal/messages.hpp"

namespace kin::causal {
namespace {

// [number, body], with the body as its own bytes so that the number can be read before the type is known.
struct Outer {
  std::uint8_t number = 0;
  std::string_view body;

  template <class V>
  void fields(V& v) {
    v(number, body);
  }
};

template <class M>
tl::expected<Message, wire::Malformed> decode_body(std::string_view body) {
  return wire::decode<M>(body).map([](M&& message) { return Message(std::move(message)); });
}

}  // namespace

std::string encode(const Message& message) {
  return std::visit(
      [](const auto& m) {
        const std::string body = wire::encode(m);
        return wire::encode(Outer{std::decay_t<decltype(m)>::number, body});
      },
      message);
}

tl::expected<Message, wire::Malformed> decode(std::string_view bytes) {
  auto outer = wire::decode<Outer>(bytes);
  if (!outer) return tl::unexpected(outer.error());
  switch (outer->number) {
    case Push::number: return decode_body<Push>(outer->body);
    case Ack::number: return decode_body<Ack>(outer->body);
    case Gossip::number: return decode_body<Gossip>(outer->body);
    case Entries::number: return decode_body<Entries>(outer->body);
    case OfferCopy::number: return decode_body<OfferCopy>(outer->body);
    case Copy::number: return decode_body<Copy>(outer->body);
    case Page::number: return decode_body<Page>(outer->body);
    case Fetch::number: return decode_body<Fetch>(outer->body);
    case Fetched::number: return decode_body<Fetched>(outer->body);
    case Refused::number: return decode_body<Refused>(outer->body);
    default: return tl::unexpected(wire::Malformed{"unknown causal message " + std::to_string(outer->number)});
  }
}

const char* name(const Message& message) {
  struct Name {
    const char* operator()(const Push&) const { return "push"; }
    const char* operator()(const Ack&) const { return "ack"; }
    const char* operator()(const Gossip&) const { return "gossip"; }
    const char* operator()(const Entries&) const { return "entries"; }
    const char* operator()(const OfferCopy&) const { return "offer-copy"; }
    const char* operator()(const Copy&) const { return "copy"; }
    const char* operator()(const Page&) const { return "page"; }
    const char* operator()(const Fetch&) const { return "fetch"; }
    const char* operator()(const Fetched&) const { return "fetched"; }
    const char* operator()(const Refused&) const { return "refused"; }
  };
  return std::visit(Name{}, message);
}

}  // namespace kin::causal
