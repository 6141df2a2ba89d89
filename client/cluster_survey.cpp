#include "client/cluster_survey.hpp"

#include <algorithm>
#include <set>

#include "common/listed.hpp"

namespace kin {
namespace {

bool has_fault(const wire::StatusReply& status, std::string_view word) {
  return std::any_of(status.faults.begin(), status.faults.end(),
                     [&](const std::string& fault) { return fault.starts_with(word); });
}

void take_larger(std::optional<std::uint64_t>& value, std::uint64_t other) {
  value = std::max(value.value_or(0), other);
}

// Calls visit(report) for what each tier of the node says about the member.
template <class Visit>
void each_report(const SurveyedNode& node, const std::string& member, const Visit& visit) {
  if (!node.status) return;
  for (const wire::TierReport& tier : node.status->tiers) {
    for (const wire::PeerReport& peer : tier.peers) {
      if (peer.member == member) visit(peer);
    }
  }
}

bool hold_the_same(const wire::StatusReply& a, const wire::StatusReply& b) {
  return std::equal(
      a.tiers.begin(), a.tiers.end(), b.tiers.begin(), b.tiers.end(),
      [](const wire::TierReport& x, const wire::TierReport& y) { return x.tier == y.tier && x.digest == y.digest; });
}

}  // namespace

std::string SurveyedNode::name() const {
  return endpoint.node.empty() && status ? status->node.str() : endpoint.name();
}

ClusterSurvey survey(Client& client) {
  ClusterSurvey out;
  auto answers = client.status_of_all();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    SurveyedNode node;
    node.endpoint = client.endpoints()[i];
    if (answers[i]) {
      node.status = std::move(*answers[i]);
    } else {
      node.why_silent = answers[i].error().message;
    }
    out.nodes.push_back(std::move(node));
  }
  return out;
}

const char* to_string(NodeState state) {
  switch (state) {
    case NodeState::online: return "online";
    case NodeState::offline: return "offline";
    case NodeState::isolated: return "isolated";
    case NodeState::unreachable: return "unreachable";
    case NodeState::removed: return "removed";
  }
  return "?";
}

NodeState state_of(const ClusterSurvey& survey, const SurveyedNode& node) {
  bool removed = false;
  for (const SurveyedNode& other : survey.nodes) {
    each_report(other, node.name(), [&](const wire::PeerReport& peer) { removed |= peer.state == "removed"; });
  }
  if (removed) return NodeState::removed;
  if (!node.status) return NodeState::unreachable;
  if (has_fault(*node.status, "offline")) return NodeState::offline;
  return has_fault(*node.status, "isolated") ? NodeState::isolated : NodeState::online;
}

std::optional<std::uint64_t> missing(const ClusterSurvey& survey, const SurveyedNode& behind,
                                     const SurveyedNode& ahead) {
  std::optional<std::uint64_t> most;
  if (state_of(survey, behind) == NodeState::removed || state_of(survey, ahead) == NodeState::removed) return most;
  if (behind.status && ahead.status && hold_the_same(*behind.status, *ahead.status)) return 0;
  each_report(behind, ahead.name(), [&](const wire::PeerReport& peer) {
    if (peer.state != "never-heard") take_larger(most, peer.we_lack);
  });
  each_report(ahead, behind.name(), [&](const wire::PeerReport& peer) {
    if (peer.state != "never-heard") take_larger(most, peer.it_lacks);
  });
  return most;
}

std::optional<std::uint64_t> missing(const ClusterSurvey& survey, const SurveyedNode& behind) {
  std::optional<std::uint64_t> most;
  for (const SurveyedNode& other : survey.nodes) {
    if (&other == &behind) continue;
    if (const auto some = missing(survey, behind, other)) take_larger(most, *some);
  }
  if (!most && behind.status && survey.nodes.size() == 1) return 0;
  return most;
}

std::vector<std::string> faults_of(const wire::StatusReply& status) {
  std::vector<std::string> out = status.faults;
  for (const wire::TierReport& tier : status.tiers) {
    for (const auto& [name, count] : tier.counters) {
      if (name != "silent" || count == 0) continue;
      const char* tokens = count == 1 ? " token" : " tokens";
      out.push_back("silent about " + std::to_string(count) + tokens + ": for ever, also after fault clear");
    }
  }
  return out;
}

std::uint64_t keys_of(const wire::StatusReply& status) {
  std::uint64_t keys = 0;
  for (const wire::TierReport& tier : status.tiers) {
    keys += tier.keys - std::min(tier.keys, tier.no_user_keys);  // what a node says of itself may be nonsense
  }
  return keys;
}

std::map<NodeId, std::vector<std::string>> blockers(const ClusterSurvey& survey) {
  std::map<NodeId, std::vector<std::string>> found;
  for (const SurveyedNode& node : survey.nodes) {
    if (!node.status) continue;
    for (const wire::TierReport& tier : node.status->tiers) {
      for (const wire::PeerReport& peer : tier.peers) {
        if (!peer.blocks_forgetting) continue;
        auto& waiting = found[peer.member];
        if (waiting.empty() || waiting.back() != node.name()) waiting.push_back(node.name());
      }
    }
  }
  return found;
}

std::set<NodeId> members_not_asked(const ClusterSurvey& survey) {
  std::set<NodeId> members, asked, removed;
  for (const SurveyedNode& node : survey.nodes) {
    if (node.endpoint.node.empty() && !node.status) return {};
    asked.insert(NodeId(node.name()));
    if (!node.status) continue;
    for (const wire::TierReport& tier : node.status->tiers) {
      for (const wire::PeerReport& peer : tier.peers) (peer.state == "removed" ? removed : members).insert(peer.member);
    }
  }
  for (const NodeId& one : removed) members.erase(one);
  for (const NodeId& one : asked) members.erase(one);
  return members;
}

std::vector<std::string> why_not_converged(const ClusterSurvey& survey) {
  std::vector<std::string> reasons;
  std::map<std::string, std::map<std::string, std::vector<std::string>>> nodes_by_digest;  // of each tier
  std::vector<const SurveyedNode*> answering;
  for (const SurveyedNode& node : survey.nodes) {
    if (state_of(survey, node) == NodeState::removed) continue;
    if (node.status) {
      answering.push_back(&node);
    } else {
      reasons.push_back(node.name() + " does not answer");
    }
  }
  for (const SurveyedNode* node : answering) {
    for (const wire::TierReport& tier : node->status->tiers) {
      nodes_by_digest[tier.tier][tier.digest].push_back(node->name());
    }
  }
  for (const auto& [tier, groups] : nodes_by_digest) {
    std::size_t hosting = 0;
    std::set<std::string> same;  // in the order of their names: digests have none that means anything
    for (const auto& [digest, nodes] : groups) {
      hosting += nodes.size();
      same.insert(listed(nodes));
    }
    const std::string text = listed(same, " | ");
    if (groups.size() > 1) reasons.push_back("tier " + tier + " differs: " + text);
    if (hosting < answering.size()) reasons.push_back("tier " + tier + " is not on all nodes, only on " + text);
  }
  if (answering.empty() && reasons.empty()) reasons.emplace_back("no node is left");
  return reasons;
}

}  // namespace kin
