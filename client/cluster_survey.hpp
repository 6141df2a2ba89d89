// What all nodes said about themselves at one moment, and what follows from it. Only survey() asks anybody.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/endpoint.hpp"
#include "common/wire/replies.hpp"

namespace kin {

struct SurveyedNode {
  Endpoint endpoint;
  std::optional<wire::StatusReply> status;
  std::string why_silent;  // where there is no status

  std::string name() const;  // the id of the cluster file, else what the node calls itself, else the endpoint
};

struct ClusterSurvey {
  std::vector<SurveyedNode> nodes;
  bool pinned = false;  // these nodes and no others were meant
};

// Asks all of client.endpoints() for their status; the nodes stand in their order.
ClusterSurvey survey(Client& client);

enum class NodeState { online, offline, isolated, unreachable, removed };
const char* to_string(NodeState state);

// `removed` where some node that answers says so.
NodeState state_of(const ClusterSurvey& survey, const SurveyedNode& node);

// How many updates `behind` lacks of those that `ahead` has. None when both hold the same. Else as last heard: the
// larger of what the two say, since both know the other by its last report only. nullopt: neither answers, or none has
// heard of the other.
std::optional<std::uint64_t> missing(const ClusterSurvey& survey, const SurveyedNode& behind,
                                     const SurveyedNode& ahead);
// The largest of these over all other nodes.
std::optional<std::uint64_t> missing(const ClusterSurvey& survey, const SurveyedNode& behind);

// In words, what faults the node is under: those of the runtime, and tokens about which it is silent.
std::vector<std::string> faults_of(const wire::StatusReply& status);

std::uint64_t keys_of(const wire::StatusReply& status);  // of all buckets, without what users do not call keys

// Who keeps others from forgetting: member to the nodes that wait for it.
std::map<NodeId, std::vector<std::string>> blockers(const ClusterSurvey& survey);

// Members that an answer names and that no endpoint of the survey is; those that were removed do not count. Empty as
// long as a silent endpoint may be one of them.
std::set<NodeId> members_not_asked(const ClusterSurvey& survey);

// Empty: all that were not removed answer, and the digests of each tier are equal. Else one sentence for each reason.
std::vector<std::string> why_not_converged(const ClusterSurvey& survey);

}  // namespace kin
