// Where a node listens, as clients write it: host:port, [address]:port for IPv6.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/config/cluster_config.hpp"

namespace kin {

struct Endpoint {
  NodeId node;  // the member's id; empty where it is not known
  std::string host;
  std::uint16_t port = 0;

  std::string name() const;   // n1, or the text where the id is not known
  std::string text() const;   // 127.0.0.1:7001
  std::string title() const;  // n1 (127.0.0.1:7001), or the text alone where the id is not known

  bool operator==(const Endpoint&) const = default;
};

// `h:p,h:p`, blanks around the commas allowed. Error: a sentence that names the part that is wrong.
tl::expected<std::vector<Endpoint>, std::string> parse_endpoints(std::string_view text);

// All nodes of the cluster file, in its order.
std::vector<Endpoint> endpoints_of(const ClusterConfig& cluster);

}  // namespace kin
