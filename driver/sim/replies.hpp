// What nodes answer, as the clients of a simulation read it. They believe their nodes: what cannot be read is a bug.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/assert.hpp"
#include "common/wire/codec.hpp"
#include "common/wire/replies.hpp"
#include "driver/sim/sim_cluster.hpp"

namespace kin::sim {

template <class Body>
Body decoded(const std::string& bytes) {
  auto body = wire::decode<Body>(bytes);
  KIN_REQUIRE(body, "a reply that cannot be read: " + body.error().what);
  return std::move(*body);
}

template <class Body>
Body decoded(const Reply& reply) {
  return decoded<Body>(reply.body);
}

inline std::vector<std::string> values_of(const std::vector<wire::ShownSibling>& siblings) {
  std::vector<std::string> out;
  out.reserve(siblings.size());
  for (const wire::ShownSibling& sibling : siblings) out.push_back(sibling.value);
  return out;
}

}  // namespace kin::sim
