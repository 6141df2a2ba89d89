#include "driver/sim/run.hpp"

#include <algorithm>
#include <string_view>

#include "driver/sim/load.hpp"
#include "driver/sim/nemesis.hpp"
#include "driver/sim/token_load.hpp"

namespace kin::sim {
namespace {

constexpr std::uint64_t turns_between_checks = 500;
constexpr Micros longest_load_us = 24ull * 3600 * 1'000'000;

ClusterConfig config_of(const Options& options, bool tells) {
  ClusterConfig config;
  config.trace = tells;
  for (const NodeId& id : node_ids(options)) config.nodes.push_back({id, "sim", 1});
  config.gossip_interval_ms = options.gossip_ms;
  config.request_ms = options.timeout_ms;
  config.suspect_ms = std::max(config.suspect_ms, 3 * options.gossip_ms);
  // --keys may ask for more than the seed drew: then too, a full copy must fit into the rounds within which all agree.
  config.limits.batch_keys = std::max(options.batch_keys, options.keys / 10 + 1);
  // All leftovers must be gone within 30 rounds, even if no member could forget anything before.
  config.limits.tidy_keys = std::max(options.tidy_keys, std::max(options.keys / 10, options.operations / 500) + 1);
  config.limits.cache_bytes = options.cache_bytes;
  config.limits.lineage = options.lineage;
  if (has_tokens(options.tier)) {
    config.faults_enabled = true;
    config.buckets.clear();  // gossip about nothing would take most of the time
    add_tokens(options, config);
  }
  return config;
}

// The first of the words that stands in the text. They are in order, and there is one at least.
const std::string* one_of_in(const std::vector<std::string>& words, std::string_view text) {
  const std::string& first = words.front();
  const auto apart = std::mismatch(first.begin(), first.end(), words.back().begin(), words.back().end()).first;
  const std::string_view begin(first.data(), static_cast<std::size_t>(apart - first.begin()));
  for (std::size_t at = text.find(begin); at < text.size(); at = text.find(begin, at + 1)) {
    const auto here = std::find_if(words.begin(), words.end(),
                                   [&](const std::string& word) { return text.substr(at).starts_with(word); });
    if (here != words.end()) return &*here;
  }
  return nullptr;
}

class Run {
 public:
  Run(const Options& options, const RunOutput& output)
      : options_(options),
        output_(output),
        load_(has_tokens(options.tier) ? make_token_load(options) : make_causal_load(options)),
        cluster_(config_of(options, output.lines != nullptr), options.speed, options.seed ^ 0xC1, *load_),
        nemesis_(options, cluster_) {
    cluster_.tell(output.lines);
    cluster_.check_every(turns_between_checks);
    cluster_.network().weather() = options.weather;
  }

  RunResult result() {
    load_->start(cluster_);
    nemesis_.start();
    while (holds() && !load_->over() && cluster_.agenda().now() < longest_load_us) cluster_.agenda().run_next();
    if (holds()) {
      nemesis_.stop_and_heal();
      agree();
    }
    if (holds()) load_->judge_the_end();
    if (holds()) forget();
    if (holds()) idle();
    if (holds()) judge_copies();
    return summary();
  }

 private:
  bool holds() const { return load_->violations().empty() && broken_.empty(); }

  std::vector<NodeId> nodes() const {
    std::vector<NodeId> out;
    for (const NodeId& node : cluster_.config().ids()) {
      if (!cluster_.gone(node)) out.push_back(node);
    }
    return out;
  }

  void a_round() { cluster_.agenda().run_until(cluster_.agenda().now() + Micros{options_.gossip_ms} * 1000); }

  // Of every tier, for each node.
  std::vector<std::vector<std::string>> digests() {
    std::vector<std::vector<std::string>> out;
    for (const NodeId& node : nodes()) {
      out.emplace_back();
      for (const wire::TierReport& report : cluster_.reports(node)) out.back().push_back(report.digest);
    }
    return out;
  }

  bool agreed() {
    const std::vector<NodeId> all = nodes();
    if (!std::all_of(all.begin(), all.end(), [&](const NodeId& node) { return cluster_.up(node); })) return false;
    const auto of_all = digests();
    return std::adjacent_find(of_all.begin(), of_all.end(), std::not_equal_to<>()) == of_all.end();
  }

