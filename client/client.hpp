// The client for programs that wait for each answer. See async_client.hpp for failing over and for the failures.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/async_client.hpp"
#include "client/session.hpp"

namespace kin {

// ok, or partial: fewer than the wanted members had the write on disk in time. It is applied, stays and spreads.
Status status_of(const wire::WriteReply& reply);

class Client {
 public:
  template <class Reply>
  using Result = tl::expected<Reply, Failure>;

  Client(std::vector<Endpoint> endpoints, ClientOptions options);

  // No siblings in the reply: the key is not there. More than one: a conflict.
  Result<wire::ReadReply> read(const std::string& bucket, const std::string& key, wire::Level level = {});
  // An operation id is drawn where the request has none.
  Result<wire::WriteReply> add_update(wire::AddUpdate request);
  Result<wire::WriteReply> remove(wire::Remove request);
  // The same in a session, which any number of clients may share, one after the other: at a node that lacks what the
  // session has seen they wait, and end in UNAVAILABLE, applied no. A write that says nothing of what it has seen
  // carries the session's context of its key.
  Result<wire::ReadReply> read(Session& session, const std::string& bucket, const std::string& key,
                               wire::Level level = {});
  Result<wire::WriteReply> add_update(Session& session, wire::AddUpdate request);
  Result<wire::WriteReply> remove(Session& session, wire::Remove request);
  // One page. The next one: `after` = the last key of this one, while `more`.
  Result<wire::KeysReply> keys(const wire::Keys& request, std::optional<std::size_t> at = std::nullopt);
  Result<wire::ConflictsReply> conflicts(const wire::Conflicts& request);

  // One answer of a watch (common/wire/watching.hpp) of the node at this position among the endpoints.
  Result<wire::WatchReply> watch(std::size_t at, const wire::Watch& request);
  Result<wire::WatchConflictsReply> watch_conflicts(std::size_t at, const wire::WatchConflicts& request);
  // What each endpoint keeps of a deleted key; the results stand in their order.
  std::vector<Result<wire::TracesReply>> traces_at_all(const wire::TracesOf& request);

  // `at` is a position among the endpoints; any node where it is not given.
  Result<wire::StatusReply> status(std::optional<std::size_t> at = std::nullopt);
  Result<wire::Done> fault(std::size_t at, const wire::Fault& request);
  Result<wire::Done> remove_member(std::size_t at, const std::string& member);

  // Tokens. create, write and drop go to the writer at `at`, read and show to any of the endpoints, which must be
  // holders. `progress` is told while the node scans, if the request wants it.
  Result<wire::TokenReply> token_create(std::size_t at, const wire::TokenCreate& request);
  Result<wire::TokenReply> token_write(std::size_t at, const wire::TokenWrite& request, OnProgress progress = {});
  Result<wire::TokenReply> token_drop(std::size_t at, const wire::TokenDrop& request);
  Result<wire::TokenReply> token_read(const wire::TokenRead& request);
  Result<wire::TokenShowReply> token_show(const wire::TokenShow& request);
  Result<wire::TokensReply> token_list();
  Result<wire::Done> token_silence(std::size_t at, const wire::TokenSilence& request);

  // Asks all endpoints at once; the results stand in their order.
  std::vector<Result<wire::StatusReply>> status_of_all();
  std::vector<Result<wire::ExplainReply>> explain_at_all(const wire::Explain& request);
  std::vector<Result<wire::Done>> fault_at_all(const wire::Fault& request);
  std::vector<Result<wire::Done>> remove_member_at_all(const std::string& member);

  // Of the last request to one node: see AsyncClient::sent_again.
  bool sent_again() const { return sent_again_; }
  // True once the interrupt ended a wait: the request under way failed, applied unknown.
  bool interrupted() const { return interrupted_; }

  AsyncClient& core() { return core_; }
  const std::vector<Endpoint>& endpoints() const { return core_.endpoints(); }

 private:
  template <class Reply, class Request>
  Result<Reply> ask(const Request& request, std::optional<std::size_t> at = std::nullopt, OnProgress progress = {});
  template <class Reply, class Request>
  Result<Reply> ask(Session& session, const Request& request);
  template <class Reply, class Request>
  std::vector<Result<Reply>> ask_all(const Request& request);

  AsyncClient core_;
  bool interrupted_ = false;
  bool sent_again_ = false;
};

}  // namespace kin
