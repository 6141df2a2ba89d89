#include "common/wire/envelope.hpp"

namespace kin::wire {
namespace {

// What stays true of every later version's envelope.
struct AnyVersion {
  std::uint32_t version = 0;
  std::string_view cluster;
  std::uint64_t kind = 0;
  std::uint64_t request_id = 0;

  template <class V>
  void fields(V& v) {
    v(version, cluster, kind, request_id);
  }
};

}  // namespace

void append_item(std::string& message, const Envelope& envelope, std::string_view body) {
  Packer(message).put(envelope);
  message += body;
}

tl::expected<Item, BadItem> next_item(std::string_view message, std::size_t& offset) {
  std::size_t at = offset;
  Unpacker unpacker(message, at);
  AnyVersion any;
  unpacker.root(any);
  if (!unpacker.ok()) return tl::unexpected(BadItem{"envelope: " + unpacker.error()});
  if (any.version == 0) return tl::unexpected(BadItem{"envelope: version 0"});
  if (any.version > protocol_version) {
    return tl::unexpected(
        BadItem{"protocol version " + std::to_string(any.version) + ", newer than " + std::to_string(protocol_version),
                true, any.request_id});
  }
  Envelope envelope;
  unpacker.root(envelope);
  if (!unpacker.ok()) return tl::unexpected(BadItem{"envelope: " + unpacker.error()});
  const std::size_t body = at;
  if (body == message.size()) return tl::unexpected(BadItem{"no body behind the envelope"});
  if (auto skipped = skip(message, at); !skipped) return tl::unexpected(BadItem{"body: " + skipped.error().what});
  offset = at;
  return Item{std::move(envelope), message.substr(body, at - body)};
}

}  // namespace kin::wire
