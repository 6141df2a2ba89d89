// The seed's start without a file: --host --port -N --hosts --ports.
#include <algorithm>
#include <charconv>

#include "common/config/cluster_config.hpp"

namespace kin {
namespace {

// Commas separate; brackets and spaces around the list and its items are how people quote lists in a shell.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out{""};
  for (const char c : list) {
    if (c == ',') {
      out.emplace_back();
    } else if (c != ' ' && c != '[' && c != ']') {
      out.back() += c;
    }
  }
  if (out.size() == 1 && out.front().empty()) out.clear();
  return out;
}

}  // namespace

tl::expected<ClusterConfig, std::string> config_from_flags(const std::string& host, std::uint16_t port, int n,
                                                           const std::string& hosts, const std::string& ports) {
  const std::vector<std::string> other_hosts = split(hosts);
  const std::vector<std::string> other_ports = split(ports);
  if (other_hosts.size() != other_ports.size()) {
    return tl::unexpected("--hosts names " + std::to_string(other_hosts.size()) + " replicas and --ports " +
                          std::to_string(other_ports.size()) + ": they go together, one port for each host");
  }
  if (n != static_cast<int>(other_hosts.size()) + 1) {
    return tl::unexpected("-N is " + std::to_string(n) + ", but --hosts and --ports name " +
                          std::to_string(other_hosts.size()) + " other replicas: -N is one more than those, " +
                          std::to_string(other_hosts.size() + 1) + " here");
  }
  if (other_hosts.size() + 1 > max_cluster_nodes) {
    return tl::unexpected("-N is " + std::to_string(n) + ": a cluster has at most " +
                          std::to_string(max_cluster_nodes) + " nodes");
  }
  if (!valid_name(host)) return tl::unexpected("--host \"" + host + "\" is no host");
  if (port == 0 && !other_hosts.empty()) {
    return tl::unexpected<std::string>("--port 0 takes any free port, where the other replicas cannot find this one");
  }
  ClusterConfig out;
  const auto add = [&](const std::string& node_host, std::uint16_t node_port) {
    NodeConfig node{{}, node_host, node_port};
    node.id = NodeId(node.endpoint());
    out.nodes.push_back(std::move(node));
  };
  add(host, port);
  for (std::size_t i = 0; i < other_hosts.size(); ++i) {
    std::uint16_t value = 0;
    const std::string& text = other_ports[i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!valid_name(other_hosts[i]) || error != std::errc{} || end != text.data() + text.size() || value == 0) {
      return tl::unexpected("replica " + std::to_string(i + 1) + " is \"" + other_hosts[i] + "\" port \"" + text +
                            "\": a host and a port from 1 to 65535 are needed");
    }
    add(other_hosts[i], value);
  }
  std::sort(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twice =
      std::adjacent_find(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != out.nodes.end()) return tl::unexpected(twice->id + " is named twice");
  const auto too_long =
      std::find_if(out.nodes.begin(), out.nodes.end(), [](const auto& node) { return !valid_node_id(node.id); });
  if (too_long != out.nodes.end()) return tl::unexpected("a host is too long: " + too_long->host);
  return out;
}

}  // namespace kin
