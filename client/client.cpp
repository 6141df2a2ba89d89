#include "client/client.hpp"

#include <memory>

#include "client/identity.hpp"

namespace kin {
namespace {

constexpr std::chrono::milliseconds longest_wait{1000};

template <class Reply>
tl::expected<Reply, Failure> narrowed(Outcome outcome) {
  if (!outcome) return tl::unexpected(std::move(outcome.error()));
  return std::get<Reply>(std::move(*outcome));  // the core checked the kind
}

template <class Request>
void carry_context(const Session& session, Request& request) {
  if (request.seen != wire::Seen::implied) return;
  auto context = session.context(request.bucket, request.key);
  if (!context) return;
  request.seen = wire::Seen::context;
  request.context = std::move(*context);
}

Failure broken_off() {
  return {Status::internal, Applied::unknown, "interrupted; what was sent may have been applied", "", 0, 0};
}

}  // namespace

Status status_of(const wire::WriteReply& reply) { return reply.got < reply.wanted ? Status::partial : Status::ok; }

Client::Client(std::vector<Endpoint> endpoints, ClientOptions options)
    : core_(std::move(endpoints), std::move(options)) {}

template <class Reply, class Request>
Client::Result<Reply> Client::ask(const Request& request, std::optional<std::size_t> at, OnProgress progress) {
  // Shared, because an interrupted call leaves its callback behind in the core.
  auto answer = std::make_shared<std::optional<Outcome>>();
  const std::uint64_t id = core_.submit(
      request,
      [this, answer](Outcome outcome) {
        *answer = std::move(outcome);
        sent_again_ = core_.sent_again();
      },
      at);
  if (progress) core_.on_progress(id, std::move(progress));
  while (!answer->has_value()) {
    if (core_.poll(longest_wait) || answer->has_value()) continue;
    interrupted_ = sent_again_ = true;  // it may have been
    return tl::unexpected(broken_off());
  }
  return narrowed<Reply>(std::move(**answer));
}

template <class Reply, class Request>
Client::Result<Reply> Client::ask(Session& session, const Request& request) {
  auto reply = ask<wire::InSessionReply>(wire::in_session(request, session.seen()));
  if (!reply) return tl::unexpected(std::move(reply.error()));
  return narrowed<Reply>(session.taken(Request::kind, request.bucket, request.key, ClientReply(std::move(*reply))));
}

template <class Reply, class Request>
std::vector<Client::Result<Reply>> Client::ask_all(const Request& request) {
  const std::size_t n = endpoints().size();
  auto answers = std::make_shared<std::vector<std::optional<Outcome>>>(n);
  auto missing = std::make_shared<std::size_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    core_.submit(
        request,
        [answers, missing, i](Outcome outcome) {
          (*answers)[i] = std::move(outcome);
          --*missing;
        },
        i);
  }
  while (*missing > 0 && !interrupted_) interrupted_ = !core_.poll(longest_wait);
  std::vector<Result<Reply>> results;
  for (auto& answer : *answers) {
    results.push_back(answer ? narrowed<Reply>(std::move(*answer)) : tl::unexpected(broken_off()));
  }
  return results;
}

Client::Result<wire::ReadReply> Client::read(const std::string& bucket, const std::string& key, wire::Level level) {
  return ask<wire::ReadReply>(wire::Read{bucket, key, level});
}

Client::Result<wire::WriteReply> Client::add_update(wire::AddUpdate request) {
  if (request.operation.empty()) request.operation = new_operation_id();
  return ask<wire::WriteReply>(request);
}

Client::Result<wire::WriteReply> Client::remove(wire::Remove request) {
  if (request.operation.empty()) request.operation = new_operation_id();
  return ask<wire::WriteReply>(request);
}

Client::Result<wire::ReadReply> Client::read(Session& session, const std::string& bucket, const std::string& key,
                                             wire::Level level) {
  return ask<wire::ReadReply>(session, wire::Read{bucket, key, level});
}

Client::Result<wire::WriteReply> Client::add_update(Session& session, wire::AddUpdate request) {
  if (request.operation.empty()) request.operation = new_operation_id();
  carry_context(session, request);
  return ask<wire::WriteReply>(session, request);
}

Client::Result<wire::WriteReply> Client::remove(Session& session, wire::Remove request) {
  if (request.operation.empty()) request.operation = new_operation_id();
  carry_context(session, request);
  return ask<wire::WriteReply>(session, request);
}

Client::Result<wire::WatchReply> Client::watch(std::size_t at, const wire::Watch& request) {
  return ask<wire::WatchReply>(request, at);
}

Client::Result<wire::WatchConflictsReply> Client::watch_conflicts(std::size_t at, const wire::WatchConflicts& request) {
  return ask<wire::WatchConflictsReply>(request, at);
}

std::vector<Client::Result<wire::TracesReply>> Client::traces_at_all(const wire::TracesOf& request) {
  return ask_all<wire::TracesReply>(request);
}

Client::Result<wire::KeysReply> Client::keys(const wire::Keys& request, std::optional<std::size_t> at) {
  return ask<wire::KeysReply>(request, at);
}

Client::Result<wire::ConflictsReply> Client::conflicts(const wire::Conflicts& request) {
  return ask<wire::ConflictsReply>(request);
}

Client::Result<wire::StatusReply> Client::status(std::optional<std::size_t> at) {
  return ask<wire::StatusReply>(wire::StatusQuery{}, at);
}

Client::Result<wire::Done> Client::fault(std::size_t at, const wire::Fault& request) {
  return ask<wire::Done>(request, at);
}

Client::Result<wire::Done> Client::remove_member(std::size_t at, const std::string& member) {
  return ask<wire::Done>(wire::RemoveMember{member}, at);
}

Client::Result<wire::TokenReply> Client::token_create(std::size_t at, const wire::TokenCreate& request) {
  return ask<wire::TokenReply>(request, at);
}

Client::Result<wire::TokenReply> Client::token_write(std::size_t at, const wire::TokenWrite& request,
                                                     OnProgress progress) {
  return ask<wire::TokenReply>(request, at, std::move(progress));
}

Client::Result<wire::TokenReply> Client::token_drop(std::size_t at, const wire::TokenDrop& request) {
  return ask<wire::TokenReply>(request, at);
}

Client::Result<wire::TokenReply> Client::token_read(const wire::TokenRead& request) {
  return ask<wire::TokenReply>(request);
}

Client::Result<wire::TokenShowReply> Client::token_show(const wire::TokenShow& request) {
  return ask<wire::TokenShowReply>(request);
}

Client::Result<wire::TokensReply> Client::token_list() { return ask<wire::TokensReply>(wire::TokenList{}); }

Client::Result<wire::Done> Client::token_silence(std::size_t at, const wire::TokenSilence& request) {
  return ask<wire::Done>(request, at);
}

std::vector<Client::Result<wire::StatusReply>> Client::status_of_all() {
  return ask_all<wire::StatusReply>(wire::StatusQuery{});
}

std::vector<Client::Result<wire::ExplainReply>> Client::explain_at_all(const wire::Explain& request) {
  return ask_all<wire::ExplainReply>(request);
}

std::vector<Client::Result<wire::Done>> Client::fault_at_all(const wire::Fault& request) {
  return ask_all<wire::Done>(request);
}

std::vector<Client::Result<wire::Done>> Client::remove_member_at_all(const std::string& member) {
  return ask_all<wire::Done>(wire::RemoveMember{member});
}

}  // namespace kin
