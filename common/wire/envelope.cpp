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

// Moves over one object without looking into it.
struct Anything {
  template <class V>
  void fields(V& v) {
    v();
  }
};

}  // namespace

void append_item(std::string& message, const Envelope& envelope, std::string_view body) {
  Packer(message).put(envelope);
  message += body;
}

tl::expected<Item, BadItem> next_item(std::string_view message, std::size_t& offset) {
  const std::size_t start = offset;
  auto any = decode_at<AnyVersion>(message, offset);
  if (!any) return tl::unexpected(BadItem{"envelope: " + any.error().what});
  if (any->version == 0) return tl::unexpected(BadItem{"envelope: version 0"});
  if (any->version > protocol_version) {
    return tl::unexpected(BadItem{"protocol version " + std::to_string(any->version) + ", newer than " +
                                      std::to_string(protocol_version),
                                  true, any->request_id});
  }
  offset = start;
  auto envelope = decode_at<Envelope>(message, offset);
  if (!envelope) return tl::unexpected(BadItem{"envelope: " + envelope.error().what});
  const std::size_t body = offset;
  if (body == message.size()) return tl::unexpected(BadItem{"no body behind the envelope"});
  auto skipped = decode_at<Anything>(message, offset);
  if (!skipped) return tl::unexpected(BadItem{"body: " + skipped.error().what});
  return Item{std::move(*envelope), message.substr(body, offset - body)};
}

}  // namespace kin::wire
