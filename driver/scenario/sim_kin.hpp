// One run of kin against a simulated node, in virtual time: the same command line, request, patience, answer and line
// of history as those of the program, without a process and a socket. Each request is sent once: the program sends a
// write that names its operation again when half of its time has passed (client/async_client.hpp).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command_line.hpp"
#include "client/commands/run.hpp"
#include "client/commands/user_files.hpp"
#include "client/outcome.hpp"
#include "driver/scenario/world.hpp"
#include "driver/sim/sim_cluster.hpp"

namespace kin::driver {

// What the runs of kin in one simulated world share.
struct SimClients {
  sim::SimCluster& cluster;
  Rng rng;                                                       // names operations
  std::string history;                                           // lines
  std::map<CallId, std::function<void(const Reply&)>> awaiting;  // replies
  std::map<std::string, Session> sessions;  // of --session, by the name of the file; no file is written
  std::uint64_t runs = 0;

  std::uint64_t now_ns() const { return cluster.agenda().now() * 1000; }
};

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
  void play_alone(const Command& command);
  template <class Request>
  void ask_about_token(const char* verb, const Request& request);

  WriterContext context_for(const std::string& key, std::optional<wire::Seen> said, const std::string& context) const;
  HistoryEvent event(const char* op, const std::string& key, const WriterContext& carried);
  void ask(wire::Kind kind, std::string body, std::function<void(Outcome)> then);
  // The same in the session, where there is one.
  template <class Request>
  void ask_about_key(const Request& request, std::function<void(Outcome)> then);
  void send_when_reachable();
  void came(Outcome outcome);
  template <class ReplyBody, class Tell>
  void finish(HistoryEvent event, Outcome outcome, const Tell& tell);
  void refuse(const Failure& failure);
  // Runs what kin does with its two streams and takes its exit code.
  void print(const std::function<int(const CommandContext&)>& action);
  std::string drawn_id();

  SimClients& clients_;
  const ClientCall call_;
  Globals globals_;
  Endpoint at_;
  std::string name_;
  wire::Kind kind_{};
  wire::Kind asks_{};  // another one in a session
  std::string body_;
  std::function<void(Outcome)> then_;
  CallId asked_ = 0;  // 0: nothing was sent
  sim::Micros deadline_ = 0;
  bool over_ = false;
  ClientAnswer answer_;
};

}  // namespace kin::driver
