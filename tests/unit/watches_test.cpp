// Watches of the causal tier: every change is told once, whichever nodes are asked and whatever happens to them.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "common/wire/watching.hpp"
#include "tests/protocol_cluster.hpp"

using namespace kin;

namespace {

using Strings = std::vector<std::string>;

std::string told(const wire::WatchEvent& event) {
  std::string out = event.key + '=';
  std::set<std::string> values;
  for (const auto& sibling : event.siblings) values.insert(sibling.value);
  for (const std::string& value : values) out += (out.back() == '=' ? "" : "+") + value;
  return out;
}

// Asks again and again with the token that it was given.
class Watcher {
 public:
  Watcher(ProtocolCluster& cluster, std::string name, bool is_prefix) : cluster_(cluster) {
    request.bucket = "default";
    request.name = std::move(name);
    request.is_prefix = is_prefix;
    request.begin = wire::WatchFrom::now;
  }

  // Leaves a call at the node.
  void follow(const NodeId& node) { call_ = cluster_.ask(node, request, 60'000); }
  // All that has been told since, with a new call at the same node after each answer.
  Strings news(const NodeId& node) {
    Strings out;
    int answers = 0;
    while (const auto* answer = cluster_.answer(call_)) {
      INFO(answer->failure().message);
      REQUIRE(answer->kind == wire::Kind::watch_reply);
      REQUIRE(++answers < 1000);
      const auto reply = answer->as<wire::WatchReply>();
      for (const auto& event : reply.events) out.push_back(told(event));
      forgotten += reply.forgotten ? 1 : 0;
      request.begin = wire::WatchFrom::token;
      request.from = reply.token;
      follow(node);
    }
    return out;
  }
  Failure failure() const {
    const auto* answer = cluster_.answer(call_);
    REQUIRE(answer != nullptr);
    REQUIRE(answer->kind == wire::Kind::failure);
    return answer->failure();
  }

  wire::Watch request;
  int forgotten = 0;

 private:
  ProtocolCluster& cluster_;
  CallId call_ = 0;
};

std::string told(const wire::ConflictChange& change) { return (change.open ? "+" : "-") + change.key; }

class ConflictWatcher {
 public:
  explicit ConflictWatcher(ProtocolCluster& cluster) : cluster_(cluster) {}

  void follow(const NodeId& node) { call_ = cluster_.ask(node, request, 60'000); }
  Strings news(const NodeId& node) {
    Strings out;
    while (const auto* answer = cluster_.answer(call_)) {
      INFO(answer->failure().message);
      REQUIRE(answer->kind == wire::Kind::watch_conflicts_reply);
      const auto reply = answer->as<wire::WatchConflictsReply>();
      for (const auto& change : reply.changes) out.push_back(told(change));
      request.from = reply.token;
      follow(node);
    }
    return out;
  }

  wire::WatchConflicts request;

 private:
  ProtocolCluster& cluster_;
  CallId call_ = 0;
};

void conflict(ProtocolCluster& cluster, const std::string& key, const NodeId& one = "n1") {
  cluster.put(one, key, key + "-1");
  cluster.put("n2", key, key + "-2");
  cluster.deliver_all();
}

}  // namespace

TEST_CASE("a watch of a key tells each state of it once, as it comes") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "cart", "before");
  cluster.deliver_all();
  Watcher ann(cluster, "cart", false);
  ann.follow("n2");
  CHECK(ann.news("n2").empty());
  cluster.put("n1", "cart", "bread");
  CHECK(ann.news("n2").empty());
  cluster.deliver_all();
  CHECK(ann.news("n2") == Strings{"cart=bread"});
  cluster.put("n2", "other", "x");
  cluster.put("n2", "cart", "apples");
  CHECK(ann.news("n2") == Strings{"cart=apples"});
  cluster.erase("n3", "other");
  cluster.settle();
  CHECK(ann.news("n2").empty());
  cluster.erase("n2", "cart");
  CHECK(ann.news("n2") == Strings{"cart="});
  cluster.settle();
  CHECK(ann.news("n2").empty());
  CHECK(ann.forgotten == 0);
}

TEST_CASE("a watch of a prefix tells of all keys that begin so, and begins with what is there if asked to") {
  ProtocolCluster cluster(2);
  cluster.put("n1", "a", "0");
  cluster.put("n1", "ab", "1");
  cluster.put("n1", "ac", "2");
  cluster.put("n1", "b", "3");
  cluster.settle();  // nothing of it is in the dot map any more
  Watcher ann(cluster, "a", true);
  ann.request.begin = wire::WatchFrom::start;
  ann.request.limit = 2;
  ann.follow("n2");
  CHECK(ann.news("n2") == Strings{"a=0", "ab=1", "ac=2"});
  cluster.put("n2", "ad", "4");
  cluster.put("n2", "b", "5");
  cluster.put("n2", "a", "6");
  CHECK(ann.news("n2") == Strings{"ad=4", "a=6"});
  CHECK(ann.forgotten == 0);
}

TEST_CASE("a slow watcher is told the newest state of each key") {
  ProtocolCluster cluster(2);
  Watcher ann(cluster, "k", true);
  ann.follow("n1");
  ann.news("n1");
  cluster.put("n1", "k1", "first");  // answered, and not taken yet
  for (int i = 0; i < 100; ++i) cluster.put("n1", "k2", "v" + std::to_string(i));
  CHECK(ann.news("n1") == Strings{"k1=first", "k2=v99"});
}

TEST_CASE("a watch goes on at another node, and repeats nothing that it was told") {
  ProtocolCluster cluster(3);
  Watcher ann(cluster, "", true);
  ann.follow("n1");
  ann.news("n1");
  for (int i = 0; i < 5; ++i) cluster.put("n1", "k" + std::to_string(i), "v");
  CHECK(ann.news("n1").size() == 5);
  cluster.deliver_all();
  cluster.put("n2", "k1", "w");
  cluster.deliver_all();
  cluster.kill("n1");
  ann.follow("n3");
  CHECK(ann.news("n3") == Strings{"k1=w"});
  cluster.restart("n1");
  cluster.settle();
  CHECK(ann.news("n3").empty());
  ann.follow("n1");
  CHECK(ann.news("n1").empty());
  CHECK(ann.forgotten == 0);
}

TEST_CASE("a node that lacks what a watcher was told waits until it has it") {
  ProtocolCluster cluster(2);
  Watcher ann(cluster, "", true);
  ann.follow("n1");
  ann.news("n1");
  cluster.put("n1", "k", "v");
  CHECK(ann.news("n1") == Strings{"k=v"});
  cluster.drop_all();
  cluster.put("n2", "k", "w");  // has not seen v
  cluster.drop_all();
  ann.follow("n2");
  CHECK(ann.news("n2").empty());  // k=w alone would go back
  cluster.settle();
  CHECK(ann.news("n2") == Strings{"k=v+w"});

  cluster.put("n1", "k", "x");
  CHECK(ann.news("n2").empty());
  ann.follow("n1");
  CHECK(ann.news("n1").size() == 1);
  cluster.drop_all();
  cluster.isolate("n1");
  ann.follow("n2");
  cluster.pass(60'000);
  const Failure failure = ann.failure();
  CHECK(failure.status == Status::unavailable);
  CHECK(failure.applied == Applied::no);
  CHECK(failure.message.find("n2 lacks 1 update (1 of n1.1) that this watch was told of") == 0);
}

TEST_CASE("who comes back after all have forgotten is told what is there, and that deletes may be missing") {
  ProtocolCluster cluster(3);
  for (const char* key : {"a", "b", "c"}) cluster.put("n1", key, "1");
  cluster.settle();
  Watcher ann(cluster, "", true);
  ann.follow("n1");
  ann.news("n1");
  Watcher bob(cluster, "b", false);
  bob.follow("n1");
  bob.news("n1");
  cluster.drop_all();
  const std::string from = ann.request.from;
  cluster.put("n2", "a", "2");
  cluster.erase("n2", "b");
  cluster.put("n2", "d", "1");
  cluster.settle();
  CHECK(ann.news("n1") == Strings{"a=2", "b=", "d=1"});  // remembered for whoever watched there lately
  CHECK(ann.forgotten == 0);
  ann.request.from = from;
  ann.follow("n3");
  CHECK(ann.news("n3") == Strings{"a=2", "d=1"});
  CHECK(ann.forgotten == 1);
  ann.follow("n2");
  CHECK(ann.news("n2").empty());
}

TEST_CASE("a long answer comes in pieces, each with a token of its own") {
  ProtocolCluster cluster(2);
  Watcher ann(cluster, "k", true);
  ann.follow("n1");
  ann.news("n1");
  cluster.put("n1", "k-first", "v");
  for (int i = 0; i < 50; ++i) cluster.put("n1", "k" + std::to_string(i), std::string(20'000, 'x'));
  for (int i = 0; i < 50; ++i) cluster.put("n1", "other" + std::to_string(i), "v");
  std::map<std::string, int> times;
  ann.request.limit = 7;
  for (const std::string& one : ann.news("n1")) ++times[one.substr(0, one.find('='))];
  CHECK(times.size() == 51);
  for (const auto& [key, n] : times) CHECK(n == 1);
}

TEST_CASE("over many histories with kills and cuts, watchers end with what is there") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    ProtocolCluster cluster(3, "causal", seed);
    Rng rng(seed);
    const std::vector<NodeId> ids = cluster.ids();
    const bool deletes = seed % 2 == 0;
    NodeId at = "n1";
    Watcher ann(cluster, "k", true);
    ConflictWatcher bob(cluster);
    ann.follow(at);
    bob.follow(at);
    std::map<std::string, std::string> states;
    std::set<std::string> open;
    const auto listen = [&] {
      if (!cluster.up(at)) return;
      for (const std::string& one : ann.news(at)) {
        const std::string key = one.substr(0, one.find('='));
        states[key] = one;
      }
      for (const std::string& one : bob.news(at)) {
        const bool news = one[0] == '+' ? open.insert(one.substr(1)).second : open.erase(one.substr(1)) == 1;
        CHECK(news);
      }
    };
    listen();
    int n = 0;
    for (int step = 0; step < 120; ++step) {
      const NodeId& node = ids[rng.below(3)];
      const std::string key = (rng.below(5) == 0 ? "other" : "k") + std::to_string(rng.below(6));
      switch (rng.below(10)) {
        case 0: cluster.isolate(node); break;
        case 1: cluster.heal(); break;
        case 2: cluster.drop_all(); break;
        case 3: cluster.round(); break;
        case 4:
          if (cluster.up(node)) {
            cluster.kill(node);
          } else {
            cluster.restart(node);
          }
          break;
        case 5:
          if (deletes && cluster.up(node)) cluster.erase(node, key);
          break;
        default:
          if (cluster.up(node)) cluster.put(node, key, "v" + std::to_string(++n));
      }
      if (rng.below(3) == 0) cluster.deliver_all();
      if (rng.below(4) == 0) listen();
      if (!cluster.up(at) || rng.below(10) == 0) {
        at = ids[rng.below(3)];
        if (cluster.up(at)) {
          ann.follow(at);
          bob.follow(at);
        }
      }
    }
    cluster.heal();
    for (const NodeId& id : ids) {
      if (!cluster.up(id)) cluster.restart(id);
    }
    cluster.settle();
    at = "n2";
    ann.follow(at);
    bob.follow(at);
    cluster.round();
    listen();
    std::set<std::string> in_conflict;
    for (int i = 0; i < 6; ++i) {
      for (const std::string prefix : {"k", "other"}) {
        const std::string key = prefix + std::to_string(i);
        const Strings values = cluster.values("n2", key);
        if (values.size() > 1) in_conflict.insert(key);
        if (prefix != "k") continue;
        wire::WatchEvent now{key, cluster.get("n2", key).siblings, {}, ""};
        const bool told_last = states.contains(key) ? states[key] == told(now) : values.empty();
        // A delete that all had forgotten is the one thing that may be missing, and then that was said.
        const bool excused = values.empty() && ann.forgotten > 0;
        INFO(told(now) << ", told last " << (states.contains(key) ? states[key] : "nothing"));
        CHECK((told_last || excused));
      }
    }
    CHECK(open == in_conflict);
  }
}

TEST_CASE("a watch of conflicts begins with those that are open, and tells openings and resolutions once") {
  ProtocolCluster cluster(3);
  conflict(cluster, "a");
  ConflictWatcher ann(cluster);
  ann.follow("n1");
  CHECK(ann.news("n1") == Strings{"+a"});
  conflict(cluster, "b");
  cluster.round();
  CHECK(ann.news("n1") == Strings{"+b"});
  cluster.put("n1", "a", "resolved", cluster.get("n1", "a").context);
  cluster.put("n1", "c", "no conflict");
  cluster.round();
  CHECK(ann.news("n1") == Strings{"-a"});
  cluster.kill("n1");
  conflict(cluster, "d", "n3");
  ann.follow("n3");
  cluster.round();
  CHECK(ann.news("n3") == Strings{"+d"});
  cluster.put("n3", "b", "done", cluster.get("n3", "b").context);
  cluster.round();
  CHECK(ann.news("n3") == Strings{"-b"});
  CHECK(ann.news("n3").empty());
}

TEST_CASE("a conflict that was told as resolved is not open again at a node that is behind") {
  ProtocolCluster cluster(3);
  conflict(cluster, "a");
  ConflictWatcher ann(cluster);
  ann.follow("n1");
  CHECK(ann.news("n1") == Strings{"+a"});
  cluster.isolate("n1");
  cluster.put("n1", "a", "resolved", cluster.get("n1", "a").context);
  cluster.round();
  CHECK(ann.news("n1") == Strings{"-a"});
  ann.follow("n2");
  cluster.round();
  CHECK(ann.news("n2").empty());
  cluster.heal();
  cluster.settle();
  CHECK(ann.news("n2").empty());
  conflict(cluster, "b");
  cluster.round();
  CHECK(ann.news("n2") == Strings{"+b"});
}

TEST_CASE("a walk over more keys than one answer looks at comes to its end") {
  ProtocolCluster cluster(1);
  for (int i = 0; i < 2'500; ++i) cluster.put("n1", "k" + std::to_string(i), "v");
  cluster.settle();
  Watcher ann(cluster, "k", true);
  ann.request.begin = wire::WatchFrom::start;
  ann.request.limit = 10'000;
  ann.follow("n1");
  CHECK(ann.news("n1").size() == 2'500);
  cluster.put("n1", "k7", "w");
  CHECK(ann.news("n1") == Strings{"k7=w"});
}

TEST_CASE("a token of another watch, of another cluster, or damaged, is refused") {
  ProtocolCluster cluster(2);
  Watcher ann(cluster, "cart", false);
  ann.follow("n1");
  ann.news("n1");
  const std::string good = ann.request.from;
  const auto refused = [&](const std::string& name, bool is_prefix, const std::string& from) {
    Watcher other(cluster, name, is_prefix);
    other.request.begin = wire::WatchFrom::token;
    other.request.from = from;
    other.follow("n1");
    return other.failure().status == Status::usage && other.failure().applied == Applied::no;
  };
  CHECK(refused("cart", true, good));
  CHECK(refused("car", false, good));
  CHECK(refused("cart", false, good.substr(0, good.size() - 2)));
  CHECK(refused("cart", false, "c1." + good.substr(3)));
  CHECK(refused("cart", false, ""));
  auto strange = *wire::parse_watch(good);
  strange.seen.add(Dot{{"n9", {1, 1}}, 1});
  CHECK(refused("cart", false, wire::print_watch(strange)));
  const wire::WatchConflicts of_keys{"", good, 10};
  CHECK(cluster.answer(cluster.ask("n1", of_keys))->failure().status == Status::usage);
  const wire::WatchConflicts of_bucket{"default", wire::print_watch(wire::ConflictsToken{}), 10};
  CHECK(cluster.answer(cluster.ask("n1", of_bucket))->failure().status == Status::usage);
  Watcher nowhere(cluster, "", false);
  nowhere.follow("n1");
  CHECK(nowhere.failure().status == Status::usage);
}

TEST_CASE("a node lets a bounded number of watches wait, and answers each before its deadline") {
  ProtocolCluster cluster(2);
  Watcher ann(cluster, "cart", false);
  ann.follow("n1");
  ann.news("n1");
  std::vector<CallId> calls;
  for (int i = 0; i < 256; ++i) calls.push_back(cluster.ask("n1", ann.request, 2000));
  CHECK(cluster.answer(calls.back())->failure().status == Status::unavailable);
  cluster.pass(2000);
  const auto* answer = cluster.answer(calls.front());
  REQUIRE(answer != nullptr);
  CHECK(answer->as<wire::WatchReply>().events.empty());
  CHECK(answer->as<wire::WatchReply>().token.starts_with("w1."));
}

TEST_CASE("what is left of a deleted key, node by node, until nothing is") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "cart", "bread");
  cluster.deliver_all();
  cluster.isolate("n3");
  const auto reply = cluster.erase("n1", "cart").as<wire::WriteReply>();
  cluster.deliver_all();
  const wire::TracesOf question{"default", "cart", reply.dot};
  const auto at = [&](const NodeId& node) {
    return cluster.answer(cluster.ask(node, question))->as<wire::TracesReply>();
  };
  cluster.pass(2000);
  CHECK(at("n1").has_delete);
  CHECK(at("n1").values == 0);
  CHECK(at("n1").record);
  CHECK(at("n1").mapped > 0);
  CHECK(at("n1").lacking == std::vector<NodeId>{"n3"});
  CHECK(at("n1").members == std::vector<NodeId>{"n1", "n2", "n3"});
  CHECK_FALSE(at("n3").has_delete);
  CHECK(at("n3").values == 1);
  CHECK(at("n3").record);
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    INFO(node);
    CHECK(at(node).has_delete);
    CHECK_FALSE(at(node).record);
    CHECK(at(node).mapped == 0);
    CHECK(at(node).lacking.empty());
    for (const auto& [record, bytes] : cluster.disk(node).records()) {
      CHECK(record.find("cart") == std::string::npos);
      CHECK(bytes.find("cart") == std::string::npos);
    }
  }
}
