// What the causal tier answers to clients: what it lists, and what it refuses and why.
#include <catch2/catch.hpp>
#include <set>

#include "common/wire/context_token.hpp"
#include "node/protocols/causal/messages.hpp"
#include "tests/protocol_cluster.hpp"

using namespace kin;
using Values = std::vector<std::string>;

namespace {

template <class Request>
Failure failure_of(ProtocolCluster& cluster, const NodeId& node, const Request& request) {
  const auto* answer = cluster.answer(cluster.ask(node, request));
  REQUIRE(answer);
  REQUIRE(answer->kind == wire::Kind::failure);
  return answer->failure();
}

bool says(const Failure& failure, const std::string& words) { return failure.message.find(words) != std::string::npos; }

wire::ConflictsReply conflicts(ProtocolCluster& cluster, const wire::Conflicts& request) {
  return cluster.answer(cluster.ask("n1", request))->as<wire::ConflictsReply>();
}

void make_conflict(ProtocolCluster& cluster, const std::string& bucket, const std::string& key) {
  for (const char* value : {"v", "w"}) {
    wire::AddUpdate blind{bucket, key, value};
    blind.seen = wire::Seen::nothing;
    cluster.ask("n1", blind);
  }
}

}  // namespace

TEST_CASE("limits: key, value, siblings, levels, contexts") {
  ProtocolCluster cluster(3);
  cluster.config().limits.siblings_max = 4;
  cluster.config().limits.value_bytes = 1000;
  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"default", std::string(1025, 'k'), "v"}).status == Status::limit);
  cluster.put("n1", std::string(1024, 'k'), "v");
  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"default", "k", std::string(1001, 'v')}).status == Status::limit);
  cluster.put("n1", "k", std::string(1000, 'v'));
  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"default", "", "v"}).status == Status::usage);
  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"nobucket", "k", "v"}).status == Status::usage);

  wire::AddUpdate blind{"default", "s", "v"};
  blind.seen = wire::Seen::nothing;
  for (int i = 0; i < 4; ++i) cluster.ask("n1", blind);
  CHECK(failure_of(cluster, "n1", blind).status == Status::limit);
  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"default", "s", "v"}).status == Status::limit);
  const std::string context = cluster.get("n1", "s").context;
  CHECK(cluster.put("n1", "s", "resolved", context).siblings.size() == 1);

  wire::AddUpdate greedy{"default", "k", "v"};
  greedy.level = {wire::Quorum::count, 4};
  CHECK(failure_of(cluster, "n1", greedy).status == Status::usage);

  wire::AddUpdate foreign{"default", "k", "v"};
  foreign.seen = wire::Seen::context;
  foreign.context = context;  // of another key
  CHECK(failure_of(cluster, "n1", foreign).status == Status::usage);
  foreign.key = "s";
  foreign.context[foreign.context.size() / 2] ^= 1;
  CHECK(failure_of(cluster, "n1", foreign).status == Status::usage);
  wire::ContextToken forged{"default", wire::key_hash("default", "s"), {}, {}};
  forged.dots.add(Dot{{"n1", cluster.life("n1")}, 1'000'000});
  foreign.context = wire::print_context(forged);
  CHECK(failure_of(cluster, "n1", foreign).status == Status::usage);
}

TEST_CASE("a forged context puts no stranger and no count that peers refuse into a clock") {
  ProtocolCluster cluster(3);
  const EntryClock before = cluster.put("n1", "k", "v").clock;
  wire::AddUpdate request{"default", "k", "w"};
  request.seen = wire::Seen::context;
  wire::ContextToken token{"default", wire::key_hash("default", "k"), {}, {}};
  const auto refused = [&](const EntryClock& clock) {
    token.clock = clock;
    request.context = wire::print_context(token);
    return failure_of(cluster, "n1", request).status == Status::usage;
  };
  CHECK(refused(EntryClock({{"evil", 1}})));
  CHECK(refused(EntryClock({{"n1", 1}, {"n9", 1}})));
  CHECK(cluster.get("n1", "k").clock == before);

  // At the highest count that there is the clock stays, and peers still take what is written.
  const EntryClock highest({{"n1", max_counter}, {"n2", 3}});
  token.clock = highest;
  request.context = wire::print_context(token);
  cluster.ask("n1", request);
  CHECK(cluster.get("n1", "k").clock == highest);
  wire::AddUpdate next{"default", "k", "next"};
  next.seen = wire::Seen::overwrite;
  cluster.ask("n1", next);
  cluster.settle();
  for (const char* node : {"n1", "n2", "n3"}) {
    CHECK(cluster.values(node, "k") == Values{"next"});
    CHECK(cluster.get(node, "k").clock == highest);
  }
}

