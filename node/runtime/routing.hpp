// Which tier a client's request is for: that of its bucket, or the one that owns requests of its kind.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "node/runtime/replica_host.hpp"

namespace kin {

struct Route {
  TierIndex tier = 0;
  // To show; views into the request. Of kinds that a tier owns the bucket is empty, and the key is what the request
  // names first, such as a token; empty too where that is no name.
  std::string_view bucket, key;
};

struct Misrouted {
  Failure failure;         // for the client; nothing was done
  bool malformed = false;  // the body could not be read
};

// Errors: UNSUPPORTED for a kind that nobody serves, USAGE for a body whose first two fields are no bucket and key and
// for a bucket that does not exist (the message names those that do).
tl::expected<Route, Misrouted> route(const ReplicaHost& host, wire::Kind kind, std::string_view body);

// As the log spells a request: `add_update`, or `kind 77` for one that has no name here.
std::string name_of(wire::Kind kind);

}  // namespace kin
