#include "client/render/json.hpp"

#include <algorithm>

#include "client/client.hpp"
#include "client/identity.hpp"
#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json_parts.hpp"
#include "client/render/wording.hpp"

namespace kin::json {
namespace {

Json siblings_of(const std::vector<wire::ShownSibling>& siblings, const std::vector<NodeId>& order) {
  Json array = Json::array();
  for (const wire::ShownSibling& sibling : siblings) array.push_back(sibling_of(sibling, order));
  return array;
}

Json counts(std::uint32_t got, std::uint32_t wanted) { return Json{{"got", got}, {"wanted", wanted}}; }

Json or_null(const std::optional<std::uint64_t>& number) { return number ? Json(*number) : Json(nullptr); }

Json numbers(const std::vector<std::pair<std::string, std::uint64_t>>& named) {
  Json object = Json::object();
  for (const auto& [name, number] : named) object[name] = number;
  return object;
}

Json peers_of(const wire::TierReport& tier) {
  Json array = Json::array();
  for (const wire::PeerReport& peer : tier.peers) {
    array.push_back({{"member", peer.member},
                     {"state", peer.state},
                     {"heard_ms_ago", peer.heard_ms_ago},
                     {"it_lacks", peer.it_lacks},
                     {"we_lack", peer.we_lack},
                     {"blocks_forgetting", peer.blocks_forgetting}});
  }
  return array;
}

}  // namespace

std::string read(const std::string& bucket, const std::string& key, const wire::ReadReply& reply) {
  const Status status = status_of(reply);
  Json object{{"status", name(status)}};
  if (status == Status::not_found) {
    object["applied"] = name(Applied::no);
    object["message"] = nothing_there(key);
  }
  object["bucket"] = bytes_to_json(bucket);
  object["key"] = bytes_to_json(key);
  object["node"] = reply.node;
  object["clock"] = positions(reply.clock, reply.order);
  add_unplaced(object, reply.clock, reply.order);
  object["context"] = reply.context;
  object["siblings"] = siblings_of(reply.siblings, reply.order);
  object["replies"] = counts(reply.got, reply.wanted);
  return line(object);
}

std::string write(const std::string& bucket, const std::string& key, const wire::WriteReply& reply,
                  const std::optional<std::string>& value) {
  const Status status = status_of(reply);
  Json object{{"status", name(status)}, {"applied", name(Applied::yes)}};
  if (status == Status::partial) object["message"] = partial_write(reply);
  object["bucket"] = bytes_to_json(bucket);
  object["key"] = bytes_to_json(key);
  object["node"] = reply.node;
  object["clock"] = positions(reply.clock, reply.order);
  add_unplaced(object, reply.clock, reply.order);
  object["dot"] = to_string(reply.dot);
  if (value) object["value"] = bytes_to_json(*value);
  object["context"] = reply.context;
  object["siblings"] = reply.siblings.size();
  object["conflict"] = reply.siblings.size() > 1;
  if (reply.siblings.size() > 1) object["values"] = siblings_of(reply.siblings, reply.order);
  Json replaced = Json::array();
  for (const wire::Replaced& old : reply.replaced) replaced.push_back(to_string(old.dot));
  object["replaced"] = std::move(replaced);
  object["acks"] = counts(reply.got, reply.wanted);
  if (!reply.warning.empty()) object["warning"] = reply.warning;
  return line(object);
}

std::string resolution(const std::string& bucket, const std::string& key, const std::string& value,
                       const wire::ReadReply& reply) {
  Json would_replace = Json::array();
  for (const wire::ShownSibling& sibling : reply.siblings) would_replace.push_back(to_string(sibling.dot));
  return line({{"status", name(Status::ok)},
               {"applied", name(Applied::no)},
               {"bucket", bytes_to_json(bucket)},
               {"key", bytes_to_json(key)},
               {"node", reply.node},
               {"value", bytes_to_json(value)},
               {"context", reply.context},
               {"would_replace", std::move(would_replace)}});
}

std::string conflicts(const std::vector<wire::ConflictRow>& rows) {
  Json array = Json::array();
  for (const wire::ConflictRow& row : rows) {
    Json writers = Json::array();
    for (const std::string& writer : row.writers) writers.push_back(bytes_to_json(writer));
    array.push_back({{"bucket", bytes_to_json(row.bucket)},
                     {"key", bytes_to_json(row.key)},
                     {"siblings", row.siblings},
                     {"since", utc_time(row.since_us)},
                     {"writers", std::move(writers)}});
  }
  return line({{"conflicts", std::move(array)}});
}

std::string keys(const std::string& bucket, const std::vector<std::string>& keys) {
  Json array = Json::array();
  for (const std::string& key : keys) array.push_back(bytes_to_json(key));
  return line({{"bucket", bytes_to_json(bucket)}, {"keys", std::move(array)}});
}

std::string failure(const Failure& failure) {
  Json object{{"status", name(failure.status)}, {"applied", name(failure.applied)}, {"message", failure.message}};
  object["node"] = failure.node.empty() ? Json(nullptr) : Json(failure.node);
  if (failure.wanted != 0) {
    object["got"] = failure.got;
    object["wanted"] = failure.wanted;
  }
  return line(object);
}

std::string relation(Relation relation) { return line({{"relation", to_string(relation)}}); }

std::string context(const wire::ContextToken& token) {
  Json clock = Json::object();
  for (const auto& [node, count] : token.clock.counts()) clock[node] = count;
  Json dots = Json::object();
  for (const auto& [actor, counters] : token.dots.actors()) {
    Json runs = Json::array();
    for (const CounterSet::Run& run : counters.runs()) runs.push_back({run.first, run.last});
    // Two lives of one node may carry one ordinal; then both sets of runs are listed under it.
    Json& held = dots[to_string(actor)];
    if (held.is_null()) held = Json::array();
    for (Json& run : runs) held.push_back(std::move(run));
  }
  Json floors = Json::object();
  for (const auto& [node, life] : token.dots.floors()) {
    floors[node] = life == removed_for_ever ? "removed" : to_string(Actor{node, life});
  }
  return line({{"bucket", bytes_to_json(token.bucket)},
               {"key_hash", to_hex(token.key_hash)},
               {"clock", std::move(clock)},
               {"dots", std::move(dots)},
               {"all_before", std::move(floors)}});
}

std::string trace_line(const TraceLine& trace) {
  Json clock = Json::object();
  for (const auto& [host, count] : trace.clock) clock[host] = count;
  return line({{"time", trace.time},
               {"host", trace.host},
               {"clock", std::move(clock)},
               {"event", trace.event},
               {"fields", bytes_to_json(trace.fields)}});
}

std::string timeline(const std::string& file, const TimelineCounts& counts) {
  return line({{"file", bytes_to_json(file)},
               {"nodes", counts.nodes},
               {"events", counts.events},
               {"messages", counts.messages},
               {"writes", counts.writes},
               {"conflicts", counts.conflicts},
               {"left_out", counts.left_out}});
}

std::string cluster_status(const ClusterSurvey& survey) {
  Json nodes = Json::array();
  std::string cluster;
  for (const SurveyedNode& node : survey.nodes) {
    Json object{
        {"node", node.name()}, {"endpoint", node.endpoint.text()}, {"state", to_string(state_of(survey, node))}};
    if (!node.status) {
      object["message"] = node.why_silent;
      nodes.push_back(std::move(object));
      continue;
    }
    const wire::StatusReply& status = *node.status;
    if (cluster.empty()) cluster = status.cluster;
    object["incarnation"] = to_string(Actor{status.node, status.incarnation});
    object["version"] = status.version;
    object["uptime_ms"] = status.uptime_ms;
    object["keys"] = keys_of(status);
    object["missing"] = or_null(missing(survey, node));
    object["faults"] = faults_of(status);
    object["faults_enabled"] = status.faults_enabled;
    Json tiers = Json::array();
    for (const wire::TierReport& tier : status.tiers) {
      tiers.push_back({{"tier", tier.tier},
                       {"keys", tier.keys},
                       {"digest", tier.digest},
                       {"held_back", tier.held_back},
                       {"peers", peers_of(tier)},
                       {"counters", numbers(tier.counters)}});
    }
    object["tiers"] = std::move(tiers);
    object["counters"] = numbers(status.counters);
    nodes.push_back(std::move(object));
  }
  return line({{"cluster", cluster}, {"nodes", std::move(nodes)}});
}

std::string cluster_lag(const ClusterSurvey& survey) {
  Json lag = Json::object();
  Json held = Json::object();
  for (const SurveyedNode& behind : survey.nodes) {
    Json row = Json::object();
    for (const SurveyedNode& ahead : survey.nodes) {
      if (&behind != &ahead) row[ahead.name()] = or_null(missing(survey, behind, ahead));
    }
    lag[behind.name()] = std::move(row);
    if (!behind.status) continue;
    std::uint64_t held_back = 0;
    for (const wire::TierReport& tier : behind.status->tiers) held_back += tier.held_back;
    held[behind.name()] = held_back;
  }
  Json blocking = Json::array();
  for (const auto& [member, nodes] : blockers(survey)) blocking.push_back({{"member", member}, {"at", nodes}});
  return line(
      {{"missing", std::move(lag)}, {"held_back", std::move(held)}, {"blocks_forgetting", std::move(blocking)}});
}

std::string cluster_converged(const ClusterSurvey& survey) {
  Json nodes = Json::array();
  for (const SurveyedNode& node : survey.nodes) {
    if (node.status) nodes.push_back(node.name());
  }
  return line({{"status", "OK"}, {"applied", "yes"}, {"converged", true}, {"nodes", std::move(nodes)}});
}

std::string done(const std::vector<std::string>& nodes, const std::vector<std::string>& silent,
                 const std::string& message) {
  return line({{"status", "OK"}, {"applied", "yes"}, {"message", message}, {"nodes", nodes}, {"unreachable", silent}});
}

}  // namespace kin::json
