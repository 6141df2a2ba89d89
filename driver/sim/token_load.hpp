// Clients of a tier with tokens: they create, write, read and drop a few tokens at their writers and readers. What they
// are told is judged as the history of a register for each token, by driver/check's search for an order; beside that:
//   wrong value  a reply shows another minimum than the range has
//   two names    one stamp names two values
//   odd answer   a reply that no request of this load can have
//   stopped      a node stopped by itself
//   no answer    a reader does not answer although the faults are over
//   speaks       a node answers about a token about which it is to be silent
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/wire/status.hpp"
#include "common/wire/tokens.hpp"
#include "driver/check/register_history.hpp"
#include "driver/sim/load.hpp"

namespace kin::sim {

// The tokens of a run, drawn from its seed.
void add_tokens(const Options& options, ClusterConfig& config);

class TokenLoad : public Load {
 public:
  explicit TokenLoad(const Options& options);

  void start(SimCluster& cluster) override;
  bool over() const override { return asked_ >= options_.operations && open_ == 0; }
  void judge_the_end() override;
  void read_again() override;
  std::vector<std::string> keys_without_value() const override { return {}; }
  std::uint64_t asked() const override { return asked_; }
  std::uint64_t answered() const override { return answered_; }
  std::uint64_t judged() const override { return judged_; }
  std::uint64_t excused() const override { return 0; }
  const std::vector<Violation>& violations() const override { return violations_; }
  std::vector<std::string> story() const override { return {}; }
  std::vector<std::string> history() const override;

  void stepped(const NodeId&, const std::vector<Reply>&) override {}
  void settled(const NodeId&, bool) override {}
  void reply_arrived(const Reply& reply) override;
  void forgot(const NodeId&) override {}
  void refused(const NodeId& node, const std::string& why) override;

 private:
  struct Operation {
    std::string client, token, name;
    wire::Kind kind{};
    bool if_absent = false;  // of a create
    NodeId node;
    Micros start = 0;
  };

  void draw_silences();
  bool all_began();
  void silence_when_all_began();
  void next(std::size_t client);
  void ask(std::size_t client);
  Operation drawn(std::size_t client);
  std::string request_of(const Operation& operation) const;
  wire::TokenWrite write_of(const Operation& operation) const;
  void close(CallId call, const Reply* reply);
  void search_orders();
  void judge(const Operation& operation, const Reply* reply);
  void judge_reply(const Operation& operation, const wire::TokenReply& reply);
  void judge_failure(const Operation& operation, const Failure& failure);
  void saw(const Operation& operation, const std::string& value);
  void add(const Operation& operation, check::RegisterOp op, std::string value, check::Outcome outcome,
           bool swapped = false);
  void wrong(std::string rule, std::string story) { violations_.push_back({std::move(rule), std::move(story)}); }
  bool is_silent(const NodeId& node, const std::string& token) const;
  std::optional<Reply> ask_and_wait(const NodeId& node, const std::string& token, Micros longest);
  bool last_read(const NodeId& node, const std::string& token);

  const Options options_;
  Rng rng_;
  SimCluster* cluster_ = nullptr;
  std::map<CallId, Operation> open_operations_;
  std::uint64_t asked_ = 0, answered_ = 0, judged_ = 0, open_ = 0;
  check::RegisterHistory history_;
  std::map<std::string, wire::TokenWrite> writes_;                           // by the name that each has alone
  std::map<std::pair<std::string, wire::TokenStamp>, std::string> stamped_;  // values, by token and stamp
  // About which token each of them is to be silent, and the call that told it; 0: not told yet.
  std::map<std::pair<NodeId, std::string>, CallId> silent_;
  std::set<std::pair<NodeId, std::string>> told_;  // who confirmed that
  std::optional<Reply> awaited_;                   // of a question that is asked in the end
  CallId awaits_ = 0;
  std::vector<Violation> violations_;
};

}  // namespace kin::sim
