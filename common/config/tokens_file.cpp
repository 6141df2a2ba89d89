// The seed's tokens file: which node writes a token, and which nodes read it.
#include <algorithm>
#include <set>

#include "common/config/yaml_reader.hpp"

namespace kin {
namespace config {
namespace {

NodeId node_at(const std::string& endpoint, const ClusterConfig& cluster, int line) {
  const auto known = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                  [&](const NodeConfig& node) { return node.endpoint() == endpoint; });
  if (known == cluster.nodes.end()) throw Wrong{line, endpoint + " is no node of the cluster"};
  return known->id;
}

TokenScheme read_token(const YAML::Node& yaml, const ClusterConfig& cluster, std::set<std::string>& ids) {
  Section section(yaml, "a token");
  TokenScheme token;
  section.each({
      {"token",
       [&](auto& key) {
         token.id = section.need(key);
         check_token_id(token.id, section.line(key));
         if (!ids.insert(token.id).second) section.fail(key, "the token " + token.id + " stands here twice");
       }},
      {"writer", [&](auto& key) { token.writer = node_at(section.need(key), cluster, section.line(key)); }},
      {"readers",
       [&](auto& key) {
         section.list(key, [&](const YAML::Node& item) {
           NodeId reader = node_at(scalar(item, "a reader"), cluster, line_of(item));
           if (std::find(token.readers.begin(), token.readers.end(), reader) != token.readers.end()) {
             throw Wrong{line_of(item), "the reader " + reader + " stands here twice"};
           }
           token.readers.push_back(std::move(reader));
         });
         if (token.readers.empty()) section.fail(key, "the token " + token.id + " needs at least one reader");
       }},
      {"quorum",
       [&](auto& key) {
         if (!section.has(key)) return;
         const std::string quorum = section.need(key);
         if (quorum != "majority" && quorum != "all") {
           section.fail(key, "the quorum of a token is majority or all, not " + quorum);
         }
         token.all = quorum == "all";
       }},
  });
  return token;
}

std::vector<TokenScheme> read_tokens(const YAML::Node& yaml, const ClusterConfig& cluster) {
  if (!yaml.IsSequence()) throw Wrong{line_of(yaml), "a tokens file must be a list of tokens"};
  std::vector<TokenScheme> out;
  std::set<std::string> ids;
  for (const auto& item : yaml) out.push_back(read_token(item, cluster, ids));
  std::sort(out.begin(), out.end(), [](const TokenScheme& a, const TokenScheme& b) { return a.id < b.id; });
  return out;
}

void check_silent(const ClusterConfig& cluster) {
  for (const SilentFault& fault : cluster.silent) {
    const TokenScheme* token = cluster.token(fault.token);
    if (token == nullptr) {
      throw Wrong{fault.line, cluster.tokens_file.empty()
                                  ? "token " + fault.token + " cannot fall silent: there is no tokens_file"
                                  : "the tokens file " + cluster.tokens_file + " has no token " + fault.token};
    }
    const std::vector<NodeId> holders = token->holders();
    if (std::find(holders.begin(), holders.end(), fault.node) == holders.end()) {
      throw Wrong{fault.line, fault.node + " does not hold token " + fault.token + ", so it cannot fall silent"};
    }
  }
}

}  // namespace
}  // namespace config

tl::expected<std::vector<TokenScheme>, ConfigError> load_tokens(const std::string& path, const ClusterConfig& cluster) {
  try {
    return config::read_tokens(config::parse(config::read_file(path)), cluster);
  } catch (const config::Wrong& wrong) {
    return tl::unexpected(config::error_in(path, wrong));
  }
}

tl::expected<ClusterConfig, ConfigError> load_cluster_and_tokens(const std::string& path,
                                                                 const std::vector<std::string>& known_tiers) {
  auto cluster = load_cluster_config(path, known_tiers);
  if (!cluster) return cluster;
  if (!cluster->tokens_file.empty()) {
    auto tokens = load_tokens(cluster->tokens_file, *cluster);
    if (!tokens) return tl::unexpected(tokens.error());
    cluster->tokens = std::move(*tokens);
  }
  try {
    config::check_silent(*cluster);
  } catch (const config::Wrong& wrong) {
    return tl::unexpected(config::error_in(path, wrong));
  }
  return cluster;
}

}  // namespace kin
