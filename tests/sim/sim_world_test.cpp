// Scenarios in virtual time: all files of the project on many seeds, and what a simulated client is told, which must be
// what kin tells of processes.
#include "driver/scenario/sim_world.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "driver/scenario/runner.hpp"
#include "driver/scenario/scenario_file.hpp"
#include "driver/scenario/step_text.hpp"
#include "tests/sim/small_world.hpp"

using namespace kin;
using namespace kin::driver;

namespace {

constexpr std::uint64_t seeds = 10;

// As config/tokens.yml has them, for clusters of five.
std::vector<TokenScheme> sample_tokens(const ClusterConfig& config) {
  if (config.nodes.size() < 5) return {};
  return {{"1020", "n1", {"n2", "n3", "n4", "n5"}}, {"1021", "n2", {"n2", "n3", "n4"}}};
}

// All that a run shows, but no real time.
std::string story_of(const Scenario& scenario, std::uint64_t seed) {
  ClusterConfig config = cluster_of(scenario.nodes);
  config.tokens = sample_tokens(config);
  config.faults_enabled = true;
  if (scenario.gossip_interval_ms) config.gossip_interval_ms = *scenario.gossip_interval_ms;
  if (scenario.disk_durability_os) config.durability = Durability::os;
  SimWorld world(config, seed);
  REQUIRE(world.start());
  const ScenarioReport report = Runner(world, {}, {}).run(scenario);
  std::string story = report.verdict == Verdict::held ? "held\n" : "DID NOT HOLD\n";
  for (const StepReport& step : report.steps) {
    story += step.what + '\n';
    for (const std::string& line : step.seen) story += "  " + line + '\n';
    for (const std::string& line : step.wrong) story += "  WRONG: " + line + '\n';
  }
  return story + *world.history() + std::to_string(world.cluster().trace_hash());
}

}  // namespace

TEST_CASE("every scenario file holds in the simulator, whatever the seed") {
  const auto files = list_scenarios(KIN_SCENARIOS);
  REQUIRE(files.size() >= 23);
  for (const ListedScenario& file : files) {
    const auto scenario = load_scenario(file.file);
    REQUIRE(scenario);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      INFO(file.name << ", seed " << seed);
      const std::string story = story_of(*scenario, seed);
      INFO(story);
      CHECK(story.starts_with("held\n"));
    }
  }
}

TEST_CASE("one seed gives one run of a scenario, to the byte, and another seed another one") {
  const auto scenario = load_scenario(std::string(KIN_SCENARIOS) + "/kill-under-load.yml");
  REQUIRE(scenario);
  std::set<std::string> stories;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    stories.insert(story_of(*scenario, seed));
    CHECK(stories.size() == seed);
    stories.insert(story_of(*scenario, seed));
    CHECK(stories.size() == seed);
  }
}

TEST_CASE("a client of a node that is down or paused reaches nobody, of one that is offline it hears nothing") {
  SmallWorld w;
  const auto waited_ms = [](const ClientAnswer& answer) { return (answer.end_ns - answer.start_ns) / 1'000'000; };
  w.does("n1", NodeFault::kill);
  w.does("n2", NodeFault::pause);
  w.does("n3", NodeFault::offline);

  for (const char* node : {"n1", "n2"}) {
    const ClientAnswer answer = w.kin(node, "add_update k v --timeout 700ms");
    CHECK(answer.status == "UNAVAILABLE");
    CHECK(answer.exit_code == 6);
    CHECK(waited_ms(answer) == 700);
  }
  const ClientAnswer lost = w.kin("n3", "add_update k v");
  CHECK(lost.status == "TIMEOUT");
  CHECK(lost.exit_code == 7);
  CHECK(lost.message.find("it may have been applied") != std::string::npos);
  CHECK(waited_ms(lost) == 2000);
  CHECK(w.kin("n3", "read k").status == "TIMEOUT");

  // What could not be sent certainly did not happen; what was sent, nobody knows.
  const std::string history = *w.world.history();
  CHECK(std::count(history.begin(), history.end(), '\n') == 4);
  CHECK(history.find(R"("outcome":"fail")") < history.find(R"("outcome":"unknown")"));
}

