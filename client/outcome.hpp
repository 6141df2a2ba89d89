// What became of a request, as the client sees it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "client/endpoint.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "common/wire/sessions.hpp"
#include "common/wire/status.hpp"
#include "common/wire/tokens.hpp"
#include "common/wire/watching.hpp"

namespace kin {

using ClientReply =
    std::variant<wire::ReadReply, wire::WriteReply, wire::KeysReply, wire::ConflictsReply, wire::StatusReply,
                 wire::Done, wire::TokenReply, wire::TokensReply, wire::TokenShowReply, wire::InSessionReply,
                 wire::WatchReply, wire::WatchConflictsReply, wire::TracesReply, wire::ExplainReply>;

// Failure::node is empty where the client itself says so:
//   UNAVAILABLE, applied no: no endpoint was reached; the message names those that were tried
//   TIMEOUT, applied unknown: it was sent, and no answer came
//   LIMIT, applied no: larger than any message may be; it was not sent
//   INTERNAL, applied unknown: the answer was malformed or of another kind
// A WriteReply with got < wanted is a reply: see status_of in client.hpp.
using Outcome = tl::expected<ClientReply, Failure>;

// A question changes nothing, so it may be asked again: read, keys, conflicts, explain, status; token_read, token_list,
// token_show; watch, watch_conflicts, traces_of.
bool is_question(wire::Kind kind);

// A body of kind `answered` that came for a request of kind `asked`.
Outcome read_answer(wire::Kind asked, wire::Kind answered, std::string_view body, const Endpoint& from);

// What the client says itself, in the words above.
Failure own_failure(Status status, Applied applied, std::string message);
// nullopt: a request with a body of so many bytes may be sent.
std::optional<Failure> too_large(std::size_t body_bytes);
Failure never_reached(const std::vector<Endpoint>& tried, std::chrono::milliseconds within);
Failure never_answered(wire::Kind asked, const std::vector<Endpoint>& sent_to, std::chrono::milliseconds within);

}  // namespace kin
