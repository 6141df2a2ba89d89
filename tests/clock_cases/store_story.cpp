// One key on several nodes of the causal tier, driven step by step over the state that a node itself keeps
// (node/protocols/causal/replica.hpp). Messages are packed and unpacked on their way, as between nodes.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"
#include "node/storage/memory_store.hpp"
#include "tests/clock_cases/groups.hpp"
#include "tests/node_id_json.hpp"

namespace kin::clock_cases {
namespace {

using namespace kin::causal;

// What a reader or writer was handed, as a context token holds it.
struct Remembered {
  DotSet dots;
  EntryClock clock;
};

class Story {
 public:
  explicit Story(const Json& nodes) {
    for (const Json& id : nodes) {
      if (!id.is_string() || id.get<std::string>().empty()) throw BadRequest{"a node without a name"};
      members_.push_back(id.get<NodeId>());
    }
    std::sort(members_.begin(), members_.end());
    if (members_.empty() || std::adjacent_find(members_.begin(), members_.end()) != members_.end()) {
      throw BadRequest{"nodes must be a list of different names"};
    }
    for (const NodeId& id : members_) boot(id, {});
  }

  void step(const Json& step) {
    const std::string op = step.at("op").get<std::string>();
    if (op == "put") return write(step, step.at("value").dump());
    if (op == "delete") return write(step, std::nullopt);
    if (op == "get") return get(step);
    if (op == "push") return push(step.at("from").get<NodeId>(), step.at("to").get<NodeId>());
    if (op == "reap") return reap(step);
    const NodeId at = step.at("at").get<NodeId>();
    Node& node = named(at);
    if (op == "wipe") return boot(at, {});
    if (op == "backup") {
      node.backup = node.disk;
      return;
    }
    if (op == "restore") {
      if (!node.backup) throw BadRequest{"no backup of " + at};
      return boot(at, *node.backup);
    }
    throw BadRequest{"unknown step " + op};
  }

  const Json& gets() const { return gets_; }

 private:
  struct Node {
    MemoryStore disk;
    std::unique_ptr<Overlay> overlay;
    std::unique_ptr<CausalReplica> replica;
    Incarnation life;
    std::optional<MemoryStore> backup;
  };

  Node& named(const NodeId& id) {
    auto found = nodes_.find(id);
    if (found == nodes_.end()) throw BadRequest{"no such node: " + id};
    return found->second;
  }

  // A process start on this disk: always a new incarnation.
  void boot(const NodeId& id, MemoryStore disk) {
    Node& node = nodes_[id];
    node.replica.reset();
    node.overlay.reset();
    node.disk = std::move(disk);
    node.life = Incarnation{++born_, node.life.ordinal + 1};
    node.overlay = std::make_unique<Overlay>(node.disk, "c/");
    node.replica = std::make_unique<CausalReplica>(id, node.life, members_, *node.overlay);
    node.replica->start(*node.overlay);
    end_turn(node);
  }

  static void end_turn(Node& node) {
    node.replica->persist(*node.overlay);
    node.replica->check_invariants(*node.overlay);
    if (!node.disk.commit(node.overlay->take())) throw BadRequest{"the memory store failed"};
  }

  WriterPast past(const Json& step) {
    const std::string context = step.value("context", "implied");
    if (context == "none") return {WriterPast::Kind::nothing, {}, {}};
    if (context == "implied") return {WriterPast::Kind::held, {}, {}};
    if (!context.starts_with('@')) throw BadRequest{"context is none, implied or @name, not " + context};
    auto found = remembered_.find(context.substr(1));
    if (found == remembered_.end()) throw BadRequest{"nothing is remembered as " + context};
    return {WriterPast::Kind::named, found->second.dots, found->second.clock};
  }

  void remember(const Json& step, Remembered seen) {
    if (step.contains("as")) remembered_[step["as"].get<std::string>()] = std::move(seen);
  }

  void write(const Json& step, std::optional<std::string> value) {
    Node& node = named(step.at("at").get<NodeId>());
    const WriterPast seen = past(step);
    if (seen.kind == WriterPast::Kind::named &&
        !(node.replica->may_name(seen.dots) && node.replica->may_name(seen.clock))) {
      throw BadRequest{"the context names what " + node.replica->self() + " never gave out"};
    }
    if (!value) {
      // As in the tier: deleting nothing takes no dot.
      const bool nothing_held = node.replica->read(*node.overlay, key_).siblings.empty();
      if (seen.kind == WriterPast::Kind::nothing || (seen.kind == WriterPast::Kind::held && nothing_held)) return;
    }
    std::optional<Sibling> sibling;
    if (value) sibling = Sibling{std::move(*value), {}, "", "", 0};
    const Written written = node.replica->write(*node.overlay, key_, std::move(sibling), seen, 0);
    end_turn(node);
    remember(step, {written.seen, written.clock});
  }

  void get(const Json& step) {
    Node& node = named(step.at("at").get<NodeId>());
    const EntryView entry = node.replica->read(*node.overlay, key_);
    std::vector<Json> values;
    Remembered seen{node.replica->filled(entry.context), {}};
    for (const auto& [dot, sibling] : entry.siblings) {
      values.push_back(Json::parse(sibling.value));
      seen.clock.join(sibling.clock);
    }
    std::sort(values.begin(), values.end());
    gets_.push_back(std::move(values));
    remember(step, std::move(seen));
  }

  // What it answers is lost.
  void deliver(Node& from, Node& to, const Message& message) {
    auto travelled = decode(encode(message));
    if (!travelled) throw BadRequest{"a message that does not decode: " + travelled.error().what};
    if (auto ok = to.replica->plausible(from.replica->self(), *travelled); !ok) throw BadRequest{ok.error()};
    to.replica->receive(*to.overlay, from.replica->self(), from.life, *travelled, 0);
    end_turn(to);
  }

  void push(const NodeId& from, const NodeId& to) {
    Node& source = named(from);
    deliver(source, named(to),
            Push{source.replica->base(), {source.replica->state_with_all_dots(*source.overlay, key_)}});
  }

  // These nodes tell each other what they have seen, and each forgets what all members are known to have. Members that
  // are not among them block that, as they do in a cluster.
  void reap(const Json& step) {
    const auto at = step.contains("at") ? step["at"].get<std::vector<NodeId>>() : members_;
    // Incarnations become known, are agreed on, their holes become void, and they are retired.
    for (int round = 0; round < 4; ++round) {
      for (const NodeId& from : at) {
        Node& source = named(from);
        for (const NodeId& to : at) {
          if (to == from) continue;
          for (const Outgoing& out : source.replica->tick(*source.overlay, to, 0)) {
            end_turn(source);
            deliver(source, named(out.to), out.message);
          }
        }
      }
    }
    for (const NodeId& id : at) {
      Node& node = named(id);
      node.replica->tick(*node.overlay, id, 0);
      end_turn(node);
    }
  }

  std::vector<NodeId> members_;
  std::map<NodeId, Node> nodes_;
  std::map<std::string, Remembered> remembered_;
  std::uint64_t born_ = 0;
  const std::string key_ = records::join_key("default", "key");
  Json gets_ = Json::array();
};

}  // namespace

Json store(const Json& request) {
  Story story(request.at("nodes"));
  std::size_t number = 0;
  for (const Json& step : request.at("steps")) {
    ++number;
    try {
      story.step(step);
    } catch (const BadRequest& bad) {
      throw BadRequest{"step " + std::to_string(number) + ": " + bad.what};
    }
  }
  return {{"gets", story.gets()}};
}

}  // namespace kin::clock_cases
