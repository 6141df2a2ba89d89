// Scenarios that need what no scenario file can say: disks that fail, power cuts, duplicates, an hour of bad weather.
// docs/testing.md lists which scenario is where.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "driver/sim/run.hpp"
#include "tests/sim/small_world.hpp"

using namespace kin;
using namespace kin::driver;

namespace {

constexpr std::uint64_t seeds = 10;

// Writes of one client at one node, a key of its own each, and which of them were acknowledged.
struct Script {
  SmallWorld& w;
  std::string node;
  std::set<std::string> acknowledged = {};
  std::size_t written = 0;

  std::string write() {
    const std::string key = "key" + std::to_string(++written);
    const ClientAnswer answer = w.kin(node, "add_update " + key + " v --timeout 200ms");
    if (answer.status == "OK") acknowledged.insert(key);
    return answer.status;
  }
  void all_acknowledged_are_at(const std::string& reader) {
    for (const std::string& key : acknowledged) {
      INFO(key << " at " << reader);
      CHECK(w.kin(reader, "read " + key).status == "OK");
    }
  }
};

std::size_t disk_writes(SmallWorld& w) { return w.world.cluster().counters().commits; }

// A scripted run that ends at every one of its commits in turn, by a kill or by a power cut.
void ends_at_every_commit(bool power) {
  constexpr std::size_t writes = 12;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (std::size_t last = 1; last <= writes; ++last) {
      INFO("seed " << seed << ", commit " << last);
      SmallWorld w(3, seed);
      w.does("n2", NodeFault::isolate);
      w.does("n3", NodeFault::isolate);
      Script script{w, "n1"};
      while (script.written + 1 < last) REQUIRE(script.write() == "OK");
      w.world.cluster().kill_in_next_commit("n1", power);
      CHECK(script.write() != "OK");
      REQUIRE_FALSE(w.world.cluster().up("n1"));
      w.does("n1", NodeFault::restart);
      script.all_acknowledged_are_at("n1");
      CHECK(script.write() == "OK");
      w.does("n2", NodeFault::join);
      w.does("n3", NodeFault::join);
      w.converge();
      script.all_acknowledged_are_at("n3");
      w.check();
    }
  }
}

}  // namespace

TEST_CASE("S-07: a resolved three-way conflict stays resolved when the originals come late, twice and out of order") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(5, seed);
    sim::SimNetwork& network = w.world.cluster().network();
    for (const char* node : {"n1", "n2", "n3"}) w.does(node, NodeFault::isolate);
    for (const char* node : {"n1", "n2", "n3"})
      REQUIRE(w.kin(node, std::string("add_update k from-") + node).status == "OK");
    // What the writers say to n5 waits from now on, n4 is its only source.
    for (const char* node : {"n1", "n2", "n3"}) w.does(node, NodeFault::join);
    for (const char* node : {"n1", "n2", "n3"}) network.clog({node, "n5"});
    w.converge({"n1", "n2", "n3", "n4"});
    const ClientAnswer all = w.kin("n4", "read k");
    REQUIRE(all.sibling_count == 3);
    CHECK(w.kin("n4", "add_update k resolved --context " + all.context).sibling_count == 1);
    w.converge();
    CHECK(w.values_everywhere() == "resolved [1,1,1,1,0]");
    network.weather().duplicate = 1;
    network.weather().delay_max_us = 300'000;
    for (const char* node : {"n3", "n1", "n2"}) network.unclog({node, "n5"});
    w.idle_ms(3000);
    w.converge();
    CHECK(w.values_everywhere() == "resolved [1,1,1,1,0]");
    w.check();
  }
}

TEST_CASE("S-11: a write whose reply was lost is sent again, through the same node and another: one version, not two") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    const auto send = [&](const char* node) {
      wire::AddUpdate request;
      request.bucket = "default";
      request.key = "k";
      request.value = "v";
      request.seen = wire::Seen::nothing;
      request.operation = "operation-one-123";
      w.world.cluster().ask(node, {{w.world.cluster().new_call(), wire::AddUpdate::kind, wire::encode(request)}}, 1000);
      w.idle_ms(20);
    };
    w.does("n1", NodeFault::isolate);
    send("n1");
    send("n1");
    CHECK(w.kin("n1", "read k").sibling_count == 1);
    send("n2");
    w.does("n1", NodeFault::join);
    w.converge();
    for (const std::string& node : w.world.nodes()) CHECK(w.kin(node, "read k").sibling_count == 1);
    const ClientAnswer shown = w.kin("n3", "read k");
    CHECK(w.kin("n3", "delete k --context " + shown.context).sibling_count == 0);
    w.converge();
    CHECK(w.values_everywhere() == "(nothing)");
  }
}