TEST_CASE("a client that waits for a node to come back is served") {
  SmallWorld w;
  w.does("n1", NodeFault::pause);
  w.world.cluster().agenda().after(500'000, [&] { w.world.cluster().resume("n1"); });
  const ClientAnswer answer = w.kin("n1", "add_update k v");
  CHECK(answer.status == "OK");
  CHECK(answer.end_ns - answer.start_ns > 490'000'000);
}

TEST_CASE("a node that dies after it was asked leaves its client without an answer") {
  SmallWorld w;
  w.world.cluster().kill_in_next_commit("n1", false);
  CHECK(w.kin("n1", "add_update k v --timeout 300ms").status == "TIMEOUT");
}

TEST_CASE("simulated faults mean what the fault commands of nodes mean") {
  SmallWorld w;
  w.kin("n1", "add_update k before");
  w.converge();

  SECTION("isolate cuts peers and serves clients; online ends it") {
    w.does("n1", NodeFault::isolate);
    CHECK(w.kin("n1", "add_update k after").status == "OK");
    w.idle_ms(2000);
    CHECK(w.values("n2") == "before [1,0,0]");
    w.does("n1", NodeFault::online);
    w.converge();
    CHECK(w.values("n2") == "after [2,0,0]");
  }
  SECTION("held gossip waits in both directions, and goes on when the first end lets go if the other never held") {
    w.does("n2", NodeFault::hold_gossip);
    w.kin("n1", "add_update k after");
    w.kin("n2", "add_update other o");
    w.idle_ms(2000);
    CHECK(w.values("n2") == "before [1,0,0]");
    CHECK(w.values("n3") == "after [2,0,0]");
    CHECK(w.kin("n3", "read other").status == "NOT_FOUND");
    w.does("n2", NodeFault::release_gossip);
    w.converge();
  }
  SECTION("a link that two nodes hold flows when both have let go") {
    w.does("n1", NodeFault::hold_gossip);
    w.does("n2", NodeFault::hold_gossip);
    w.kin("n1", "add_update k after");
    w.does("n1", NodeFault::release_gossip);
    w.idle_ms(2000);
    CHECK(w.values("n2") == "before [1,0,0]");
    CHECK(w.values("n3") == "after [2,0,0]");
    w.does("n2", NodeFault::clear);
    w.converge();
  }
  SECTION("a link is worse in one direction only, until clear, which online is not") {
    REQUIRE(w.world.link("n1", "n2", 100, 0));
    REQUIRE(w.world.link("n1", "n3", 100, 0));
    w.kin("n1", "add_update k after");
    w.kin("n2", "add_update other o");
    w.idle_ms(2000);
    CHECK(w.values("n2") == "before [1,0,0]");
    CHECK(w.kin("n1", "read other").status == "OK");
    w.does("n1", NodeFault::online);
    w.idle_ms(2000);
    CHECK(w.values("n2") == "before [1,0,0]");
    w.does("n1", NodeFault::clear);
    w.converge();
    CHECK(w.values("n2") == "after [2,0,0]");
  }
  SECTION("a late link is late") {
    REQUIRE(w.world.link("n1", "n2", 0, 400));
    REQUIRE(w.world.link("n1", "n3", 0, 400));
    w.kin("n1", "add_update k after");
    w.idle_ms(300);
    CHECK(w.values("n2") == "before [1,0,0]");
    w.idle_ms(200);
    CHECK(w.values("n2") == "after [2,0,0]");
  }
  SECTION("faults end with the process that had them") {
    w.does("n1", NodeFault::isolate);
    w.does("n2", NodeFault::hold_gossip);
    w.does("n1", NodeFault::kill);
    w.does("n2", NodeFault::kill);
    w.does("n1", NodeFault::restart);
    w.does("n2", NodeFault::restart);
    w.kin("n1", "add_update k after");
    w.converge();
  }
}

TEST_CASE("faults that cannot be are refused") {
  SmallWorld w;
  CHECK_FALSE(w.world.disturb("n1", NodeFault::resume));
  w.does("n1", NodeFault::pause);
  CHECK_FALSE(w.world.disturb("n1", NodeFault::pause));
  CHECK_FALSE(w.world.disturb("n1", NodeFault::isolate));
  w.does("n1", NodeFault::kill);
  CHECK_FALSE(w.world.disturb("n1", NodeFault::kill));
  CHECK_FALSE(w.world.disturb("n1", NodeFault::offline));
  CHECK_FALSE(w.world.wait_converged({"n1", "n2"}, std::chrono::seconds(1)));
}

TEST_CASE("waiting for nodes that cannot agree ends in virtual time, with a reason") {
  SmallWorld w;
  w.does("n1", NodeFault::isolate);
  w.kin("n1", "add_update k v");
  const auto waited = w.world.wait_converged({"n1", "n2", "n3"}, std::chrono::minutes(5));
  REQUIRE_FALSE(waited);
  CHECK(waited.error() == "not converged in time: tier causal differs: n1 | n2, n3");
}

TEST_CASE("a simulated client is refused as kin refuses") {
  SmallWorld w;
  CHECK(w.kin("n1", "add_updat k v").exit_code == 2);
  CHECK(w.kin("n1", "read k --bucket nowhere").status == "USAGE");
  CHECK(w.kin("n1", "read k --node n9").status == "USAGE");
  CHECK(w.kin("n1", "cluster status").status == "UNSUPPORTED");
  CHECK(w.kin("n1", "add_update k v --context rubbish").status == "USAGE");
  CHECK(w.kin("n1", "add_update k v -W 9").status == "USAGE");
  CHECK(w.kin("n1", "vclock compare [3,1,3] [1,0,3]").text.empty());
  CHECK(w.kin("n1", "add_update k " + std::string(2'000'000, 'v')).status == "LIMIT");
}

TEST_CASE("a step that this world cannot play does not hold, whatever it expects") {
  SmallWorld w;
  Expectation whatever;
  whatever.any = true;
  Expectation refused;
  refused.statuses = {"UNSUPPORTED"};
  for (const char* line :
       {"cluster status", "bench", "delete k --wait forgotten", "conflicts --watch", "token list",
        "resolve k --merge-cmd cat", "read k --history elsewhere", "token read --id 7 --reader n2"}) {
    INFO(line);
    const ClientAnswer answer = w.kin("n1", line);
    CHECK(answer.status == "UNSUPPORTED");
    CHECK_FALSE(what_is_wrong(whatever, answer).empty());
    CHECK_FALSE(what_is_wrong(refused, answer).empty());
  }
  CHECK(what_is_wrong(whatever, w.kin("n1", "read k")).empty());
}

TEST_CASE("a check of a history without a key does not hold") {
  SmallWorld w;
  Scenario empty;
  empty.steps.push_back({0, "", CheckStep{}});
  const ScenarioReport report = Runner(w.world, {}, {}).run(empty);
  CHECK(report.verdict == Verdict::did_not_hold);
  CHECK(report.steps.front().wrong == std::vector<std::string>{"there is nothing to judge: no key was touched"});
}

TEST_CASE("simulated clients list keys and conflicts, explain them and resolve them") {
  SmallWorld w;
  for (const char* key : {"a", "b", "other"}) w.kin("n1", std::string("add_update ") + key + " before");
  w.converge();
  w.does("n1", NodeFault::isolate);
  w.kin("n1", "add_update b pears");
  w.kin("n2", "add_update b apples");
  w.does("n1", NodeFault::online);
  w.converge();

  using Keys = std::vector<std::string>;
  CHECK(w.kin("n1", "keys").keys == Keys{"a", "b", "other"});
  CHECK(w.kin("n2", "keys --prefix b").keys == Keys{"b"});
  CHECK(w.kin("n3", "keys --limit 2").keys == Keys{"a", "b"});
  CHECK(w.kin("n3", "conflicts").keys == Keys{"b"});
  CHECK(describe(w.kin("n3", "conflicts")) == "OK  b");
  const ClientAnswer story = w.kin("n3", "explain b");
  CHECK(story.status == "CONFLICT");
  CHECK(print_values(story) == w.values("n1", "b"));
  CHECK(w.kin("n3", "explain nothing").exit_code == 3);

  CHECK(w.kin("n3", "resolve b --union --dry-run").status == "OK");
  CHECK(w.kin("n3", "resolve b --take 9").status == "USAGE");
  CHECK(w.kin("n3", "resolve b --take n1.1:2 --over n3.1:1").status == "STALE");
  CHECK(w.values("n3", "b").find("  ") != std::string::npos);  // still two
  const ClientAnswer resolved = w.kin("n3", "resolve b --union");
  CHECK(resolved.status == "OK");
  CHECK(resolved.sibling_count == 1);
  w.converge();
  CHECK(w.values_everywhere("b").starts_with("apples"));
  CHECK(w.kin("n1", "conflicts").keys == Keys{});
  CHECK(w.kin("n1", "resolve nothing --union").status == "NOT_FOUND");
  w.check();
}

TEST_CASE("a value that comes while a conflict is resolved is looked at again") {
  SmallWorld w;
  w.kin("n1", "add_update k 1");
  bool again = false;
  for (int round = 0; round < 200 && !again; ++round) {
    const std::string value = "x" + std::to_string(round);
    w.kin("n1", "add_update k y" + value + " --new-sibling");
    const std::size_t before = w.world.history()->size();
    const auto answers = w.world.clients(
        {{"n1", {"--as", "resolver", "resolve", "k", "--union"}}, {"n1", {"add_update", "k", value, "--new-sibling"}}},
        {});
    const std::string lines = w.world.history()->substr(before);
    const auto times = [&](const std::string& what) {
      int found = 0;
      for (std::size_t at = 0; (at = lines.find(what, at)) != std::string::npos; at += what.size()) ++found;
      return found;
    };
    again = times("\"op\":\"get\"") == 2;
    CHECK(times("\"op\":\"put\"") == (again ? 3 : 2));
    if (again) CHECK(answers[0].siblings.size() + w.kin("n1", "read k").siblings.size() == 1);
  }
  CHECK(again);
  w.converge();
  w.check();
}

TEST_CASE("explain waits for who does not answer, and says when nobody does") {
  SmallWorld w;
  w.kin("n1", "add_update k v");
  w.converge();
  w.does("n2", NodeFault::kill);
  const ClientAnswer story = w.kin("n1", "--timeout 300ms explain k");
  CHECK(story.status == "OK");
  CHECK(print_values(story) == "v [1,0,0]");
  CHECK(story.end_ns - story.start_ns == 300'000'000);
  for (const char* node : {"n1", "n3"}) w.does(node, NodeFault::kill);
  CHECK(w.kin("n1", "--timeout 300ms explain k").status == "UNAVAILABLE");
}

TEST_CASE("sessions remember contexts from one simulated client to the next") {
  SmallWorld w;
  w.kin("n1", "--session a.json add_update k 1 --new-sibling");
  w.kin("n1", "--session b.json add_update k 2 --new-sibling");
  CHECK(w.kin("n1", "--session a.json add_update k 3").sibling_count == 2);
  CHECK(w.values("n1") == "2 [2,0,0]  3 [3,0,0]");
  CHECK_FALSE(std::filesystem::exists("a.json"));
}
