#include "node/protocols/causal/messages.hpp"

#include "common/wire/numbered.hpp"

namespace kin::causal {
namespace {

std::size_t bytes_of(const std::string& key, const Siblings& siblings, const DotSet& context, const DotSet& dots) {
  constexpr std::size_t of_an_entry = 32, of_a_value = 64, of_a_run = 16;  // besides its texts
  std::size_t out = of_an_entry + key.size() + of_a_run * (context.runs() + dots.runs());
  for (const auto& [dot, sibling] : siblings) out += of_a_value + sibling.value.size();
  return out;
}

}  // namespace

std::size_t EntryState::about_bytes() const { return bytes_of(key, siblings, context, dots); }
std::size_t PushOfKept::Entry::about_bytes() const { return bytes_of(*key, *siblings, context, dots); }

std::string encode(const Message& message) {
  return std::visit([](const auto& m) { return wire::encode_numbered(m); }, message);
}

std::string encode(const PushOfKept& message) { return wire::encode_numbered(message); }

tl::expected<Message, wire::Malformed> decode(std::string_view bytes) {
  auto outer = wire::decode<wire::Numbered>(bytes);
  if (!outer) return tl::unexpected(outer.error());
  return wire::decode_numbered(*outer, "causal", std::type_identity<Message>{});
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
