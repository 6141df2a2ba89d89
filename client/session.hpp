// What one user has seen, whichever nodes they asked: for read-your-writes and monotonic reads at any node, and so that
// a write replaces just what its user has seen. See docs/consistency.md, sessions.
//
//   Session session;
//   client.add_update(session, {"default", "cart", "bread"});
//   client.read(session, "default", "cart");      // shows bread, or what had seen it
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "client/outcome.hpp"

namespace kin {

class Session {
 public:
  using Contexts = std::map<std::pair<std::string, std::string>, std::string>;  // by bucket and key

  // Of the last read or write of the key.
  std::optional<std::string> context(const std::string& bucket, const std::string& key) const;
  void remember(const std::string& bucket, const std::string& key, std::string context);
  const Contexts& contexts() const { return contexts_; }

  // A frontier (common/wire/sessions.hpp) of all that was seen so far; empty: nothing.
  const std::string& seen() const { return seen_; }
  // Joins another frontier. Error: a sentence; nothing is changed.
  tl::expected<void, std::string> join(const std::string& seen);

  // An answer to a request that was sent as InSession: remembers what it shows, and returns the answer to the request
  // `asked` itself. INTERNAL where it cannot be read.
  Outcome taken(wire::Kind asked, const std::string& bucket, const std::string& key, const Outcome& outcome);

 private:
  Contexts contexts_;
  std::string seen_;
};

}  // namespace kin
