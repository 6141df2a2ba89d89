// What all tokens of one process have in common: who it is, what time it is, and what it has to say to its peers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/protocols/atomic/messages.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::atomic {

struct Counts {
  std::uint64_t reads = 0;    // answered with what a quorum holds
  std::uint64_t changes = 0;  // creates, writes and drops that a quorum holds
  std::uint64_t imposed = 0;  // phases in which a reader or a checking writer told the others
  std::uint64_t agreed = 0;   // and in which it need not, since the quorum that it had asked agreed
};

class Token;

class Process {
 public:
  explicit Process(const Environment& environment) : env(environment) {}

  const Environment env;
  std::uint64_t now_ms = 0;
  Counts counts;
  // When each peer was last heard of, and in which life.
  std::map<NodeId, std::uint64_t> heard_ms;
  std::map<NodeId, Incarnation> lives;
  // A newer process of this node than this one, once there is a sign of it.
  std::optional<Incarnation> superseded_by;

  std::uint64_t answer_by(const ClientCall& call) const { return call.answer_by_ms(now_ms, env.cluster.request_ms); }
  std::uint64_t next_number() { return ++last_number_; }
  wire::TokenStamp next_stamp() { return {env.life, ++last_counter_}; }
  std::uint64_t last_counter() const { return last_counter_; }
  // Whose job it is; nullptr once it was ended or cancelled.
  Token* owner_of(JobId job) const;
  JobId begin_job(Token& owner);
  void end_job(JobId job) { jobs_.erase(job); }
  void cancel_job(JobId job, Outputs& out);

  template <class M>
  void say(const NodeId& to, const char* what, const M& message) {
    outbox_[to].push_back({what, std::make_shared<const std::string>(encode(message))});
  }
  // Packed once.
  template <class M>
  void say_all(const std::vector<NodeId>& to, const char* what, const M& message) {
    const auto body = std::make_shared<const std::string>(encode(message));
    for (const NodeId& peer : to) outbox_[peer].push_back({what, body});
  }
  // One Send for each peer, of all that was said since the last time.
  void flush(Outputs& out);

 private:
  struct Said {
    std::string what;
    std::shared_ptr<const std::string> body;
  };

  std::map<NodeId, std::vector<Said>> outbox_;
  std::uint64_t last_number_ = 0, last_counter_ = 0;
  JobId last_job_ = 0;
  std::map<JobId, Token*> jobs_;
};

}  // namespace kin::atomic