  void agree() {
    while (holds() && rounds_ < rounds_to_agree) {
      a_round();
      ++rounds_;
      if (agreed()) return;
    }
    if (holds()) broken_.push_back({"diverged", "after " + std::to_string(rounds_) + " rounds without faults"});
  }

  // What a member has forgotten was on the disks of all.
  void judge_copies() {
    const std::uint64_t asked = cluster_.counters().needless_copies;
    if (asked == 0) return;
    broken_.push_back({"needless copy", std::to_string(asked) + " questions for a full copy before any disk was lost"});
  }

  // In the end nothing is held back any more, and a key without a value has left no byte on any disk.
  void forget() {
    std::string left = leftovers();
    for (std::uint32_t round = 0; holds() && round < rounds_to_forget && !left.empty(); ++round) {
      a_round();
      left = leftovers();
    }
    if (!left.empty()) broken_.push_back({"kept", left});
    for (const NodeId& node : nodes()) cluster_.check_invariants(node);
  }

  // Reads and gossip are no writes: once all is settled, nobody's clock moves.
  void idle() {
    for (std::uint32_t round = 0; holds() && round < rounds_to_forget; ++round) {
      const auto before = digests();
      load_->read_again();
      a_round();
      if (digests() == before) return;
    }
    if (holds()) broken_.push_back({"restless", "clocks move although nobody writes"});
  }

  std::string leftovers() {
    for (const NodeId& node : nodes()) {
      for (const wire::TierReport& report : cluster_.reports(node)) {
        if (report.held_back > 0) return who_holds_back();
      }
    }
    const std::vector<std::string> gone = load_->keys_without_value();
    if (gone.empty()) return {};
    for (const NodeId& node : nodes()) {
      for (const auto& [record, bytes] : cluster_.disk(node).records().records()) {
        const std::string* key = one_of_in(gone, record);
        if (key == nullptr) key = one_of_in(gone, bytes);
        if (key != nullptr) return node + " still has a record of " + *key + ", which was deleted";
      }
    }
    return {};
  }

  std::string who_holds_back() {
    std::string out = "never forgotten:";
    for (const NodeId& node : nodes()) {
      for (const wire::TierReport& report : cluster_.reports(node)) {
        if (report.held_back == 0) continue;
        out += " " + node + " holds " + std::to_string(report.held_back) + " for";
        for (const wire::PeerReport& peer : report.peers) {
          if (peer.blocks_forgetting) out += " " + peer.member + " (lacks " + std::to_string(peer.it_lacks) + ")";
        }
        out += ";";
      }
    }
    return out;
  }

  RunResult summary() {
    RunResult out;
    std::vector<Violation> all = load_->violations();
    all.insert(all.end(), broken_.begin(), broken_.end());
    out.held = all.empty();
    if (!out.held) {
      out.rule = all.front().rule;
      constexpr std::size_t shown = 10;
      for (std::size_t i = 0; i < std::min(shown, all.size()); ++i) {
        out.story.push_back(all[i].rule + ": " + all[i].story);
      }
      if (all.size() > shown) out.story.push_back("and " + std::to_string(all.size() - shown) + " more");
      const std::vector<std::string> told = load_->story();
      out.story.insert(out.story.end(), told.begin(), told.end());
    }
    out.operations = load_->asked();
    out.answered = load_->answered();
    out.judged = load_->judged();
    out.excused = load_->excused();
    out.escaped = load_->escaped();
    out.stories = load_->stories();
    out.uncertain_stories = load_->uncertain_stories();
    out.trace_hash = cluster_.trace_hash();
    out.simulated_us = cluster_.agenda().now();
    out.rounds = rounds_;
    out.faults = nemesis_.counts();
    out.cluster = cluster_.counters();
    out.network = cluster_.network().counters();
    if (output_.history) out.history = load_->history();
    return out;
  }

  const Options options_;
  const RunOutput& output_;
  std::unique_ptr<Load> load_;
  SimCluster cluster_;
  Nemesis nemesis_;
  std::uint32_t rounds_ = 0;
  std::vector<Violation> broken_;
};

}  // namespace

RunResult run(const Options& options, const RunOutput& output) { return Run(options, output).result(); }

}  // namespace kin::sim
