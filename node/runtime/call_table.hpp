// The client requests that wait for their replies. Bounded: a node that has promised too many answers refuses more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/transport/transport.hpp"
#include "common/wire/envelope.hpp"
#include "node/protocols/protocol.hpp"

namespace kin {

struct Call {
  RouterIdentity from;
  std::uint64_t request_id = 0;
  wire::Kind kind{};
  std::uint64_t started_us = 0;
  std::uint64_t deadline_ms = 0;  // in the node's own time
  std::string client;
  std::string about;  // bucket/key or a token for the log, escaped; empty where it is not wanted
};

class CallTable {
 public:
  static constexpr std::size_t most_open_calls = 65536;
  // How long after its deadline a call is still answered if a reply comes.
  static constexpr std::uint64_t grace_ms = 10'000;

  // nullopt: too many are open.
  std::optional<CallId> open(Call call);
  // nullptr: never opened, or closed already. Valid until the next change.
  Call* find(CallId id);
  // Removes it; nullopt as above.
  std::optional<Call> close(CallId id);
  std::vector<Call> close_all();
  // Forgets what nobody waits for any more; returns how many.
  std::size_t forget_expired(std::uint64_t now_ms);
  std::size_t size() const { return calls_.size(); }

 private:
  std::unordered_map<CallId, Call> calls_;
  CallId last_ = 0;
};

}  // namespace kin