TEST_CASE("S-13: 1,000 idle gossip rounds with reads write nothing to any disk and tick no clock") {
  SmallWorld w;
  w.kin("n1", "add_update k v");
  w.converge();
  w.idle_ms(5000);
  const std::size_t before = disk_writes(w);
  const std::string value = w.values_everywhere();
  for (int round = 0; round < 1000; ++round) {
    w.idle_ms(w.world.cluster().config().gossip_interval_ms);
    if (round % 10 == 0) w.kin("n" + std::to_string(round / 10 % 3 + 1), "read k -R all");
  }
  CHECK(disk_writes(w) == before);
  CHECK(w.values_everywhere() == value);
}

TEST_CASE("S-19: a node on an older backup goes on writing, its dots are new ones, and nothing is lost") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    w.kin("n1", "add_update k old");
    w.converge();
    const MemoryStore backup = w.world.cluster().disk("n1").records();
    const std::string dot = w.kin("n1", "add_update k since-the-backup").dot;
    w.converge();
    w.does("n1", NodeFault::kill);
    w.world.cluster().restore_disk("n1", backup);
    for (const char* node : {"n2", "n3"}) w.does(node, NodeFault::isolate);
    w.does("n1", NodeFault::restart);
    const ClientAnswer written = w.kin("n1", "add_update k after-the-backup");
    CHECK(written.status == "OK");
    CHECK(written.dot != dot);
    for (const char* node : {"n2", "n3"}) w.does(node, NodeFault::join);
    w.converge();
    const std::string both = w.values_everywhere();
    CHECK(both.find("since-the-backup") != std::string::npos);
    CHECK(both.find("after-the-backup") != std::string::npos);
    CHECK(both.find("old") == std::string::npos);
    w.check();
  }
}

TEST_CASE("S-21: a node dies 1,000 times between a dot handed out and the dot on its disk: no dot has two values") {
  int asked = 0;  // crashes with a dot that was handed out
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    std::map<std::string, std::string> values;  // by dot
    const auto seen = [&](const ClientAnswer& answer) {
      for (const AnsweredSibling& sibling : answer.siblings) {
        const auto [known, fresh] = values.emplace(sibling.dot, sibling.value);
        if (!fresh) CHECK(known->second == sibling.value);
      }
    };
    for (int crash = 1; crash <= 100; ++crash) {
      const std::string key = "k" + std::to_string(crash % 7), value = std::to_string(crash);
      w.world.cluster().kill_in_next_commit("n1", crash % 2 == 0);
      // What was said to it before may bring on the commit in which it dies; then the client reaches nobody.
      const ClientAnswer lost = w.kin("n1", "add_update " + key + " " + value + " --timeout 20ms");
      if (lost.status == "TIMEOUT") ++asked;
      REQUIRE(lost.status != "OK");
      REQUIRE_FALSE(w.world.cluster().up("n1"));
      seen(w.kin("n2", "read " + key));
      w.does("n1", NodeFault::restart);
      seen(w.kin("n1", "read " + key));
      const ClientAnswer written = w.kin("n1", "add_update " + key + " again-" + value + " --overwrite");
      REQUIRE(written.status == "OK");
      CHECK(values.emplace(written.dot, "again-" + value).second);
    }
    w.converge();
    for (int key = 0; key < 7; ++key) {
      for (const std::string& node : w.world.nodes()) seen(w.kin(node, "read k" + std::to_string(key)));
    }
    w.check();
  }
  CHECK(asked >= 1000);
}

