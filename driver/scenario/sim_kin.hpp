// One run of kin against a simulated node, in virtual time: the same command line, request, patience, answer and line
// of history as those of the program, without a process and a socket.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command_line.hpp"
#include "client/commands/listing.hpp"
#include "client/commands/run.hpp"
#include "client/commands/user_files.hpp"
#include "client/outcome.hpp"
#include "driver/scenario/sim_question.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

class SimKin : public std::enable_shared_from_this<SimKin> {
 public:
  // Made with std::make_shared, since its alarms keep it. `clients` outlives this.
  SimKin(SimClients& clients, ClientCall call);
  SimKin(const SimKin&) = delete;
  SimKin& operator=(const SimKin&) = delete;

  // Begins now. A command that asks no node is over at once.
  void begin();
  bool over() const { return over_; }
  // What kin would have printed, read; once it is over.
  const ClientAnswer& answer() const { return answer_; }

 private:
  void play(const ReadCommand& command);
  void play(const AddUpdateCommand& command);
  void play(const DeleteCommand& command);
  void play(const TokenCreateCommand& command);
  void play(const TokenWriteCommand& command);
  void play(const TokenReadCommand& command);
  void play(const TokenDropCommand& command);
  void play(const TokenShowCommand& command);
  void play(const SilenceCommand& command);
  void play(const KeysCommand& command);
  void play(const ConflictsCommand& command);
  void play(const ExplainCommand& command);
  void play(const ResolveCommand& command);
  void play_alone(const Command& command);
  void next_page(KeyPages pages, std::vector<std::string> so_far);
  void next_page(ConflictPages pages);
  void resolve(const ResolveCommand& command, int round);
  template <class Request>
  void ask_about_token(const char* verb, const Request& request);

  WriterContext context_for(const std::string& key, std::optional<wire::Seen> said, const std::string& context) const;
  HistoryEvent event(const char* op, const std::string& key, const WriterContext& carried);
  void ask_at(const Endpoint& at, wire::Kind kind, wire::Kind what, std::string body,
              std::function<void(Outcome)> then);
  template <class Request>
  void ask(const Request& request, const std::function<void(Outcome)>& then);
  // The same in the session, where there is one.
  template <class Request>
  void ask_about_key(const Request& request, std::function<void(Outcome)> then);
  // The reply or the failure, also as a line of the history.
  template <class ReplyBody>
  tl::expected<ReplyBody, Failure> noted(HistoryEvent event, Outcome outcome);
  template <class ReplyBody, class Tell>
  void finish(HistoryEvent event, Outcome outcome, const Tell& tell);
  void refuse(const Failure& failure);
  // What this world cannot do, whatever the scenario expects of it.
  void not_played(const std::string& why);
  // Runs what kin does with its two streams: what it printed becomes the answer. The second one ends the command.
  void say(const std::function<int(const CommandContext&)>& action);
  void print(const std::function<int(const CommandContext&)>& action);
  std::string drawn_id();

  SimClients& clients_;
  const ClientCall call_;
  Globals globals_;
  Endpoint at_;
  std::string name_;
  bool over_ = false;
  ClientAnswer answer_;
};

template <class Body>
tl::expected<Body, Failure> narrowed(Outcome outcome) {
  if (!outcome) return tl::unexpected(std::move(outcome.error()));
  return std::get<Body>(std::move(*outcome));
}

template <class Request>
void SimKin::ask(const Request& request, const std::function<void(Outcome)>& then) {
  ask_at(at_, Request::kind, Request::kind, wire::encode(request), then);
}

template <class Request>
void SimKin::ask_about_key(const Request& request, std::function<void(Outcome)> then) {
  if (globals_.session.empty()) return ask(request, then);
  const wire::InSession in_session = wire::in_session(request, clients_.sessions[globals_.session].seen());
  ask_at(at_, wire::InSession::kind, Request::kind, wire::encode(in_session),
         [this, bucket = request.bucket, key = request.key, then = std::move(then)](const Outcome& outcome) {
           then(clients_.sessions[globals_.session].taken(Request::kind, bucket, key, outcome));
         });
}

template <class ReplyBody>
tl::expected<ReplyBody, Failure> SimKin::noted(HistoryEvent event, Outcome outcome) {
  auto reply = narrowed<ReplyBody>(std::move(outcome));
  reply ? record(event, *reply, clients_.now_ns()) : record(event, reply.error(), clients_.now_ns());
  if (call_.in_history) clients_.history += history_line(event);
  return reply;
}

}  // namespace kin::driver
