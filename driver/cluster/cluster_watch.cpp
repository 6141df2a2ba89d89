// What a cluster says of itself, and waiting for it to say something else.
#include <algorithm>
#include <fstream>
#include <thread>

#include "common/listed.hpp"
#include "driver/cluster/cluster.hpp"

namespace kin::driver {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds answer_within{1000};
constexpr milliseconds start_within{20000};
constexpr milliseconds between_looks{20};
constexpr milliseconds between_words{1000};
constexpr std::size_t most_last_lines = 6;
// Of kin-node, when it learns so.
constexpr const char* removed_words = "was removed from the cluster for ever";

Failure failure(Status status, const std::string& message) { return {status, Applied::no, message, "", 0, 0}; }
Failure interrupted_failure() { return failure(Status::timeout, "interrupted"); }

// As kin-node prints it once it can be reached.
bool says_it_listens(const std::string& line) { return line.find(" listening on ") != std::string::npos; }

// Empty when the node has heard from all others.
std::string whom_it_misses(const wire::StatusReply& status) {
  std::string out;
  for (const wire::TierReport& tier : status.tiers)
    for (const wire::PeerReport& peer : tier.peers)
      if (peer.member != status.node && peer.state != "reachable" && peer.state != "removed")
        out += (out.empty() ? "" : ", ") + peer.member + " (" + peer.state + ')';
  return out;
}

// Empty when all see all.
std::string who_misses_whom(const ClusterSurvey& survey) {
  for (const SurveyedNode& node : survey.nodes) {
    if (state_of(survey, node) == NodeState::removed) continue;
    if (!node.status) return node.name() + " does not answer: " + node.why_silent;
    if (const std::string missed = whom_it_misses(*node.status); !missed.empty())
      return node.name() + " does not see " + missed;
  }
  return "";
}

}  // namespace

Client Cluster::client_of(const std::vector<std::string>& nodes) const {
  std::vector<Endpoint> endpoints;
  for (const Endpoint& endpoint : endpoints_of(config_))
    if (std::find(nodes.begin(), nodes.end(), endpoint.node) != nodes.end()) endpoints.push_back(endpoint);
  ClientOptions options;
  options.cluster = config_.cluster;
  options.name = "kin-driver";
  options.timeout = answer_within;
  return Client(std::move(endpoints), std::move(options));
}

std::vector<std::string> Cluster::running_nodes() const {
  std::vector<std::string> out;
  for (const NodeProcess& node : state_.nodes)
    if (state_of(node.process) != ProcessState::gone) out.push_back(node.id);
  return out;
}

ClusterSurvey Cluster::survey() const {
  ClusterSurvey heard;
  if (const auto nodes = running_nodes(); !nodes.empty()) {
    Client client = client_of(nodes);
    heard = kin::survey(client);
  }
  ClusterSurvey out;
  for (const Endpoint& endpoint : endpoints_of(config_)) {
    auto found = std::find_if(heard.nodes.begin(), heard.nodes.end(),
                              [&](const SurveyedNode& node) { return node.endpoint == endpoint; });
    out.nodes.push_back(found == heard.nodes.end() ? SurveyedNode{endpoint, std::nullopt, "it is down"} : *found);
  }
  return out;
}

std::vector<std::string> Cluster::said(const std::string& node) const {
  std::ifstream file(output_file(run_, node), std::ios::binary);
  const auto before = output_before_.find(node);
  if (before != output_before_.end()) file.seekg(static_cast<std::streamoff>(before->second));
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

std::vector<std::string> Cluster::words_of(const std::string& node) const {
  std::vector<std::string> out = said(node);
  std::erase_if(out, says_it_listens);
  return out;
}

bool Cluster::listens(const std::string& node) const {
  const auto lines = said(node);
  return std::any_of(lines.begin(), lines.end(), says_it_listens);
}

std::string Cluster::how_ended(const std::string& node, const std::string& again) const {
  const auto known = process(node);
  const auto how = known ? how_it_ended(*known) : std::nullopt;
  const std::string words = last_words(node);
  std::string out = node + " ended" + (how ? " with " + *how : "") + ": " + words;
  if (words.find(set_aside_flag) != std::string::npos) {
    out += "\nHere: " + again + ' ' + set_aside_flag;
  }
  return out;
}

bool Cluster::was_removed(const std::string& node) const {
  return process_state(node) == ProcessState::gone && last_words(node).find(removed_words) != std::string::npos;
}

std::string Cluster::last_words(const std::string& node) const {
  const auto lines = said(node);
  if (lines.empty()) return "it said nothing";
  std::string out;
  for (std::size_t i = lines.size() - std::min(lines.size(), most_last_lines); i < lines.size(); ++i)
    out += (out.empty() ? "" : "\n") + lines[i];
  return out;
}

Cluster::Result<void> Cluster::wait_answering(const std::string& node, const Interrupted& interrupted) const {
  Client client = client_of({node});
  const auto deadline = steady_clock::now() + start_within;
  while (true) {
    if (process_state(node) == ProcessState::gone)
      return tl::unexpected(failure(was_removed(node) ? Status::stale : Status::unavailable,
                                    how_ended(node, "kin-driver --dir " + run_ + " restart " + node)));
    if (listens(node) && client.status()) return {};
    if (interrupted && interrupted()) return tl::unexpected(interrupted_failure());
    if (steady_clock::now() >= deadline)
      return tl::unexpected(failure(Status::timeout, node + " was started and does not answer: " + last_words(node)));
    std::this_thread::sleep_for(between_looks);
  }
}

Cluster::Result<void> Cluster::wait_all_see_all(milliseconds longest, const Progress& progress,
                                                const Interrupted& interrupted) const {
  const auto deadline = steady_clock::now() + longest;
  auto next_word = steady_clock::now() + between_words;
  Client client = client_of(names_of(config_));
  while (true) {
    std::string silent;
    for (const std::string& node : names_of(config_)) {
      if (was_removed(node)) continue;
      if (process_state(node) == ProcessState::gone)
        return tl::unexpected(failure(Status::unavailable, how_ended(node, "the same kin-driver up with")));
      if (silent.empty() && !listens(node)) silent = node + " does not listen yet";
    }
    std::string why = who_misses_whom(kin::survey(client));
    if (why.empty()) why = silent;
    if (why.empty()) return {};
    if (interrupted && interrupted()) return tl::unexpected(interrupted_failure());
    if (steady_clock::now() >= deadline)
      return tl::unexpected(failure(Status::timeout, "not all nodes see all others in time: " + why));
    if (steady_clock::now() >= next_word) {
      progress("waiting: " + why);
      next_word += between_words;
    }
    std::this_thread::sleep_for(between_looks);
  }
}

Cluster::Result<void> Cluster::wait_converged(const std::vector<std::string>& nodes, milliseconds longest,
                                              const Interrupted& interrupted) const {
  const auto deadline = steady_clock::now() + longest;
  for (const std::string& node : nodes)
    if (process_state(node) == ProcessState::gone)
      return tl::unexpected(failure(Status::unavailable, node + " is down, so it cannot converge with the others"));
  Client client = client_of(nodes);
  while (true) {
    const std::vector<std::string> reasons = why_not_converged(kin::survey(client));
    if (reasons.empty()) return {};
    if (interrupted && interrupted()) return tl::unexpected(interrupted_failure());
    if (steady_clock::now() >= deadline)
      return tl::unexpected(failure(Status::timeout, "not converged in time: " + listed(reasons, "; ")));
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace kin::driver
