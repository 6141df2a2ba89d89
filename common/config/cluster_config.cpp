#include "common/config/cluster_config.hpp"

#include <algorithm>

namespace kin {

const char* to_string(OnConflict rule) {
  switch (rule) {
    case OnConflict::siblings: return "siblings";
    case OnConflict::latest: return "latest";
    case OnConflict::max: return "max";
    case OnConflict::union_of_lines: return "union";
  }
  return "?";
}

std::string NodeConfig::endpoint() const {
  const bool v6 = host.find(':') != std::string::npos && host.front() != '[';
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

const NodeConfig* ClusterConfig::node(std::string_view id) const {
  auto found = std::find_if(nodes.begin(), nodes.end(), [&](const NodeConfig& n) { return n.id == id; });
  return found == nodes.end() ? nullptr : &*found;
}

const BucketConfig* ClusterConfig::bucket(std::string_view name) const {
  auto found = std::find_if(buckets.begin(), buckets.end(), [&](const BucketConfig& b) { return b.name == name; });
  return found == buckets.end() ? nullptr : &*found;
}

const TokenScheme* ClusterConfig::token(std::string_view id) const {
  for (const TokenScheme& token : tokens) {
    if (token.id == id) return &token;
  }
  return nullptr;
}

std::vector<NodeId> TokenScheme::holders() const {
  std::vector<NodeId> out = readers;
  if (std::find(out.begin(), out.end(), writer) == out.end()) out.push_back(writer);
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t TokenScheme::quorum() const {
  const std::size_t all_holders = holders().size();
  return all ? all_holders : all_holders / 2 + 1;
}

std::vector<NodeId> ClusterConfig::ids() const {
  std::vector<NodeId> out;
  for (const NodeConfig& n : nodes) out.push_back(n.id);
  return out;
}

std::vector<std::string> names_of(const ClusterConfig& config) {
  std::vector<std::string> out;
  for (const NodeConfig& n : config.nodes) out.push_back(n.id.str());
  return out;
}

bool valid_name(std::string_view name) {
  constexpr std::size_t max_name_bytes = 255;
  return !name.empty() && name.size() <= max_name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '{' && c != '}' && c != '\\';
  });
}

bool valid_node_id(std::string_view id) {
  constexpr std::size_t max_id_bytes = 240;
  return id.size() <= max_id_bytes && valid_name(id);
}

bool valid_token_id(std::string_view id) {
  constexpr std::size_t max_id_bytes = 255;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  return !id.empty() && id.size() <= max_id_bytes && std::none_of(id.begin(), id.end(), is_control);
}

std::string ConfigError::text() const {
  return line > 0 ? file + ':' + std::to_string(line) + ": " + message : file + ": " + message;
}

}  // namespace kin
