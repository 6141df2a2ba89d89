#include "client/render/wording.hpp"

#include "client/render/bytes.hpp"

namespace kin {

Status status_of(const wire::ReadReply& reply) {
  if (reply.siblings.empty()) return Status::not_found;
  return reply.siblings.size() == 1 ? Status::ok : Status::conflict;
}

std::string nothing_there(const std::string& key) { return "nothing is stored under " + shortened(key, 60); }

std::string partial_write(const wire::WriteReply& reply) {
  return std::to_string(reply.got) + " of " + std::to_string(reply.wanted) +
         " members have it on disk so far; it stays and spreads";
}

}  // namespace kin
