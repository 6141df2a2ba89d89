// Replays recorded histories of the model (lockstep.py) on CausalReplica and compares after every step.
//
// Input: one history a line, an array of steps. Output: one line a history, {"compared": states} or
// {"error": what, "step": index}.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "node/protocols/causal/replica.hpp"
#include "node/storage/memory_store.hpp"
#include "tests/node_id_json.hpp"

namespace kin::causal {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t model_removed = 1'000'000'000'000'000'000;

struct Mismatch {
  std::string what;
};

Incarnation life_of(std::uint64_t life) {
  if (life == model_removed) return removed_for_ever;
  return {life, static_cast<std::uint32_t>(life)};
}

Actor actor_of(const Json& j) { return {j[0].get<NodeId>(), life_of(j[1])}; }

Dot dot_of(const Json& j) { return {actor_of(j), j[2]}; }

DotSet set_of(const Json& j) {
  DotSet out;
  for (const Json& f : j["floor"]) out.raise_floor(f[0].get<NodeId>(), life_of(f[1]));
  for (const Json& b : j["base"]) out.add(actor_of(b), CounterSet::up_to(b[2]));
  for (const Json& e : j["extra"]) {
    for (const Json& n : e[2]) out.add(Dot{actor_of(e), n});
  }
  return out;
}

VersionVector::Counts counts_in(const Json& j) {
  VersionVector::Counts out;
  for (const auto& [id, count] : j.items()) out[NodeId(id)] = count;
  return out;
}

// Keys of the tier have a bucket; the model's have none. One bucket keeps their order.
std::string joined(const Json& key) { return std::string("b") + '\0' + key.get<std::string>(); }

struct Node {
  MemoryStore disk;
  std::unique_ptr<Overlay> overlay;
  std::unique_ptr<CausalReplica> replica;
};

class Replay {
 public:
  void step(const Json& j) {
    const std::string op = j["op"];
    if (op == "init") {
      members_ = j["members"].get<std::vector<NodeId>>();
      batching_.page_keys = j["page_keys"];
      return;
    }
    Node& node = nodes_[j["node"].get<NodeId>()];
    Outbox sent;
    if (op == "boot") {
      boot(node, j);
    } else if (op == "sync") {
      if (!node.disk.commit(node.overlay->take())) throw Mismatch{"the memory store failed"};
      snapshots_[j["snapshot"]] = node.disk;
    } else if (op == "write") {
      sent = write(node, j);
    } else if (op == "push") {
      const EntryState state = node.replica->state_with_all_dots(*node.overlay, joined(j["key"]));
      for (const Json& to : j["to"]) sent.push_back({to.get<NodeId>(), Push{node.replica->base(), {state}}});
    } else if (op == "tick") {
      sent = node.replica->tick(*node.overlay, j["peer"].get<NodeId>(), 0);
    } else if (op == "receive") {
      sent = receive(node, j);
    } else if (op == "remove") {
      node.replica->remove_member(*node.overlay, j["member"].get<NodeId>());
    } else {
      throw Mismatch{"unknown step " + op};
    }
    node.replica->persist(*node.overlay);
    node.replica->check_invariants(*node.overlay);
    number(sent, j["sends"]);
    compare(node, j["state"]);
  }

  std::uint64_t compared() const { return compared_; }

 private:
  void boot(Node& node, const Json& j) {
    node.disk = j["snapshot"].is_null() ? MemoryStore{} : snapshots_.at(j["snapshot"]);
    node.overlay = std::make_unique<Overlay>(node.disk, "c/");
    node.replica = std::make_unique<CausalReplica>(j["node"].get<NodeId>(), life_of(j["life"]), members_, *node.overlay,
                                                   batching_);
    node.replica->start(*node.overlay);
  }

  Outbox write(Node& node, const Json& j) {
    const std::string key = joined(j["key"]);
    const Siblings held = node.replica->read(*node.overlay, key).siblings;
    const bool deletes = j["delete"];
    WriterPast past;
    if (j["mode"] == "context") {
      VersionVector::Counts counts = counts_in(j["token"]["vector"]);
      past = {WriterPast::Kind::named, set_of(j["token"]["dots"]), EntryClock(std::move(counts))};
    } else if (j["mode"] == "new" || (j["mode"] == "implied" && count_shown(held) > 1 && !deletes)) {
      past.kind = WriterPast::Kind::nothing;
    }
    if (deletes && held.empty() && past.kind != WriterPast::Kind::named) {
      if (!j["result"].is_null()) throw Mismatch{"nothing to delete here, the model deleted"};
      return {};
    }
    std::optional<Sibling> value;
    if (!deletes) value = Sibling{j["value"], {}, j["operation"], "", 0};
    const Written written = node.replica->write(*node.overlay, key, std::move(value), past, 0);
    const Json& result = j["result"];
    if (result.is_null()) throw Mismatch{"written here, nothing to delete in the model"};
    if (written.dot != dot_of(result["dot"])) throw Mismatch{"dot " + to_string(written.dot)};
    if (written.clock.counts() != counts_in(result["vector"])) throw Mismatch{"entry clock differs"};
    std::vector<Dot> replaced;
    for (const Json& d : result["replaced"]) replaced.push_back(dot_of(d));
    std::vector<Dot> ours;
    for (const auto& [dot, sibling] : written.replaced) ours.push_back(dot);
    if (ours != replaced) throw Mismatch{"replaced values differ"};
    DotSet dots;
    dots.add(written.dot);
    Outbox sent;
    EntryState state = node.replica->state_with_all_dots(*node.overlay, key);
    state.dots = dots;
    for (const NodeId& peer : node.replica->peers()) sent.push_back({peer, Push{node.replica->base(), {state}}});
    return sent;
  }

