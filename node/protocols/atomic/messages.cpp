#include "node/protocols/atomic/messages.hpp"

namespace kin::atomic {
namespace {

template <class M>
tl::expected<Message, wire::Malformed> decode_body(std::string_view body) {
  return wire::decode<M>(body).map([](M&& message) { return Message(std::move(message)); });
}

tl::expected<Message, wire::Malformed> decode_one(const Numbered& outer) {
  switch (outer.number) {
    case Write::number: return decode_body<Write>(outer.body);
    case Impose::number: return decode_body<Impose>(outer.body);
    case Held::number: return decode_body<Held>(outer.body);
    case Query::number: return decode_body<Query>(outer.body);
    case Recover::number: return decode_body<Recover>(outer.body);
    case Known::number: return decode_body<Known>(outer.body);
    case Refused::number: return decode_body<Refused>(outer.body);
    default: return tl::unexpected(wire::Malformed{"unknown atomic message " + std::to_string(outer.number)});
  }
}

}  // namespace

tl::expected<std::vector<Message>, wire::Malformed> decode(std::string_view body) {
  std::vector<Message> out;
  std::size_t offset = 0;
  do {
    auto outer = wire::decode_at<Numbered>(body, offset);
    if (!outer) return tl::unexpected(outer.error());
    auto message = decode_one(*outer);
    if (!message) return tl::unexpected(message.error());
    out.push_back(std::move(*message));
  } while (offset < body.size());
  return out;
}

}  // namespace kin::atomic
