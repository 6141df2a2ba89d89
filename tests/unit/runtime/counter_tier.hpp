// A tier for tests of the runtime: it counts writes and does on demand what tiers may do. One key, one number.
//
// add_update counts one up under the key, tells all other members, and answers Done with the number; read answers
// Done with the number. The value of an add_update orders something more:
//
//   early     the messages to peers may leave before the disk has the write
//   silence   no reply
//   garbage   the request is called malformed
//   stop      this process must not go on
//   warn      a warning
//   job       a job computes the reply, Done with `computed`; for each progress a Done with `done/total` goes before it
//   cancel    nobody wants the jobs any more
#pragma once

#include <array>
#include <map>
#include <string>

#include "common/wire/requests.hpp"
#include "node/protocols/registry.hpp"

namespace kin {

class CounterTier : public Protocol {
 public:
  explicit CounterTier(const Environment& environment) : env_(environment) { env_.store.get("at start"); }

  void step(const Input& input, Outputs& out) override {
    if (std::holds_alternative<Started>(input)) out.writes.put("started", "yes");
    if (const auto* call = std::get_if<ClientCall>(&input)) on_call(*call, out);
    if (const auto* message = std::get_if<PeerMessage>(&input)) on_message(*message, out);
    if (std::holds_alternative<Tick>(input)) ++ticks_;
    if (const auto* progress = std::get_if<JobProgress>(&input)) {
      const std::string text = std::to_string(progress->done) + '/' + std::to_string(progress->total);
      out.reply_and_go_on(jobs_.at(progress->id), wire::Kind::done, wire::Done{text});
    }
    if (const auto* done = std::get_if<JobDone>(&input)) {
      out.reply(jobs_.at(done->id), wire::Kind::done, wire::Done{std::string(done->result)});
      jobs_.erase(done->id);
    }
    if (const auto* removal = std::get_if<RemoveMember>(&input)) out.writes.put("removed", removal->member.str());
  }

  void finish_turn(Outputs& out) override { out.trace.push_back({"turn", {}}); }

  wire::TierReport report(std::uint64_t) const override {
    wire::TierReport report;
    report.tier = "counter";
    report.keys = number("k");
    report.counters = {{"ticks", ticks_}};
    return report;
  }

  void check_invariants() const override {}

  static constexpr wire::Kind own_kind{40};

 private:
  std::uint64_t number(std::string_view key) const {
    const auto stored = env_.store.get("n/" + std::string(key));
    return stored ? std::stoull(*stored) : 0;
  }

  void on_call(const ClientCall& call, Outputs& out) {
    if (call.kind == own_kind) return out.reply(call.id, wire::Kind::done, wire::Done{"owned"});
    if (call.kind == wire::Kind::read) {
      const auto read = wire::decode<wire::Read>(call.body);
      if (!read) return out.malformed.push_back(read.error().what);
      return out.reply(call.id, wire::Kind::done, wire::Done{std::to_string(number(read->key))});
    }
    const auto write = wire::decode<wire::AddUpdate>(call.body);
    if (!write || write->value == "garbage") return out.malformed.push_back("garbage");
    const std::string next = std::to_string(number(write->key) + 1);
    out.writes.put("n/" + write->key, next);
    out.trace.push_back({"write", {{"key", write->key}}});
    for (const NodeConfig& node : env_.cluster.nodes) {
      if (node.id == env_.self) continue;
      out.sends.push_back({node.id, std::make_shared<const std::string>(next), "push", write->value == "early"});
    }
    if (write->value == "job") {
      jobs_[++last_job_] = call.id;
      out.jobs.push_back({last_job_, [](JobWatch&) { return std::string("computed"); }});
      return;
    }
    if (write->value == "cancel") {
      for (const auto& [job, asked_by] : jobs_) out.cancelled.push_back(job);
      jobs_.clear();
    }
    if (write->value == "stop") out.stop = "the counter says stop";
    if (write->value == "warn") out.warnings.emplace_back("the counter warns");
    if (write->value != "silence") out.reply(call.id, wire::Kind::done, wire::Done{next});
  }

  void on_message(const PeerMessage& message, Outputs& out) {
    if (message.body == "garbage") return out.malformed.push_back("garbage from a peer");
    out.writes.put("from/" + message.from, std::string(message.body));
  }

  Environment env_;
  std::map<JobId, CallId> jobs_;
  JobId last_job_ = 0;
  std::uint64_t ticks_ = 0;
};

inline const std::array<ProtocolEntry, 2>& counter_tiers() {
  constexpr auto make = [](const Environment& environment) -> std::unique_ptr<Protocol> {
    return std::make_unique<CounterTier>(environment);
  };
  static constexpr std::array entries{
      ProtocolEntry{"counter", 9, "t/", Guarantee::causal,
                    [](wire::Kind kind) { return kind == CounterTier::own_kind; }, make},
      ProtocolEntry{"unused", 10, "u/", Guarantee::causal, [](wire::Kind) { return false; }, make}};
  return entries;
}

inline ClusterConfig counter_cluster() {
  ClusterConfig cluster;
  cluster.cluster = "demo";
  cluster.nodes = {{"n1", "127.0.0.1", 1}, {"n2", "127.0.0.1", 2}, {"n3", "127.0.0.1", 3}};
  cluster.buckets = {{"default", "counter", 1, 1}, {"other", "counter", 1, 1}};
  cluster.trace = false;
  return cluster;
}

}  // namespace kin
