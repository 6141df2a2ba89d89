// Clients of the causal tier: each works through its own node, now and then through another one, and remembers the
// contexts that it was given, old ones too. Some keep to a session. What they are told goes to a CausalOracle, which
// knows no clocks; what is promised of names and clocks is judged beside it:
//   two names   a dot names two values, or a value has not kept its dot and its clock (name_judge.hpp)
//   clock       the clock of a write is not above that of a value which it replaced (name_judge.hpp)
//   story       what is told of a conflict is not what its writers had seen (story_judge.hpp)
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "driver/sim/load.hpp"
#include "driver/sim/name_judge.hpp"
#include "driver/sim/story_judge.hpp"

namespace kin::sim {

class CausalLoad : public Load {
 public:
  explicit CausalLoad(const Options& options);

  void start(SimCluster& cluster) override;
  bool over() const override { return asked_ >= options_.operations && open_ == 0; }
  void judge_the_end() override;
  void read_again() override;
  std::vector<std::string> keys_without_value() const override { return {empty_.begin(), empty_.end()}; }
  std::uint64_t asked() const override { return asked_; }
  std::uint64_t answered() const override { return answered_; }
  std::uint64_t judged() const override { return oracle_.judged(); }
  std::uint64_t excused() const override { return oracle_.excused(); }
  std::uint64_t escaped() const override { return oracle_.escaped(); }
  std::uint64_t stories() const override { return stories_.judged(); }
  std::uint64_t uncertain_stories() const override { return stories_.uncertain(); }
  const std::vector<Violation>& violations() const override { return oracle_.violations(); }
  std::vector<std::string> story() const override;
  std::vector<std::string> history() const override;

  void stepped(const NodeId& node, const std::vector<Reply>& replies) override;
  void settled(const NodeId& node, bool durable) override { oracle_.settled(node, durable); }
  void reply_arrived(const Reply& reply) override;
  void forgot(const NodeId& node) override { oracle_.forgot(node); }
  void refused(const NodeId& node, const std::string& why) override;

 private:
  static constexpr const char* bucket = "default";

  enum class Kind { read, put, remove };

  // A context that a client was given, and what it stands for.
  struct Token {
    std::string key;
    std::string context;
    EventSet seen;
    std::string operation;  // that gave it
  };
  struct Operation {
    std::size_t client = 0;
    Kind kind = Kind::read;
    NodeId node;
    std::string key, value;
    wire::Seen seen = wire::Seen::implied;
    EventSet seen_by_token;
    std::string token_operation;
    std::uint32_t level = 1;
    std::uint64_t mark = 0;  // of the oracle, when it was asked
    Micros start = 0;
    std::optional<Micros> end;
    const char* outcome = "unknown";
    std::optional<CausalOracle::Event> event;
    std::optional<EventSet> told;  // what the reply's context stands for
    std::vector<std::string> values, replaced;
    std::string context, session_seen;  // as the reply gives them, until it arrives
    bool in_session = false;
    bool closed = false;  // answered, or given up
  };
  struct Client {
    NodeId home;
    std::deque<Token> tokens;
    std::uint32_t open = 0;  // of its operations
    bool keeps_session = false;
    std::string seen;  // as the last reply of the session gave it
    SessionView view;
  };

  // Asking, and being answered.
  void next(std::size_t client);
  // Operations that travel together to one node: one, or where the options say so several. In a session one follows the
  // other.
  void ask(std::size_t client);
  std::uint32_t burst(const Client& client) const;
  void begin(std::size_t client, const NodeId& node, std::vector<Question>& questions);
  // As the client sends it: in its session, where it keeps one.
  template <class Request>
  Question question(const Client& client, CallId call, const Request& request) const;
  void close(CallId call, const Reply* reply);
  void follow_session(Operation& operation);

  // What a node answers is judged in the turn that it answers in (causal_load_judging.cpp).
  void judge_reply(const NodeId& node, CallId call, wire::Kind kind, const std::string& body,
                   const std::string& session_seen);
  void judge_read(Operation& operation, wire::ReadReply&& reply);
  void judge_write(Operation& operation, wire::WriteReply&& reply);
  void judge_failure(Operation& operation, const Failure& failure);
  void write_was_stepped(Operation& operation, const std::vector<std::string>& held_or_replaced);

  // The end (causal_load_end.cpp).
  Reply ask_and_wait(const NodeId& node, wire::Kind kind, const std::string& body);
  void judge_lists(const NodeId& node, const std::map<std::string, std::size_t>& values_of);
  void read_in_each_session();

  const Options options_;
  Rng rng_;
  CausalOracle oracle_;
  NameJudge names_;
  StoryJudge stories_;
  SimCluster* cluster_ = nullptr;
  std::vector<Client> clients_;
  std::map<CallId, Operation> operations_;  // all of them: a late answer still counts for the oracle
  std::map<CallId, CallId> peeks_;          // a read that goes before a write whose reply may never come
  std::map<CallId, std::string> explains_;  // keys that are asked about beside a read
  std::uint64_t asked_ = 0, answered_ = 0, open_ = 0;
  std::optional<Reply> awaited_;  // of a question that is asked in the end
  CallId awaits_ = 0;
  std::set<std::string> empty_;          // keys without a value, in the end
  std::vector<std::string> last_reads_;  // lines of the history
};

}  // namespace kin::sim
