// The client requests that wait for their replies. Bounded: a node that has promised too many answers refuses more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

  struct Opened {
    CallId id;
    Call& call;  // to be filled in wholly: it may be an earlier one, whose strings are empty and keep their memory
  };
  // nullopt: too many are open. The call is valid until the next change.
  std::optional<Opened> open();
  // nullptr: never opened, or closed already. Valid until the next change.
  Call* find(CallId id);
  // Removes it, if it is there.
  void close(CallId id);
  std::vector<Call> close_all();
  // Forgets what nobody waits for any more; returns how many.
  std::size_t forget_expired(std::uint64_t now_ms);
  std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  // An id is a number that rises with each call, and behind it, as its last digits, the slot that the call has.
  struct Slot {
    CallId id = 0;  // 0: free
    Call call;
  };

  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;  // the last one to become so is the next to be used
  CallId opened_ = 0;
};

}  // namespace kin