TEST_CASE("S-22: a node dies for ever and a new one takes its place, 20 times: clocks do not grow with the dead") {
  SmallWorld w(3, 22);
  std::vector<std::size_t> context_bytes, clock_bytes, disk_bytes;
  for (int life = 1; life <= 20; ++life) {
    w.does("n3", NodeFault::lose_disk);
    w.does("n3", NodeFault::restart);
    w.converge();
    REQUIRE(w.kin("n3", "add_update k life-" + std::to_string(life + 10)).status == "OK");
    w.converge();
    // Until nobody has to remember the life before.
    w.idle_ms(10'000);
    const ClientAnswer now = w.kin("n1", "read k");
    CHECK(now.sibling_count == 1);
    context_bytes.push_back(now.context.size());
    const auto& disk = w.world.cluster().disk("n1").records().records();
    clock_bytes.push_back(disk.at("c/c").size());
    std::size_t bytes = 0;
    for (const auto& [key, value] : disk) bytes += key.size() + value.size();
    disk_bytes.push_back(bytes);
  }
  // A context also tells the last versions of the value, by their dots: some lives fill that.
  CHECK(context_bytes.back() <= context_bytes[9] + 8);
  CHECK(clock_bytes.back() <= clock_bytes[2] + 8);
  // One number for each life that wrote, on disk only: where it ended.
  CHECK(disk_bytes.back() <= disk_bytes[2] + 17 * 32);
  w.check();
}

TEST_CASE("S-23: a node is killed at every commit of a scripted run, all that was acknowledged is there") {
  ends_at_every_commit(false);
}

TEST_CASE("S-24: the power goes at every commit of a scripted run, all that was acknowledged is there") {
  ends_at_every_commit(true);
}

TEST_CASE("S-25: a full disk, freed again: what was refused was not promised, and later promises are kept") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    Script script{w, "n1"};
    for (int i = 0; i < 3; ++i) REQUIRE(script.write() == "OK");
    w.world.cluster().disk("n1").set_full(true);
    for (int i = 0; i < 3; ++i) CHECK(script.write() != "OK");
    CHECK(w.kin("n2", "add_update other v").status == "OK");
    w.world.cluster().disk("n1").set_full(false);
    w.idle_ms(1000);
    for (int i = 0; i < 3; ++i) CHECK(script.write() == "OK");
    w.does("n1", NodeFault::kill);
    w.does("n1", NodeFault::restart);
    script.all_acknowledged_are_at("n1");
    w.converge();
    w.check();
  }
}

TEST_CASE("S-26: one write, one sync, one read of a disk fails: nothing that was acknowledged is lost, peers go on") {
  for (const sim::DiskFault fault :
       {sim::DiskFault::write_fails, sim::DiskFault::sync_fails, sim::DiskFault::read_fails}) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      INFO("fault " << static_cast<int>(fault) << ", seed " << seed);
      SmallWorld w(3, seed);
      Script script{w, "n1"};
      for (int i = 0; i < 3; ++i) REQUIRE(script.write() == "OK");
      const auto starts = w.world.cluster().counters().starts;
      w.world.cluster().disk("n1").arm(fault);
      CHECK(script.write() != "OK");
      CHECK(w.kin("n2", "add_update other v").status == "OK");
      w.idle_ms(1000);
      CHECK(w.world.cluster().counters().starts == starts + 1);  // on a disk that was opened anew
      for (int i = 0; i < 3; ++i) CHECK(script.write() == "OK");
      w.does("n1", NodeFault::kill);
      w.does("n1", NodeFault::restart);
      script.all_acknowledged_are_at("n1");
      w.converge();
      w.check();
    }
  }
}

TEST_CASE("S-28: the disk of one node takes a second for each sync, the others answer as fast as before") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    int written = 0;
    const auto median_ns = [&](const std::string& node, const std::string& flags) {
      std::vector<std::int64_t> took;
      for (int i = 0; i < 51; ++i) {
        const std::string number = std::to_string(++written), key = "k" + std::to_string(written % 20);
        const ClientAnswer answer = w.kin(node, "add_update " + key + " v" + number + " --overwrite" + flags);
        REQUIRE(answer.status == "OK");
        took.push_back(answer.end_ns - answer.start_ns);
      }
      std::nth_element(took.begin(), took.begin() + 25, took.end());
      return took[25];
    };
    std::map<std::pair<std::string, std::string>, std::int64_t> usual;
    for (const char* node : {"n2", "n3"})
      for (const char* flags : {" -W 1", " -W 2"}) usual[{node, flags}] = median_ns(node, flags);
    w.world.cluster().slow_disk("n1", 2000);
    const ClientAnswer slow = w.kin("n1", "--timeout 60s add_update slowly v");
    CHECK(slow.status == "OK");
    CHECK(slow.end_ns - slow.start_ns > 500'000'000);
    for (const auto& [of, before] : usual) {
      INFO(of.first << of.second << ": " << before << " ns before");
      CHECK(median_ns(of.first, of.second) <= 2 * before);
    }
    w.world.cluster().slow_disk("n1", 1);
    w.converge();
    w.check();
  }
}