TEST_CASE("keys are listed in order, by prefix, in pages, conflicts come from their index") {
  ProtocolCluster cluster(1);
  for (const char* key : {"b", "a1", "a3", "a2", "c"}) cluster.put("n1", key, "v");
  cluster.erase("n1", "a2");
  wire::Keys request{"default", "a", "", 1};
  auto page = cluster.answer(cluster.ask("n1", request))->as<wire::KeysReply>();
  CHECK(page.keys == Values{"a1"});
  CHECK(page.more);
  request.after = "a1";
  page = cluster.answer(cluster.ask("n1", request))->as<wire::KeysReply>();
  CHECK(page.keys == Values{"a3"});
  CHECK_FALSE(page.more);

  wire::AddUpdate blind{"default", "c", "w"};
  blind.seen = wire::Seen::nothing;
  cluster.ask("n1", blind);
  auto conflicts = cluster.answer(cluster.ask("n1", wire::Conflicts{}))->as<wire::ConflictsReply>();
  REQUIRE(conflicts.rows.size() == 1);
  CHECK(conflicts.rows[0].key == "c");
  CHECK(conflicts.rows[0].siblings == 2);
  CHECK(conflicts.rows[0].since_us > 0);
  cluster.put("n1", "c", "x", cluster.get("n1", "c").context);
  CHECK(cluster.answer(cluster.ask("n1", wire::Conflicts{}))->as<wire::ConflictsReply>().rows.empty());
}

TEST_CASE("a page of conflicts ends before a node has looked at much, and says that there is more") {
  ProtocolCluster cluster(1);
  std::vector<std::string> all, got;
  for (int i = 10; i < 50; ++i) {
    all.push_back("k" + std::to_string(i));
    for (int sibling = 0; sibling < 2; ++sibling) {
      wire::AddUpdate blind{"default", all.back(), std::string(1u << 19, 'v')};
      blind.seen = wire::Seen::nothing;
      cluster.ask("n1", blind);
    }
  }
  wire::Conflicts request;
  request.limit = 1000;
  for (int pages = 1;; ++pages) {
    const auto page = cluster.answer(cluster.ask("n1", request))->as<wire::ConflictsReply>();
    for (const wire::ConflictRow& row : page.rows) got.push_back(row.key);
    CHECK(page.rows.size() <= 17);
    if (!page.more) {
      CHECK(pages == 3);
      break;
    }
    request.after_bucket = page.rows.back().bucket;
    request.after_key = page.rows.back().key;
  }
  CHECK(got == all);
}

