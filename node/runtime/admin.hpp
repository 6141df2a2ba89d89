// The runtime's own service beside the protocols: status, faults, and members that never come back. It asks each
// protocol for its report and knows no words of it.
#pragma once

#include <string_view>

#include "node/runtime/counters.hpp"
#include "node/runtime/node_parts.hpp"

namespace kin {

class Admin {
 public:
  // `counters` outlives this object. Uptime is counted from now.
  Admin(const NodeParts& parts, const RuntimeCounters& counters);

  // True for the kinds that answer() knows.
  static bool serves(wire::Kind kind);
  // True for those that must be answered even while a fault keeps clients away.
  static bool serves_always(wire::Kind kind);

  struct Answer {
    Reply reply;            // to leave with this turn's others
    std::string malformed;  // why the body could not be read; otherwise empty
  };
  // Failures: USAGE for a body that is malformed or asks for what cannot
  // be, DENIED for faults on a node that does not allow them, NOT_FOUND for a member that is none.
  Answer answer(CallId call, wire::Kind kind, std::string_view body);

 private:
  wire::StatusReply status();
  tl::expected<wire::Done, Failure> fault(const wire::Fault& fault);
  tl::expected<wire::Done, Failure> remove_member(const wire::RemoveMember& request);
  template <class Request>
  Answer carry_out(CallId call, std::string_view body,
                   tl::expected<wire::Done, Failure> (Admin::*handler)(const Request&));
  void trace(const wire::Fault& fault);
  tl::unexpected<Failure> refuse(Status status, std::string message) const;

  NodeParts parts_;
  const RuntimeCounters& counters_;
  std::uint64_t started_ms_;
};

}  // namespace kin