TEST_CASE("S-44: an hour of loss, duplicates and late, reordered messages") {
  sim::Options options;
  options.seed = 44;
  options.gossip_ms = 1000;
  options.clients = 10;
  options.think_us = 4'000'000;
  options.operations = 17'000;
  options.faults.fill(false);
  options.weather = {0.3, 0.3, 0, 200'000};
  const sim::RunResult result = sim::run(options);
  INFO(result.rule << (result.story.empty() ? "" : ": " + result.story.front()));
  CHECK(result.held);
  CHECK(result.simulated_us >= 3'400'000'000);
  CHECK(result.network.lost > result.network.sent / 4);
  CHECK(result.network.duplicated > result.network.sent / 6);
}

TEST_CASE("S-45: links are clogged one by one and flow again in another order") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(5, seed);
    Rng rng(seed);
    std::vector<sim::SimNetwork::Link> links;
    for (const std::string& from : w.world.nodes()) {
      for (const std::string& to : w.world.nodes()) {
        if (from != to) links.emplace_back(from, to);
      }
    }
    const auto shuffle = [&] {
      for (std::size_t left = links.size(); left > 1; --left) std::swap(links[left - 1], links[rng.below(left)]);
    };
    int written = 0;
    const auto write_somewhere = [&] {
      const std::string node = "n" + std::to_string(rng.below(5) + 1);
      CHECK(w.kin(node, "add_update k v" + std::to_string(++written)).status == "OK");
    };
    shuffle();
    for (const auto& link : links) {
      w.world.cluster().network().clog(link);
      write_somewhere();
    }
    // By now five nodes speak to nobody.
    REQUIRE_FALSE(w.world.wait_converged(w.world.nodes(), std::chrono::seconds(5)));
    shuffle();
    for (const auto& link : links) {
      w.world.cluster().network().unclog(link);
      write_somewhere();
    }
    w.converge();
    w.check();
  }
}

TEST_CASE("S-49: 1,000 keys changed on both sides of a cut of ten minutes come together in time and at a fair price") {
  constexpr std::size_t keys = 1000, value_bytes = 500;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(5, seed);
    const std::set<std::string> left{"n1", "n2"};
    const auto cut = [&](std::uint32_t drop) {
      for (const std::string& from : w.world.nodes()) {
        for (const std::string& to : w.world.nodes()) {
          if (left.contains(from) != left.contains(to)) REQUIRE(w.world.link(from, to, drop, 0));
        }
      }
    };
    cut(100);
    for (const char* node : {"n1", "n4"}) {
      std::vector<driver::ClientCall> calls;
      for (std::size_t i = 0; i < keys; ++i) {
        const std::string key = std::string(node) + "-" + std::to_string(i);
        calls.push_back({node, {"add_update", key, std::string(value_bytes, 'v')}, false});
      }
      for (const ClientAnswer& answer : w.world.clients(calls, {})) REQUIRE(answer.status == "OK");
    }
    w.idle_ms(600'000);
    REQUIRE_FALSE(w.world.wait_converged(w.world.nodes(), std::chrono::milliseconds(1)));
    const std::uint64_t before = w.world.cluster().counters().bytes_to_peers;
    const auto healed_us = w.world.cluster().agenda().now();
    cut(0);
    w.converge();
    const std::uint64_t bytes = w.world.cluster().counters().bytes_to_peers - before;
    const auto rounds =
        (w.world.cluster().agenda().now() - healed_us) / 1000 / w.world.cluster().config().gossip_interval_ms;
    // Three nodes lacked the keys of the left side, two those of the right one.
    const std::uint64_t difference = 5 * keys * value_bytes;
    INFO(bytes << " bytes, " << rounds << " rounds");
    CHECK(bytes <= 3 * difference);
    CHECK(rounds <= sim::rounds_to_agree);
    CHECK(w.kin("n2", "read n4-999").status == "OK");
    CHECK(w.kin("n5", "read n1-0").status == "OK");
  }
}
