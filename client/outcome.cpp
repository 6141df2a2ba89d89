#include "client/outcome.hpp"

#include <set>
#include <utility>

namespace kin {
namespace {

constexpr std::size_t envelope_room = 4096;

wire::Kind reply_kind(wire::Kind request) {
  switch (request) {
    case wire::Kind::read: return wire::Kind::read_reply;
    case wire::Kind::add_update:
    case wire::Kind::remove: return wire::Kind::write_reply;
    case wire::Kind::keys: return wire::Kind::keys_reply;
    case wire::Kind::conflicts: return wire::Kind::conflicts_reply;
    case wire::Kind::explain: return wire::Kind::explain_reply;
    case wire::Kind::status: return wire::Kind::status_reply;
    case wire::Kind::token_create:
    case wire::Kind::token_write:
    case wire::Kind::token_read:
    case wire::Kind::token_drop: return wire::Kind::token_reply;
    case wire::Kind::token_list: return wire::Kind::tokens_reply;
    case wire::Kind::token_show: return wire::Kind::token_show_reply;
    case wire::Kind::in_session: return wire::Kind::in_session_reply;
    case wire::Kind::watch: return wire::Kind::watch_reply;
    case wire::Kind::watch_conflicts: return wire::Kind::watch_conflicts_reply;
    case wire::Kind::traces_of: return wire::Kind::traces_reply;
    default: return wire::Kind::done;
  }
}

template <class Body>
Outcome decoded(std::string_view bytes, const Endpoint& from) {
  Outcome outcome{tl::in_place, std::in_place_type<Body>};
  if (const auto wrong = wire::decode_into(bytes, std::get<Body>(*outcome))) {
    outcome = tl::unexpected(own_failure(Status::internal, Applied::unknown,
                                         "the answer of " + from.title() + " cannot be read: " + wrong->what));
  }
  return outcome;
}

std::string titles(const std::vector<Endpoint>& endpoints) {
  std::string text;
  std::set<std::string> named;  // one that was tried again is one
  for (const Endpoint& endpoint : endpoints) {
    const std::string title = endpoint.title();
    if (named.insert(title).second) text += (text.empty() ? "" : ", ") + title;
  }
  return text;
}

std::string in_words(std::chrono::milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

bool is_question(wire::Kind kind) {
  switch (kind) {
    case wire::Kind::read:
    case wire::Kind::keys:
    case wire::Kind::conflicts:
    case wire::Kind::explain:
    case wire::Kind::status:
    case wire::Kind::token_read:
    case wire::Kind::token_list:
    case wire::Kind::token_show:
    case wire::Kind::watch:
    case wire::Kind::watch_conflicts:
    case wire::Kind::traces_of: return true;
    default: return false;
  }
}

Outcome read_answer(wire::Kind asked, wire::Kind kind, std::string_view body, const Endpoint& from) {
  if (kind == wire::Kind::failure) {
    auto failure = wire::decode<Failure>(body);
    if (failure) return tl::unexpected(std::move(*failure));
  } else if (kind == reply_kind(asked)) {
    switch (kind) {
      case wire::Kind::read_reply: return decoded<wire::ReadReply>(body, from);
      case wire::Kind::write_reply: return decoded<wire::WriteReply>(body, from);
      case wire::Kind::keys_reply: return decoded<wire::KeysReply>(body, from);
      case wire::Kind::conflicts_reply: return decoded<wire::ConflictsReply>(body, from);
      case wire::Kind::explain_reply: return decoded<wire::ExplainReply>(body, from);
      case wire::Kind::status_reply: return decoded<wire::StatusReply>(body, from);
      case wire::Kind::token_reply: return decoded<wire::TokenReply>(body, from);
      case wire::Kind::tokens_reply: return decoded<wire::TokensReply>(body, from);
      case wire::Kind::token_show_reply: return decoded<wire::TokenShowReply>(body, from);
      case wire::Kind::in_session_reply: return decoded<wire::InSessionReply>(body, from);
      case wire::Kind::watch_reply: return decoded<wire::WatchReply>(body, from);
      case wire::Kind::watch_conflicts_reply: return decoded<wire::WatchConflictsReply>(body, from);
      case wire::Kind::traces_reply: return decoded<wire::TracesReply>(body, from);
      default: return decoded<wire::Done>(body, from);
    }
  }
  return tl::unexpected(own_failure(Status::internal, Applied::unknown,
                                    from.title() + " gave an answer of kind " +
                                        std::to_string(static_cast<unsigned>(kind)) +
                                        " that does not fit the request"));
}

Failure own_failure(Status status, Applied applied, std::string message) {
  return {status, applied, std::move(message), "", 0, 0};
}

std::optional<Failure> too_large(std::size_t body_bytes) {
  if (body_bytes + envelope_room <= wire::max_message_bytes) return std::nullopt;
  return own_failure(Status::limit, Applied::no,
                     "a request of " + std::to_string(body_bytes) + " bytes is larger than any message may be");
}

Failure never_reached(const std::vector<Endpoint>& tried, std::chrono::milliseconds within) {
  return own_failure(Status::unavailable, Applied::no,
                     "no node could be reached within " + in_words(within) + "; tried " + titles(tried));
}

Failure never_answered(wire::Kind asked, const std::vector<Endpoint>& sent_to, std::chrono::milliseconds within) {
  const char* what = is_question(asked) ? "" : "; it may have been applied, or may still be";
  return own_failure(Status::timeout, Applied::unknown,
                     "no answer from " + titles(sent_to) + " within " + in_words(within) + what);
}

}  // namespace kin