TEST_CASE("a page of keys ends before a node has looked at much, and says that there is more") {
  ProtocolCluster cluster(1);
  std::vector<std::string> all;
  for (int i = 10; i < 50; ++i)
    cluster.put("n1", all.emplace_back("k" + std::to_string(i)), std::string(1u << 20, 'v'));
  std::vector<std::string> got;
  wire::Keys request{"default", "", "", 10'000};
  for (bool more = true; more; request.after = got.back()) {
    const auto page = cluster.answer(cluster.ask("n1", request))->as<wire::KeysReply>();
    REQUIRE_FALSE(page.keys.empty());
    CHECK(page.keys.size() <= 17);
    got.insert(got.end(), page.keys.begin(), page.keys.end());
    more = page.more;
  }
  CHECK(got == all);
}

TEST_CASE("what is said beside a value is bounded, and who says more is told both figures") {
  ProtocolCluster cluster(1);
  const auto longer_by = [](std::size_t more) {
    wire::AddUpdate request{"default", "k", "v"};
    request.content_type = std::string(wire::max_content_type_bytes + more, 't');
    return request;
  };
  const auto pairs = [](std::size_t count, std::size_t bytes_of_first) {
    wire::AddUpdate request{"default", "k", "v"};
    for (std::size_t i = 0; i < count; ++i) request.meta[std::string(1, static_cast<char>('a' + i))] = "";
    request.meta["a"] = std::string(bytes_of_first, 'm');
    return request;
  };
  const auto taken = [&](const wire::AddUpdate& request) {
    return cluster.answer(cluster.ask("n1", request))->kind == wire::Kind::write_reply;
  };
  CHECK(taken(longer_by(0)));
  CHECK(taken(pairs(wire::max_meta, wire::max_meta_bytes - wire::max_meta)));
  const Failure type = failure_of(cluster, "n1", longer_by(1));
  CHECK(type.status == Status::limit);
  CHECK(type.applied == Applied::no);
  CHECK(says(type, "256 bytes, the limit is 255"));
  const Failure many = failure_of(cluster, "n1", pairs(wire::max_meta + 1, 0));
  CHECK(many.status == Status::limit);
  CHECK(says(many, "17 pairs of 17 bytes, the limits are 16 and 1024"));
  const Failure much = failure_of(cluster, "n1", pairs(1, wire::max_meta_bytes));
  CHECK(much.status == Status::limit);
  CHECK(says(much, "1 pairs of 1025 bytes, the limits are 16 and 1024"));

  wire::AddUpdate named{"default", "k", "v"};
  named.operation = std::string(wire::max_operation_bytes, 'o');
  CHECK(taken(named));
  named.operation += 'o';
  CHECK(failure_of(cluster, "n1", named).status == Status::usage);
}

TEST_CASE("what cannot be meant is refused: a delete that saw nothing, a context that says nothing, another tier") {
  ProtocolCluster cluster(1, "causal", 1, [](ClusterConfig& config) {
    config.buckets.push_back({"tokens", "atomic", 1, 1});
  });
  cluster.put("n1", "k", "v");
  wire::Remove remove{"default", "k"};
  remove.seen = wire::Seen::nothing;
  CHECK(failure_of(cluster, "n1", remove).status == Status::usage);

  wire::AddUpdate request{"default", "k", "w"};
  request.seen = wire::Seen::context;
  request.context = "k1.nonsense";
  CHECK(failure_of(cluster, "n1", request).status == Status::usage);
  wire::ContextToken token{"default", wire::key_hash("default", "k"), {}, {}};
  token.lineage = "\xc1";  // no msgpack
  request.context = wire::print_context(token);
  const Failure unreadable = failure_of(cluster, "n1", request);
  CHECK(unreadable.status == Status::usage);
  CHECK(says(unreadable, "what was seen"));
  CHECK(cluster.values("n1", "k") == Values{"v"});

  CHECK(failure_of(cluster, "n1", wire::AddUpdate{"tokens", "k", "v"}).status == Status::wrong_tier);
  CHECK(failure_of(cluster, "n1", wire::Read{"tokens", "k"}).status == Status::wrong_tier);
  CHECK(failure_of(cluster, "n1", wire::Keys{"tokens"}).status == Status::wrong_tier);
  CHECK(failure_of(cluster, "n1", wire::Conflicts{"tokens"}).status == Status::wrong_tier);
  CHECK(failure_of(cluster, "n1", wire::Read{"nobucket", "k"}).status == Status::usage);
  CHECK(failure_of(cluster, "n1", wire::Keys{"nobucket"}).status == Status::usage);
  CHECK(failure_of(cluster, "n1", wire::Conflicts{"nobucket"}).status == Status::usage);
}

TEST_CASE("R and W: `all` are those that have not been removed, and no more can be asked for") {
  ProtocolCluster cluster(3);
  cluster.remove_member("n1", "n3");
  wire::AddUpdate request{"default", "k", "v"};
  request.level = {wire::Quorum::count, 3};
  const Failure write = failure_of(cluster, "n1", request);
  CHECK(write.status == Status::unavailable);
  CHECK(write.applied == Applied::no);
  CHECK(write.got == 2);
  CHECK(write.wanted == 3);
  CHECK(failure_of(cluster, "n1", wire::Read{"default", "k", {wire::Quorum::count, 3}}).status == Status::unavailable);
  CHECK(failure_of(cluster, "n1", wire::Read{"default", "k", {wire::Quorum::count, 0}}).status == Status::usage);
  request.level = {wire::Quorum::all, 0};
  const CallId call = cluster.ask("n1", request);
  cluster.deliver_all();
  REQUIRE(cluster.answer(call));
  CHECK(cluster.answer(call)->as<wire::WriteReply>().wanted == 2);
}

TEST_CASE("conflicts are listed in pages over all buckets, and not where a rule decides them") {
  ProtocolCluster cluster(1, "causal", 1, [](ClusterConfig& config) {
    config.buckets.push_back({"more", "causal", 1, 1});
    config.buckets.push_back({"newest", "causal", 1, 1, OnConflict::latest});
  });
  using Keys = std::vector<std::pair<std::string, std::string>>;
  const Keys all{{"default", "a"}, {"default", "b"}, {"more", "a"}};
  for (const auto& [bucket, key] : all) make_conflict(cluster, bucket, key);
  make_conflict(cluster, "newest", "a");
  Keys got;
  wire::Conflicts request;
  request.limit = 1;
  for (bool more = true; more;) {
    const wire::ConflictsReply page = conflicts(cluster, request);
    REQUIRE(page.rows.size() == 1);
    got.emplace_back(request.after_bucket = page.rows[0].bucket, request.after_key = page.rows[0].key);
    more = page.more;
    REQUIRE(got.size() <= all.size());
  }
  CHECK(got == all);
  CHECK(conflicts(cluster, wire::Conflicts{"default"}).rows.size() == 2);
  CHECK(conflicts(cluster, wire::Conflicts{"more"}).rows.size() == 1);
  CHECK(conflicts(cluster, wire::Conflicts{"newest"}).rows.empty());
}

TEST_CASE("from so many siblings on the writer is told, and the log") {
  ProtocolCluster cluster(1);
  cluster.config().limits.siblings_warn = 3;
  make_conflict(cluster, "default", "k");
  CHECK(cluster.warnings("n1").empty());
  wire::AddUpdate blind{"default", "k", "x"};
  blind.seen = wire::Seen::nothing;
  CHECK(cluster.answer(cluster.ask("n1", blind))->as<wire::WriteReply>().warning.starts_with("3 siblings"));
  REQUIRE(cluster.warnings("n1").size() == 1);
  CHECK(cluster.warnings("n1")[0].starts_with("k has 3 siblings"));
}

TEST_CASE("a write that is repeated is answered as it was, and whoever is known to have it counts") {
  ProtocolCluster cluster(3);
  wire::AddUpdate request{"default", "k", "v"};
  request.operation = "once";
  const auto first = cluster.answer(cluster.ask("n1", request))->as<wire::WriteReply>();
  cluster.settle();
  request.level = {wire::Quorum::all, 0};
  const CallId call = cluster.ask("n1", request);
  REQUIRE(cluster.answer(call));  // at once: all have told that they have it
  const auto again = cluster.answer(call)->as<wire::WriteReply>();
  CHECK(again.dot == first.dot);
  CHECK(again.got == 3);
  CHECK(cluster.values("n1", "k") == Values{"v"});
}

TEST_CASE("a value brings along what not all members are known to have, and nothing older than what they have") {
  ProtocolCluster cluster(3, "causal", 1, [](ClusterConfig& config) { config.buckets.front().keep_base = true; });
  const auto bases = [&] {
    std::set<std::string> values;
    const auto told = cluster.answer(cluster.ask("n1", wire::Explain{"default", "k"}))->as<wire::ExplainReply>();
    for (const wire::BaseValue& base : told.bases) values.insert(base.value);
    return values;
  };
  cluster.settle();
  cluster.put("n1", "k", "old");
  cluster.settle();
  cluster.put("n1", "k", "all have it");
  cluster.settle();
  cluster.isolate("n3");
  for (const char* value : {"n3 lacks it", "n3 lacks it too"}) {
    cluster.put("n1", "k", value);
    for (int i = 0; i < 5; ++i) cluster.round();
  }
  CHECK(bases() == std::set<std::string>{"all have it", "n3 lacks it"});
  cluster.remove_member("n1", "n3");
  for (int i = 0; i < 5; ++i) cluster.round();
  cluster.put("n1", "k", "last");
  CHECK(bases() == std::set<std::string>{"n3 lacks it too"});
}

TEST_CASE("who blocks forgetting is another member that lacks something, and none that was removed") {
  ProtocolCluster cluster(3);
  cluster.settle();
  cluster.isolate("n3");
  cluster.put("n1", "k", "v");
  for (int i = 0; i < 5; ++i) cluster.round();
  const auto blocking = [&] {
    std::set<NodeId> members;
    for (const wire::PeerReport& peer : cluster.report("n1").peers) {
      if (peer.blocks_forgetting) members.insert(peer.member);
    }
    return members;
  };
  CHECK(blocking() == std::set<NodeId>{"n3"});
  cluster.heal();
  cluster.settle();
  CHECK(blocking().empty());
  cluster.isolate("n3");
  cluster.put("n1", "k", "w");
  cluster.remove_member("n1", "n3");
  CHECK(blocking() == std::set<NodeId>{"n2"});  // until it has told that it has it
  for (int i = 0; i < 5; ++i) cluster.round();
  CHECK(blocking().empty());
}

TEST_CASE("a member that was removed is told so, and nothing else") {
  ProtocolCluster cluster(2);
  cluster.put("n1", "k", "v");
  cluster.settle();
  cluster.put("n1", "k", "w");
  cluster.drop_all();
  cluster.remove_member("n1", "n2");
  cluster.inject("n1", "n2",
                 causal::encode(causal::Gossip{{{{"n1", cluster.life("n1")}, {"n2", cluster.life("n2")}}, {}}}));
  const auto told = cluster.under_way_to("n2");
  CHECK(told.size() == 1);
  CHECK(told.count("refused") == 1);
  cluster.drop_all();
  cluster.inject("n1", "n2", causal::encode(causal::Refused{cluster.life("n2"), cluster.life("n1")}));
  CHECK(cluster.under_way_to("n2").empty());  // or two would refuse each other for ever
}
