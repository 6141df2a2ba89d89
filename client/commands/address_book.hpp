// Which nodes the user means: the cluster file, the endpoints, the pinned node.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/cli/command_line.hpp"
#include "client/client.hpp"

namespace kin {

class AddressBook {
 public:
  // Failure: BAD_CONFIG (the file, with its line) or USAGE (nobody said where the nodes are, an unknown --node).
  static tl::expected<AddressBook, Failure> open(const Globals& globals);

  // For a request that any node answers: the pinned node alone, else the endpoints in the user's order, else the nodes
  // of the cluster file in a random order, so that clients spread over them.
  std::vector<Endpoint> for_any() const;
  // All nodes in the cluster file's order, or the endpoints.
  const std::vector<Endpoint>& all() const { return all_; }
  const std::string& cluster() const { return cluster_; }
  // Of --node.
  const std::optional<Endpoint>& pinned() const { return pinned_; }

 private:
  std::string cluster_;
  std::vector<Endpoint> all_;
  std::optional<Endpoint> pinned_;
  bool any_order_ = false;
};

// In a random order, so that clients spread over the nodes.
std::vector<Endpoint> shuffled(std::vector<Endpoint> endpoints);

// The position among client.endpoints() of the node that is called `id`: by the cluster file, by its endpoint, or by
// what the nodes say of themselves. Failure: USAGE, with the names that there are.
tl::expected<std::size_t, Failure> find_node(Client& client, const std::string& id);

}  // namespace kin
