// Which nodes hold a token: from the tokens file that the cluster file names, else from what a node says.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/client.hpp"
#include "client/commands/address_book.hpp"
#include "common/config/cluster_config.hpp"

namespace kin {

// Whom to ask about one token.
struct TokenHolders {
  std::string id;
  std::optional<Endpoint> writer;  // nothing: it is none of the endpoints that the user gave
  NodeId writer_id;
  std::vector<Endpoint> readers;  // in the order of the file; those among the endpoints

  std::vector<Endpoint> all() const;  // each once
};

class TokenBook {
 public:
  // Failure: BAD_CONFIG (the cluster file or the tokens file, with the line), USAGE (nobody said where the nodes are).
  static tl::expected<TokenBook, Failure> open(const Globals& globals);

  // With endpoints alone a node is asked first, within `options`' time. Failures: USAGE for an id that no token can
  // have; NOT_FOUND for one that the file does not have, with those that it has; what asking the node came to.
  tl::expected<TokenHolders, Failure> holders(const std::string& id, const ClientOptions& options) const;

  // The node that --node pins.
  const std::optional<Endpoint>& pinned() const { return book_.pinned(); }
  const AddressBook& book() const { return book_; }
  // A node's address where it is known, else its id.
  std::string address(const NodeId& node) const;

 private:
  tl::expected<std::vector<TokenScheme>, Failure> schemes(Client& client) const;

  AddressBook book_;
  bool has_file_ = false;
  std::vector<TokenScheme> tokens_;
};

// USAGE where no token can have this id.
std::optional<Failure> impossible_id(const std::string& id);

}  // namespace kin
