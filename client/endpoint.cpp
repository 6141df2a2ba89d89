#include "client/endpoint.hpp"

#include <charconv>

namespace kin {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

tl::expected<Endpoint, std::string> parse_endpoint(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return tl::unexpected("'" + std::string(text) + "' is no endpoint: " + why + " (host:port, as in 127.0.0.1:7001)");
  };
  if (text.starts_with("tcp://")) return refuse("it stands without tcp://, and a comma before the next one");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse("it has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse("an IPv6 address stands in brackets, [::1]:7001");
  }
  if (host.empty()) return refuse("it has no host");
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || end != port.data() + port.size() || number == 0) {
    return refuse("the port is a number from 1 to 65535");
  }
  return Endpoint{{}, std::string(host), number};
}

}  // namespace

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string Endpoint::name() const { return node.empty() ? text() : node.str(); }

std::string Endpoint::title() const { return node.empty() || node == text() ? text() : node + " (" + text() + ')'; }

tl::expected<std::vector<Endpoint>, std::string> parse_endpoints(std::string_view text) {
  std::vector<Endpoint> endpoints;
  while (true) {
    const std::size_t comma = text.find(',');
    auto endpoint = parse_endpoint(trimmed(text.substr(0, comma)));
    if (!endpoint) return tl::unexpected(endpoint.error());
    endpoints.push_back(std::move(*endpoint));
    if (comma == std::string_view::npos) return endpoints;
    text.remove_prefix(comma + 1);
  }
}

std::vector<Endpoint> endpoints_of(const ClusterConfig& cluster) {
  std::vector<Endpoint> endpoints;
  for (const NodeConfig& node : cluster.nodes) endpoints.push_back({node.id, node.host, node.port});
  return endpoints;
}

}  // namespace kin
