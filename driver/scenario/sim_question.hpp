// One request of a simulated client to one node, in virtual time, from when it is made until its answer came or its
// patience ended. It is sent once: the program sends a write that names its operation again when half of its time has
// passed (client/async_client.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/endpoint.hpp"
#include "client/outcome.hpp"
#include "client/session.hpp"
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

struct SimAsked {
  Endpoint at;
  std::string client;  // how it names itself
  wire::Kind kind{};
  wire::Kind what{};  // inside a session's request; else the same
  std::string body;
  std::chrono::milliseconds timeout{0};
};

class SimQuestion : public std::enable_shared_from_this<SimQuestion> {
 public:
  // `then` is called once: now, where the request is too large for a node, or from the agenda. `clients` outlives it.
  static void ask(SimClients& clients, SimAsked asked, std::function<void(Outcome)> then);

  SimQuestion(SimClients& clients, SimAsked asked, std::function<void(Outcome)> then);

 private:
  void send_when_reachable();
  void came(Outcome outcome);

  SimClients& clients_;
  SimAsked asked_;
  std::function<void(Outcome)> then_;
  const sim::Micros deadline_;
  CallId call_ = 0;  // 0: nothing was sent
  bool over_ = false;
};

}  // namespace kin::driver
