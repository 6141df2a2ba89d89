// What a measure step is held against: the delays that a scenario says its places have, on links that keep to them and
// on links that do not.
#include "driver/scenario/measuring.hpp"

#include <catch2/catch.hpp>

#include "driver/scenario/runner.hpp"
#include "driver/scenario/scenario_file.hpp"
#include "tests/sim/small_world.hpp"

using namespace kin;
using namespace kin::driver;

namespace {

constexpr const char* three_places = R"(nodes: 3
steps:
  - places:
      n1: {name: Here}
      n2: {name: There, one_way_ms: {n1: 20}}
      n3: {name: Far away, one_way_ms: {n1: 30, n2: 40}}
)";
constexpr const char* measured = R"(  - measure: add_update k-${node} "${level} ${round}"
    W: [1, quorum, all]
    times: 3
)";

ScenarioReport play(SmallWorld& w, const std::string& steps) {
  const auto scenario = parse_scenario(steps, "map.yml");
  if (!scenario) FAIL(scenario.error().text());
  return Runner(w.world, {}, {}).run(*scenario);
}

}  // namespace

TEST_CASE(
    "measure: W=1 is over before anybody else can know of it, quorum waits for the nearest, all for the farthest") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    SmallWorld w(3, seed);
    const ScenarioReport report = play(w, std::string(three_places) + measured);
    for (const std::string& sentence : report.steps.back().wrong) UNSCOPED_INFO(sentence);
    REQUIRE(report.verdict == Verdict::held);
    const std::vector<Measurement>& all = report.steps.back().measured;
    REQUIRE(all.size() == 9);
    const double nearest[] = {40, 40, 60}, farthest[] = {60, 80, 80};
    for (std::size_t node = 0; node < 3; ++node) {
      CHECK(all[3 * node].level == "W=1");
      CHECK(all[3 * node].most() < 20);
      CHECK(all[3 * node + 1].least() >= nearest[node]);
      CHECK(all[3 * node + 1].most() < nearest[node] + 10);
      CHECK(all[3 * node + 2].level == "W=all");
      CHECK(all[3 * node + 2].least() >= farthest[node]);
      CHECK(all[3 * node + 2].took_ms.size() == 3);
    }
    CHECK(all[6].node == "n3");
    CHECK(all[6].place == "Far away");
    const std::vector<std::string>& lines = report.steps.back().seen;
    REQUIRE(lines.size() == 5);
    CHECK_THAT(lines[4], Catch::StartsWith("n3 Far away "));
    for (const std::string& line : lines) CHECK(line.size() <= 90);
  }
}

TEST_CASE("measure: an answer that came sooner or later than the map allows is told") {
  const auto wrong = [](const std::string& steps, unsigned slow_disk = 1) {
    SmallWorld w(3, 1);
    w.world.cluster().slow_disk("n1", slow_disk);
    const ScenarioReport report = play(w, std::string(three_places) + steps + measured);
    CHECK(report.verdict == Verdict::did_not_hold);
    std::string all;
    for (const std::string& sentence : report.steps.back().wrong) all += sentence + '\n';
    return all;
  };
  const std::string near = wrong("  - link: {from: [n1, n2], to: [n1, n2], delay: 1}\n");
  CHECK_THAT(near, Catch::Contains("n1 Here, W=quorum: ") && Catch::Contains("in less than 40 ms"));
  CHECK_THAT(near, !Catch::Contains("W=1") && !Catch::Contains("n3"));
  const std::string far = wrong("  - link: {from: n2, to: n1, delay: 100}\n");
  CHECK_THAT(far, Catch::Contains("n1 Here, W=quorum: ") && Catch::Contains("one node more than it needs") &&
                      Catch::Contains("in 60 ms"));
  const std::string slow = wrong("", 300);
  CHECK_THAT(slow, Catch::Contains("n1 Here, W=1: ") && Catch::Contains("the nearest is 20 ms away"));
}

TEST_CASE("measure: answers that are not OK are told, and nothing is measured of them") {
  SmallWorld w(3, 1);
  const ScenarioReport report = play(w, "nodes: 3\nsteps:\n  - measure: read k\n    R: 1\n");
  REQUIRE(report.verdict == Verdict::did_not_hold);
  CHECK_THAT(report.steps.back().wrong.front(),
             Catch::Contains("n1: kin read k -R 1: ") && Catch::Contains("NOT_FOUND"));
  CHECK(report.steps.back().measured.empty());
  CHECK(report.steps.back().seen.empty());
}

TEST_CASE("measure: without places there is a table, and nothing to hold it against") {
  SmallWorld w(3, 1);
  const ScenarioReport report =
      play(w, "nodes: 3\nsteps:\n  - measure: add_update k-${node} ${round}\n    W: all\n    at: [n1, n3]\n");
  REQUIRE(report.verdict == Verdict::held);
  REQUIRE(report.steps.back().measured.size() == 2);
  CHECK(report.steps.back().measured[1].node == "n3");
  CHECK(report.steps.back().measured[1].place.empty());
}

TEST_CASE("measure: what comes late for a while is asked for again, and the table says so") {
  SmallWorld w(3, 1);
  w.world.cluster().slow_disk("n1", 300);
  w.world.cluster().agenda().after(3'000'000, [&] { w.world.cluster().slow_disk("n1", 1); });
  const ScenarioReport report = play(w, std::string(three_places) + measured);
  REQUIRE(report.verdict == Verdict::held);
  CHECK(report.steps.back().measured[0].took_ms.size() > 3);
  CHECK(report.steps.back().measured[3].took_ms.size() == 3);
  CHECK_THAT(report.steps.back().seen.back(),
             Catch::StartsWith("n1 Here, W=") && Catch::Contains(" times, since the first were late"));
}
