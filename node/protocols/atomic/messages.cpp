#include "node/protocols/atomic/messages.hpp"

namespace kin::atomic {

tl::expected<std::vector<Message>, wire::Malformed> decode(std::string_view body) {
  std::vector<Message> out;
  std::size_t offset = 0;
  do {
    auto outer = wire::decode_at<wire::Numbered>(body, offset);
    if (!outer) return tl::unexpected(outer.error());
    auto message = wire::decode_numbered(*outer, "atomic", std::type_identity<Message>{});
    if (!message) return tl::unexpected(message.error());
    out.push_back(std::move(*message));
  } while (offset < body.size());
  return out;
}

}  // namespace kin::atomic
