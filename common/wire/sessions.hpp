// Sessions: requests that say what their client has seen, and replies that say what it has seen now. A request outside
// a session carries nothing of this.
//
// What a client has seen is a frontier: the join of all contexts that it was given, a set of dots. As text:
//
//   frontier = "f1." base64url(payload check)   see armour.hpp
//   payload  = [dots]                           one msgpack object
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/causality/dot_set.hpp"
#include "common/wire/envelope.hpp"

namespace kin::wire {

std::string print_frontier(const DotSet& dots);

// Error: a sentence for the user.
tl::expected<DotSet, std::string> parse_frontier(std::string_view text);

// Kind::in_session. A read, add_update or remove that is served once the node has all that `seen` names.
struct InSession {
  static constexpr Kind kind = Kind::in_session;
  std::string bucket, key;  // of the request, so that its way is known
  std::string seen;         // a frontier as the last reply of the session gave it; empty in a new session
  Kind request{};
  std::string body;  // of that kind

  template <class V>
  void fields(V& v) {
    v(bucket, key, seen, request, body);
  }
};

// Kind::in_session_reply. Failures come as themselves and leave the session's frontier as it was.
struct InSessionReply {
  std::string seen;  // with what this reply shows or wrote
  Kind reply{};
  std::string body;

  template <class V>
  void fields(V& v) {
    v(seen, reply, body);
  }
};

// The request as its session sends it.
template <class Request>
InSession in_session(const Request& request, std::string seen) {
  return {request.bucket, request.key, std::move(seen), Request::kind, encode(request)};
}

}  // namespace kin::wire
