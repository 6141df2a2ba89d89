#include "common/config/cluster_config.hpp"

#include <algorithm>

namespace kin {

std::string NodeConfig::endpoint() const {
  const bool v6 = host.find(':') != std::string::npos;
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

std::vector<std::string> ClusterConfig::ids() const {
  std::vector<std::string> out;
  for (const NodeConfig& n : nodes) out.push_back(n.id);
  return out;
}

std::string ConfigError::text() const {
  return line > 0 ? file + ':' + std::to_string(line) + ": " + message : file + ": " + message;
}

}  // namespace kin
