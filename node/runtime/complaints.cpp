#include "node/runtime/complaints.hpp"

#include "common/wire/codec.hpp"

namespace kin {

void Complaints::about(std::string_view sender, std::string_view sort, std::string_view what) {
  if (known_.size() >= most_remembered) return;
  if (!known_.emplace(sender.substr(0, wire::max_name_bytes), sort).second) return;
  std::string line = "message from ";
  line.append(sender.substr(0, wire::max_name_bytes)).append(": ").append(sort).append(": ").append(what);
  line += known_.size() < most_remembered ? " (more of this sort from there are only counted)"
                                          : " (complaints about messages are only counted from now on)";
  log_.warn(line);
}

std::string name_of_connection(const RouterIdentity& identity) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string name = "connection ";
  for (const char c : identity.substr(0, 32)) {
    const auto byte = static_cast<unsigned char>(c);
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name;
}

}  // namespace kin
