#include "node/runtime/routing.hpp"

#include "common/listed.hpp"
#include "common/log/causal_trace.hpp"
#include "common/wire/codec.hpp"

namespace kin {
namespace {

// What the requests about a bucket have in common. The second field is a key, or what a page of keys begins with.
struct Address {
  std::string_view bucket, key;

  template <class V>
  void fields(V& v) {
    v(bucket, key);
  }
};

// What requests that a tier owns are about, if anything.
struct Subject {
  std::string_view name;

  template <class V>
  void fields(V& v) {
    v(name);
  }
};

std::string_view subject_of(std::string_view body) {
  const auto subject = wire::decode<Subject>(body);
  return subject ? subject->name : std::string_view();
}

bool is_about_a_bucket(wire::Kind kind) {
  switch (kind) {
    case wire::Kind::read:
    case wire::Kind::add_update:
    case wire::Kind::remove:
    case wire::Kind::keys:
    case wire::Kind::conflicts:
    case wire::Kind::explain:
    case wire::Kind::in_session:
    case wire::Kind::watch:
    case wire::Kind::watch_conflicts:
    case wire::Kind::traces_of: return true;
    default: return false;
  }
}

tl::unexpected<Misrouted> refuse(const ReplicaHost& host, Status status, std::string message, bool malformed = false) {
  return tl::unexpected(Misrouted{{status, Applied::no, std::move(message), host.self().node, 0, 0}, malformed});
}

std::string buckets_of(const ClusterConfig& cluster) {
  return listed(cluster.buckets, ", ", [](const BucketConfig& bucket) { return bucket.name; });
}

}  // namespace

tl::expected<Route, Misrouted> route(const ReplicaHost& host, wire::Kind kind, std::string_view body) {
  if (const auto owner = host.owner_of(kind)) return Route{*owner, {}, subject_of(body)};
  if (!is_about_a_bucket(kind)) {
    return refuse(host, Status::unsupported, "this node serves no requests of " + name_of(kind));
  }
  auto address = wire::decode<Address>(body);
  if (!address) return refuse(host, Status::usage, "malformed " + name_of(kind) + ": " + address.error().what, true);
  // Who asks for conflicts may mean all buckets: the first tier serves it.
  const bool about_conflicts = kind == wire::Kind::conflicts || kind == wire::Kind::watch_conflicts;
  if (address->bucket.empty() && about_conflicts) return Route{0, {}, {}};
  const BucketConfig* bucket = host.cluster().bucket(address->bucket);
  if (bucket == nullptr) {
    return refuse(host, Status::usage,
                  "no bucket " + trace_escape(address->bucket.substr(0, wire::max_name_bytes)) +
                      ", there are: " + buckets_of(host.cluster()));
  }
  return Route{*host.tier_named(bucket->tier), address->bucket, address->key};
}

std::string name_of(wire::Kind kind) {
  switch (kind) {
    case wire::Kind::read: return "read";
    case wire::Kind::add_update: return "add_update";
    case wire::Kind::remove: return "delete";
    case wire::Kind::keys: return "keys";
    case wire::Kind::conflicts: return "conflicts";
    case wire::Kind::explain: return "explain";
    case wire::Kind::token_create: return "token_create";
    case wire::Kind::token_write: return "token_write";
    case wire::Kind::token_read: return "token_read";
    case wire::Kind::token_drop: return "token_drop";
    case wire::Kind::token_list: return "token_list";
    case wire::Kind::token_show: return "token_show";
    case wire::Kind::token_silence: return "token_silence";
    case wire::Kind::in_session: return "in_session";
    case wire::Kind::watch: return "watch";
    case wire::Kind::watch_conflicts: return "watch_conflicts";
    case wire::Kind::traces_of: return "traces_of";
    case wire::Kind::status: return "status";
    case wire::Kind::fault: return "fault";
    case wire::Kind::remove_member: return "remove_member";
    default: return "kind " + std::to_string(static_cast<unsigned>(kind));
  }
}

}  // namespace kin
