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

// Why the envelope at message[offset] is not one of this version; `read` has tried to read it as one.
BadItem what_is_wrong(std::string_view message, std::size_t offset, const Unpacker& read) {
  AnyVersion any;
  Unpacker unpacker(message, offset);
  unpacker.get(any);
  if (!unpacker.ok()) return {std::string("envelope: ") + unpacker.error()};
  if (any.version == 0) return {"envelope: version 0"};
  if (any.version == protocol_version) return {std::string("envelope: ") + read.error()};
  return {"protocol version " + std::to_string(any.version) + ", newer than " + std::to_string(protocol_version), true,
          any.request_id};
}

}  // namespace

AlikeEnvelopes::AlikeEnvelopes(EnvelopeView all) {
  const auto pack = [this](auto& version, auto& cluster, Kind&, std::uint64_t&, auto&... rest) {
    Packer before(before_);
    before.array(4 + sizeof...(rest));
    before.put(version);
    before.put(cluster);
    append_packed(behind_, rest...);
  };
  all.fields(pack);
}

void AlikeEnvelopes::append_item(std::string& message, Kind kind, std::uint64_t request_id,
                                 std::string_view body) const {
  message += before_;
  append_packed(message, kind, request_id);
  message.append(behind_).append(body);
}

tl::expected<Item, BadItem> next_item(std::string_view message, std::size_t& offset) {
  tl::expected<Item, BadItem> item;
  Unpacker whole(message, offset);
  whole.get(item->envelope);
  if (!whole.ok() || item->envelope.version != protocol_version) {
    return tl::unexpected(what_is_wrong(message, offset, whole));
  }
  const std::size_t body = whole.offset();
  if (body == message.size()) return tl::unexpected(BadItem{"no body behind the envelope"});
  std::size_t end = body;
  if (auto skipped = skip(message, end); !skipped) return tl::unexpected(BadItem{"body: " + skipped.error().what});
  offset = end;
  item->body = message.substr(body, end - body);
  return item;
}

}  // namespace kin::wire
