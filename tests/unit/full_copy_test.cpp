// The full copy, a page at a time: what comes between its pages.
#include <catch2/catch.hpp>

#include "node/protocols/causal/messages.hpp"
#include "node/protocols/causal/records.hpp"
#include "tests/protocol_cluster.hpp"

using namespace kin;
using Values = std::vector<std::string>;

namespace {

// n2 has lost its disk; n1 copies "b", "c" and "d" to it, a key a page, and the first page has come. All had seen and
// forgotten "a". n3 is out of reach.
struct Copying {
  ProtocolCluster cluster{3, "causal", 1, [](ClusterConfig& config) { config.limits.batch_keys = 1; }};
  ProtocolCluster::Travelling late;  // a push of "a" by n3, to n2

  Copying() {
    cluster.settle();
    cluster.put("n3", "a", "dead");
    late = cluster.take("push", "n3", "n2").value();
    cluster.settle();
    cluster.erase("n1", "a");
    for (const char* key : {"b", "c", "d"}) cluster.put("n1", key, "v");
    cluster.settle();
    cluster.kill("n2");
    cluster.lose_disk("n2");
    cluster.isolate("n3");
    cluster.restart("n2");
    for (int step = 0; step < 100; ++step) {
      if (const auto page = cluster.take("page", "n1", "n2")) {
        cluster.deliver(*page);
        break;
      }
      if (!deliver_one()) cluster.tick(cluster.config().gossip_interval_ms);
    }
    REQUIRE(cluster.values("n2", "b") == Values{"v"});
    REQUIRE(cluster.values("n2", "d").empty());
    REQUIRE(asked_for_pages() == 1);
  }

  std::size_t asked_for_pages() const { return cluster.under_way_to("n1").count("copy"); }

 private:
  bool deliver_one() {
    for (const char* what : {"gossip", "offer-copy", "entries", "copy"}) {
      for (const auto& [from, to] : {std::pair<NodeId, NodeId>{"n2", "n1"}, {"n1", "n2"}}) {
        if (const auto message = cluster.take(what, from, to)) {
          cluster.deliver(*message);
          return true;
        }
      }
    }
    return false;
  }
};

}  // namespace

TEST_CASE("a dead value that comes late, for a key that a full copy has passed, does not come to life") {
  Copying there;
  there.cluster.heal();
  there.cluster.deliver(there.late);
  CHECK(there.cluster.values("n2", "a").empty());
  there.cluster.settle();
  for (const NodeId& node : there.cluster.ids()) {
    CHECK(there.cluster.values(node, "a").empty());
    CHECK(there.cluster.values(node, "d") == Values{"v"});
  }
}

TEST_CASE("who copies is not made to begin anew by a second offer") {
  Copying there;
  const causal::Lives lives{
      {"n1", there.cluster.life("n1")}, {"n2", there.cluster.life("n2")}, {"n3", there.cluster.life("n3")}};
  for (const char* from : {"n1", "n3"}) {
    there.cluster.inject("n2", from, causal::encode(causal::OfferCopy{causal::Report{lives, {}}}));
    CHECK(there.asked_for_pages() == 1);
    CHECK(there.cluster.under_way_to("n3").count("copy") == 0);
  }
  there.cluster.heal();
  there.cluster.settle();
  CHECK(there.cluster.values("n2", "d") == Values{"v"});
}

TEST_CASE("a page that nobody asked for is passed over") {
  Copying there;
  causal::Page page;
  page.after = "default" + std::string(1, '\0') + "c";  // another one is due
  page.start = causal::CopyStart{};
  there.cluster.inject("n2", "n1", causal::encode(page));
  CHECK(there.asked_for_pages() == 1);
  CHECK(there.cluster.values("n2", "b") == Values{"v"});
  there.cluster.heal();
  there.cluster.settle();
  for (const char* key : {"b", "c", "d"}) CHECK(there.cluster.values("n2", key) == Values{"v"});
}

TEST_CASE("a life is on the disk before the node says anything, and one that was removed does not begin another") {
  ProtocolCluster cluster(3);
  const auto lives = [&] { return cluster.disk("n3").records().at("c/" + std::string(causal::records::lives)); };
  cluster.settle();
  const std::string before = lives();
  cluster.isolate("n3");
  cluster.kill("n3");
  cluster.restart("n3");
  const std::string again = lives();
  CHECK(again != before);
  cluster.heal();
  cluster.remove_member("n1", "n3");
  for (int i = 0; i < 10 && cluster.up("n3"); ++i) cluster.round();
  REQUIRE_FALSE(cluster.up("n3"));
  const std::string removed = lives();
  cluster.isolate("n3");  // nobody tells it again
  cluster.restart("n3");
  for (int i = 0; i < 10 && cluster.up("n3"); ++i) cluster.round();
  CHECK_FALSE(cluster.up("n3"));
  CHECK(cluster.stopped("n3").find("removed") != std::string::npos);
  CHECK(lives() == removed);
}
