// The body of Kind::peer: one tier's own message to the same tier of another member.
#pragma once

#include <cstdint>
#include <string_view>

namespace kin {

struct PeerBody {
  std::uint32_t tier = 0;  // ProtocolEntry::number
  std::string_view message;

  template <class V>
  void fields(V& v) {
    v(tier, message);
  }
};

}  // namespace kin
