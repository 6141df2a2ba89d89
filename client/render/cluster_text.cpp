#include "client/render/cluster_text.hpp"

#include <algorithm>

#include "client/render/table.hpp"
#include "common/listed.hpp"

namespace kin::text {
namespace {

std::string number(const std::optional<std::uint64_t>& value) { return value ? std::to_string(*value) : "?"; }

std::string_view colour_of(NodeState state, const Palette& palette) {
  switch (state) {
    case NodeState::online: return {};
    case NodeState::offline:
    case NodeState::isolated: return palette.yellow;
    case NodeState::unreachable: return palette.red;
    case NodeState::removed: return palette.dim;
  }
  return {};
}

NodeState state_of_member(const ClusterSurvey& survey, const NodeId& member) {
  const auto node = std::find_if(survey.nodes.begin(), survey.nodes.end(),
                                 [&](const SurveyedNode& one) { return one.name() == member; });
  return node == survey.nodes.end() ? NodeState::unreachable : state_of(survey, *node);
}

// What ends the wait for this member. It ends the line.
std::string until_when(const ClusterSurvey& survey, const NodeId& member, const Style& style) {
  switch (state_of_member(survey, member)) {
    case NodeState::online: return " until its next gossip\n";
    case NodeState::isolated:
    case NodeState::offline: return " until it is back: " + style.command + " fault online " + member + '\n';
    case NodeState::removed: return " until they hear that it was removed\n";
    case NodeState::unreachable: break;
  }
  return ". If it never comes back: " + style.command + " cluster remove " + member + '\n';
}

// What a fault is called; the sentence behind the colon is left to -o json.
std::string fault_names(const wire::StatusReply& status) {
  std::vector<std::string> names;
  for (const std::string& fault : faults_of(status)) {
    const bool link = fault.starts_with("link");
    names.push_back(link ? fault : fault.substr(0, fault.find(':')));
  }
  return names.empty() ? "-" : listed(names, "; ");
}

}  // namespace

std::string cluster_status(const ClusterSurvey& survey, const Style& style) {
  Table table({"node", "endpoint", "state", "incarnation", "keys", "missing", "faults"}, {"keys", "missing"});
  for (const SurveyedNode& node : survey.nodes) {
    const NodeState state = state_of(survey, node);
    const std::string_view colour = colour_of(state, style.palette);
    if (!node.status) {
      table.row({node.name(), node.endpoint.text(), to_string(state), "-", "-", number(missing(survey, node)), "-"},
                colour);
      continue;
    }
    const wire::StatusReply& status = *node.status;
    table.row({node.name(), node.endpoint.text(), to_string(state), to_string(Actor{status.node, status.incarnation}),
               std::to_string(keys_of(status)), number(missing(survey, node)), fault_names(status)},
              colour);
  }
  std::string out = table.fit(style.columns, {"faults", "endpoint"}).print(style.palette);
  const auto others = members_not_asked(survey);
  if (style.quiet || others.empty()) return out;
  return out + listed(others, ", ", [](const NodeId& other) { return other.str(); }) +
         (others.size() == 1 ? " was" : " were") +
         " not asked: " + (survey.pinned ? "leave out --node" : "give --config, or all nodes in --endpoints") + '\n';
}

std::string cluster_lag(const ClusterSurvey& survey, const Style& style) {
  std::vector<std::string> header{"misses of"};
  for (const SurveyedNode& ahead : survey.nodes) header.push_back(ahead.name());
  header.emplace_back("held back");
  Table table(header, {header.begin() + 1, header.end()});
  for (const SurveyedNode& behind : survey.nodes) {
    std::vector<std::string> cells{behind.name()};
    for (const SurveyedNode& ahead : survey.nodes) {
      const bool removed =
          state_of(survey, behind) == NodeState::removed || state_of(survey, ahead) == NodeState::removed;
      cells.push_back(&behind == &ahead ? "." : removed ? "-" : number(missing(survey, behind, ahead)));
    }
    std::optional<std::uint64_t> held;
    if (behind.status) {
      held = 0;
      for (const wire::TierReport& tier : behind.status->tiers) *held += tier.held_back;
    }
    cells.push_back(number(held));
    table.row(std::move(cells), colour_of(state_of(survey, behind), style.palette));
  }
  std::string out = table.print(style.palette);
  if (style.quiet) return out;
  out += "Each line: how many updates that node lacks of those that the others have, as last heard.\n";
  for (const auto& [member, waiting] : blockers(survey)) {
    out += member + " keeps " + listed(waiting, ", ") + " from forgetting" + until_when(survey, member, style);
  }
  return out;
}

}  // namespace kin::text