  Outbox receive(Node& node, const Json& j) {
    Message message = Fetch{};
    if (j.contains("ack")) {
      DotSet dots;
      dots.add(dot_of(j["ack"]));
      message = Ack{dots};
    } else if (j.contains("fetch")) {
      message = Fetch{{{1, joined(j["fetch"]), std::nullopt}}};
    } else {
      auto decoded = decode(messages_.at(j["message"]));
      if (!decoded) throw Mismatch{"a message of our own does not decode: " + decoded.error().what};
      message = std::move(*decoded);
    }
    if (auto ok = node.replica->plausible(j["sender"].get<NodeId>(), message); !ok)
      throw Mismatch{"not plausible: " + ok.error()};
    return node.replica->receive(*node.overlay, j["sender"].get<NodeId>(), life_of(j["life"]), message, 0);
  }

  // Gives the messages of a step the numbers that the model gave to its own.
  void number(const Outbox& sent, const Json& expected) {
    static const std::map<std::string, std::string> model_words{{"offer-copy", "offer_copy"}};
    std::vector<std::pair<std::string, NodeId>> ours;
    for (const Outgoing& outgoing : sent) {
      if (std::holds_alternative<Ack>(outgoing.message) || std::holds_alternative<Refused>(outgoing.message)) continue;
      const std::string word = name(outgoing.message);
      ours.emplace_back(model_words.contains(word) ? model_words.at(word) : word, outgoing.to);
      messages_.push_back(encode(outgoing.message));
    }
    std::vector<std::pair<std::string, NodeId>> theirs;
    for (const Json& e : expected) theirs.emplace_back(e[0].get<std::string>(), e[1].get<NodeId>());
    if (ours == theirs) return;
    std::string text = "sent";
    for (const auto& [word, to] : ours) text += " " + word + ">" + to;
    throw Mismatch{text};
  }

  void compare(const Node& node, const Json& state) {
    for (const auto& [key, expected] : state.items()) {
      const EntryView entry = node.replica->read(*node.overlay, joined(key));
      std::vector<Dot> want;
      for (const Json& d : expected[0]) want.push_back(dot_of(d));
      std::vector<Dot> have;
      for (const auto& [dot, sibling] : entry.siblings) have.push_back(dot);
      if (have != want) throw Mismatch{"siblings of " + key + " differ: " + list(have) + ", model" + list(want)};
      const DotSet seen = node.replica->filled(entry.context);
      for (std::size_t i = 0; i < expected[1].size(); ++i) {
        if (seen.has(dots_.at(i)) != (expected[1][i] == 1)) {
          throw Mismatch{"the past of " + key + " differs about " + to_string(dots_[i])};
        }
      }
      ++compared_;
    }
  }

  static std::string list(const std::vector<Dot>& dots) {
    std::string out;
    for (const Dot& dot : dots) out += " " + to_string(dot);
    return out;
  }

 public:
  // Dots in the order in which they were handed out: the order of the flags in a step's state.
  std::vector<Dot> dots_;

 private:
  std::vector<NodeId> members_;
  Batching batching_{1'000'000'000, 1'000'000'000, 4, 1'000'000'000, 1'000'000'000};
  std::map<NodeId, Node> nodes_;
  std::map<std::uint64_t, MemoryStore> snapshots_;
  std::vector<std::string> messages_;
  std::uint64_t compared_ = 0;
};

}  // namespace
}  // namespace kin::causal

int main() {
  using kin::causal::Json;
  for (std::string line; std::getline(std::cin, line);) {
    const Json steps = Json::parse(line);
    kin::causal::Replay replay;
    Json verdict;
    std::size_t at = 0;
    try {
      for (const Json& step : steps) {
        if (step["op"] == "write" && !step["result"].is_null()) {
          replay.dots_.push_back(kin::causal::dot_of(step["result"]["dot"]));
        }
        replay.step(step);
        ++at;
      }
      verdict["compared"] = replay.compared();
    } catch (const kin::causal::Mismatch& mismatch) {
      verdict = {{"error", mismatch.what}, {"step", at}};
    }
    std::cout << verdict.dump() << std::endl;
  }
}
