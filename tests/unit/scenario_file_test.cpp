// Scenario files: what is read, and what is refused with its line. Also how steps and answers are compared.
#include "driver/scenario/scenario_file.hpp"

#include <catch2/catch.hpp>

#include "common/cli/words.hpp"
#include "driver/scenario/command_words.hpp"
#include "driver/scenario/expectation.hpp"
#include "driver/scenario/kin_output.hpp"

using namespace kin::driver;
using kin::split_words;

namespace {

Scenario read(const std::string& text) {
  auto scenario = parse_scenario(text, "dir/story.yml");
  if (!scenario) FAIL(scenario.error().text());
  return *scenario;
}

std::string refusal(const std::string& text) {
  auto scenario = parse_scenario(text, "story.yml");
  REQUIRE_FALSE(scenario);
  return scenario.error().text();
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("scenario file: every kind of step") {
  const Scenario scenario = read(R"(# What it shows
nodes: 3
options: {durability: os, gossip_interval_ms: 50}
steps:
  - client: add_update cart "red apples"
    at: n1
    save: first
    why: the reason
    expect: {clock: [1,0,0], conflict: false}
  - parallel:
      - {client: [add_update, cart, pears, --context, "${first}"], at: n2, expect: any}
      - {kill: n3}
  - isolate: [n1, n2]
  - restart: all
  - link: {from: n1, to: [n2, n3], drop: 100, delay: 20}
  - wait: converged
    on: [n1, n2]
    timeout: 5s
  - expect: {key: cart, siblings: [{value: a, clock: [1,0,0]}, {value: b}], on: n3}
  - check: causal
  - say: something
  - repeat: 7
    steps:
      - client: add_update k v${round}
        at: n3
)");
  CHECK(scenario.name == "story");
  CHECK(scenario.title == "What it shows");
  CHECK(scenario.nodes == 3);
  CHECK(scenario.disk_durability_os);
  CHECK(scenario.gossip_interval_ms == 50u);
  REQUIRE(scenario.steps.size() == 10);

  const auto& client = std::get<ClientStep>(scenario.steps[0].action);
  CHECK(client.arguments == Words{"add_update", "cart", "red apples"});
  CHECK(client.node == "n1");
  CHECK(client.save == "first");
  CHECK(client.expect.clock == PrintedClock{1, 0, 0});
  CHECK(client.expect.conflict == false);
  CHECK(scenario.steps[0].why == "the reason");
  CHECK(scenario.steps[0].line == 5);

  const auto& parallel = std::get<ParallelStep>(scenario.steps[1].action);
  REQUIRE(parallel.calls.size() == 1);
  CHECK(parallel.calls[0].arguments.back() == "${first}");
  CHECK(parallel.calls[0].expect.any);
  REQUIRE(parallel.faults.size() == 1);
  CHECK(parallel.faults[0].fault == NodeFault::kill);

  CHECK(std::get<FaultStep>(scenario.steps[2].action).nodes == Words{"n1", "n2"});
  CHECK(std::get<FaultStep>(scenario.steps[3].action).nodes == Words{"n1", "n2", "n3"});
  const auto& link = std::get<LinkStep>(scenario.steps[4].action);
  CHECK(link.to == Words{"n2", "n3"});
  CHECK(link.drop_percent == 100);
  CHECK(link.delay_ms == 20);
  const auto& wait = std::get<WaitStep>(scenario.steps[5].action);
  CHECK(wait.nodes == Words{"n1", "n2"});
  CHECK(wait.longest == std::chrono::seconds(5));
  const auto& expect = std::get<ExpectStep>(scenario.steps[6].action);
  CHECK(expect.nodes == Words{"n3"});
  CHECK(expect.bucket == "default");
  REQUIRE(expect.expect.siblings->size() == 2);
  CHECK_FALSE(expect.expect.siblings->at(1).clock);
  CHECK(std::holds_alternative<CheckStep>(scenario.steps[7].action));
  CHECK(std::get<SayStep>(scenario.steps[8].action).text == "something");
  CHECK(std::get<RepeatStep>(scenario.steps[9].action).rounds == 7);
}

TEST_CASE("scenario file: a command that kin cannot read is no mistake where that is expected") {
  for (const char* expected : {"any", "{status: USAGE}", "{status: [OK, USAGE]}"}) {
    const Scenario scenario =
        read("nodes: 1\nsteps:\n  - client: raed x\n    at: n1\n    expect: " + std::string(expected) + "\n");
    CHECK(std::get<ClientStep>(scenario.steps[0].action).arguments == Words{"raed", "x"});
  }
  const std::string numbers = "steps:\n  - repeat: 2\n    steps:\n      - client: read x -R ${round}\n        at: n1\n";
  CHECK(std::get<RepeatStep>(read("nodes: 3\n" + numbers).steps[0].action).steps.size() == 1);
}

TEST_CASE("scenario file: what is wrong is said with file and line") {
  const std::string head = "nodes: 3\nsteps:\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"nodes: 3\n", "story.yml:1: a scenario needs steps"},
      {"nodes: 0\nsteps: []\n", "story.yml:1: nodes must be a number from 1 to 64"},
      {head + "  - klient: read x\n", "story.yml:3: a step needs one of client"},
      {head + "  - client: read x\n    at: n4\n", "story.yml:4: there is no node n4"},
      {head + "  - client: read x\n", "story.yml:3: at needs a node"},
      {head + "  - client: read x\n    at: [n1, n2]\n", "story.yml:4: a client is at one node"},
      {head + "  - client: read 'x\n    at: n1\n", "story.yml:3: a quotation with ' does not end"},
      {head + "  - client: read ${x}\n    at: n1\n", "story.yml:3: nothing has been saved as x before this step"},
      {head + "  - client: read ${round}\n    at: n1\n", "nothing has been saved as round"},
      {head + "  - client: read x\n    at: n1\n    expcet: any\n", "story.yml:5: a step has no key expcet"},
      {head + "  - client: read x\n    at: n1\n    expect: {clock: [1,0]}\n", "story.yml:5: a clock of 3 nodes"},
      {head + "  - client: read x\n    at: n1\n    expect: {value: a, values: [b]}\n",
       "story.yml:5: give one of value"},
      {head + "  - isolate: n1\n    kill: n2\n",
       "story.yml:4: a step does one thing, and this one has several: isolate, kill"},
      {head + "  - wait: converged\n    expect: {key: x, on: all, value: a}\n",
       "story.yml:4: a step does one thing, and this one has several: wait, expect"},
      {head + "  - expect: {key: x, on: all}\n", "story.yml:3: expect says nothing that could be wrong"},
      {head + "  - expect: {value: x}\n", "story.yml:3: expect needs a key"},
      {head + "  - wait: 10s\n", "story.yml:3: there is only wait: converged"},
      {head + "  - wait: converged\n    timeout: soon\n", "story.yml:4: timeout must be a time such as 10s"},
      {head + "  - check: everything\n", "story.yml:3: check is causal or linearizable"},
      {head + "  - link: {from: n1, to: n2, drop: 101}\n", "story.yml:3: drop must be a number from 0 to 100"},
      {head + "  - parallel: [{wait: converged}]\n", "story.yml:3: parallel takes client steps and faults"},
      {head + "  - repeat: 2\n", "story.yml:3: repeat needs steps"},
      {head + "  - client: read x\n    at: n1\n    expect: {value: '${x}'}\n",
       "story.yml:5: nothing has been saved as x"},
      {head + "  - expect: {key: 'k${round}', value: x}\n", "story.yml:3: nothing has been saved as round"},
      {head + "  - client: raed x\n    at: n1\n",
       "story.yml:3: there is no command 'raed' in kin (did you mean 'kin read'?)"},
      {head + "  - parallel: [{client: read x --quiet, at: n1}, {client: read x --qorum, at: n2}]\n",
       "story.yml:3: '--qorum' is not expected here"},
      {head + "  - measure: add_update home-${node}\n    W: [1]\n", "story.yml:3: VALUE: there is none"},
      {head + "  - parallel: [{client: read x, at: n1, save: a}, {client: 'put x ${a}', at: n2}]\n",
       "story.yml:3: nothing has been saved as a"},
      {head + "  - parallel: [{client: read x, at: n1, within: 2s}]\n", "story.yml:3: what happens at the same time"},
      {head + "  - repeat: 2\n    steps:\n      - measure: read x\n        times: 3\n",
       "story.yml:5: a measure repeats"},
      {head + "  - say: x\n  - say: [\n", "story.yml:5: this is not YAML"},
      {"nodes: 3\nnodes: 4\nsteps: []\n", "story.yml:2: the key nodes stands here twice"},
  };
  for (const auto& [text, message] : cases) CHECK_THAT(refusal(text), Catch::Contains(message));
}

TEST_CASE("scenario file: places and what is measured between them") {
  const Scenario scenario = read(R"(# A map
nodes: 3
steps:
  - places:
      n1: {name: Here}
      n2: {name: There, one_way_ms: {n1: 20, n3: 40}}
      n3: {name: Far away, one_way_ms: {n1: 30}}
  - measure: add_update k-${node} "${level} ${round}"
    W: [1, quorum, all]
    at: [n2, n3]
    times: 7
  - measure: [read, k]
    R: 2
)");
  const Places& places = std::get<PlacesStep>(scenario.steps[0].action).places;
  CHECK(places.names == Words{"Here", "There", "Far away"});
  CHECK(places.one_way_ms == std::vector<std::vector<std::uint32_t>>{{0, 20, 30}, {20, 0, 40}, {30, 40, 0}});
  CHECK(round_trip_ms(places, 2, 1) == 60);
  CHECK(round_trip_ms(places, 2, 2) == 80);
  CHECK(table(places)[3] == "n3 Far away         60    80     -           60           60           80");
  const auto& write = std::get<MeasureStep>(scenario.steps[1].action);
  CHECK(write.arguments == Words{"add_update", "k-${node}", "${level} ${round}"});
  CHECK(write.of == 'W');
  CHECK(write.levels == Words{"1", "quorum", "all"});
  CHECK(write.nodes == Words{"n2", "n3"});
  CHECK(write.times == 7);
  const auto& reads = std::get<MeasureStep>(scenario.steps[2].action);
  CHECK(reads.of == 'R');
  CHECK(reads.levels == Words{"2"});
  CHECK(reads.nodes == Words{"n1", "n2", "n3"});
  CHECK(reads.times == 5);
}

TEST_CASE("scenario file: a map with a hole, and what cannot be measured") {
  const std::string head = "nodes: 3\nsteps:\n", n1 = "  - places:\n      n1: {name: a}\n", n2 = "      n2: {name: b, ",
                    n3 = "      n3: {name: c, ", measure = head + "  - measure: read k\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {head + n1, "story.yml:4: places needs a place for n2"},
      {head + n1 + n2 + "one_way_ms: {n1: 5}}\n" + n3 + "one_way_ms: {n1: 5}}\n",
       "story.yml:4: places does not say how long it is from n2 to n3"},
      {head + n1 + n2 + "one_way_ms: {n1: 5, n3: 5}}\n" + n3 + "one_way_ms: {n1: 5, n2: 6}}\n",
       "story.yml:6: the way between n3 and n2 stands here twice"},
      {head + n1 + n2 + "one_way_ms: {n2: 5}}\n", "story.yml:5: the way from n2 to itself"},
      {head + n1 + n2 + "one_way_ms: {n9: 5}}\n", "story.yml:5: one_way_ms has no key n9"},
      {head + n1 + n2 + "one_way_ms: {n1: 0}}\n", "story.yml:5: n1 must be a number from 1 to 10000"},
      {head + n1 + n2 + "one_way_ms: 5}\n", "story.yml:5: "},
      {head + n1 + "      n2: {name: a name too long}\n", "story.yml:5: a place has a name of 1 to 12"},
      {head + n1 + "      n2: {name: \"tab\\there\"}\n", "story.yml:5: a place has a name"},
      {head + n1 + "      n2: {}\n", "story.yml:5: n2 needs a name"},
      {"nodes: 1\nsteps:\n  - places: {n1: {name: a}}\n", "story.yml:3: places need two nodes"},
      {measure, "story.yml:3: measure needs W or R, and not both"},
      {measure + "    W: 1\n    R: 1\n", "story.yml:3: measure needs W or R, and not both"},
      {measure + "    R: 4\n", "story.yml:4: R is a number from 1 to 3, quorum or all, not 4"},
      {measure + "    R: [one]\n", "story.yml:4: R is a number from 1 to 3, quorum or all, not one"},
      {measure + "    R: []\n", "story.yml:4: R takes 1 to 3 levels"},
      {measure + "    R: [1, 2, 3, all]\n", "story.yml:4: R takes 1 to 3 levels"},
      {measure + "    R: {a: 1}\n", "story.yml:4: R must be a list"},
      {measure + "    R: 1\n    times: 0\n", "story.yml:5: times must be a number from 1 to 1000"},
      {measure + "    R: 1\n    at: n4\n", "story.yml:5: there is no node n4"},
      {head + "  - measure: read ${saved}\n    R: 1\n", "measure knows ${node}, ${level} and ${round}"},
      {head + "  - measure: []\n    R: 1\n", "story.yml:3: measure needs a command of kin"},
  };
  for (const auto& [text, message] : cases) CHECK_THAT(refusal(text), Catch::Contains(message));
}

TEST_CASE("command words: as in a shell without expansions") {
  CHECK(split_words(R"(add_update  k 'two words' "a \"b\"" x\ y "")").value() ==
        Words{"add_update", "k", "two words", "a \"b\"", "x y", ""});
  CHECK(split_words("").value().empty());
  CHECK_FALSE(split_words("a 'b"));
}

TEST_CASE("command words: names are filled in") {
  auto lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "a") return "1";
    return std::nullopt;
  };
  CHECK(fill_names("x${a}y${a}", lookup).value() == "x1y1");
  CHECK(fill_names("$5", lookup).value() == "$5");
  CHECK_FALSE(fill_names("${b}", lookup));
  CHECK_FALSE(fill_names("${a", lookup));
}

TEST_CASE("expectations: a conflict is compared as a set, with clocks where they are given") {
  const ClientAnswer answer = read_kin_output(4, R"({"status":"CONFLICT","key":"k","clock":[2,1],"context":"c",
      "siblings":[{"value":"b","clock":[1,1],"dot":"n2.1:1"},{"value":"a","clock":[2,0],"dot":"n1.1:2"}]})",
                                              "");
  CHECK(answer.conflict);
  CHECK(print_values(answer) == "a [2,0]  b [1,1]");
  Expectation both;
  both.siblings = {{"a", PrintedClock{2, 0}}, {"b", std::nullopt}};
  both.clock = PrintedClock{2, 1};
  CHECK(what_is_wrong(both, answer).empty());
  Expectation wrong_clock;
  wrong_clock.siblings = {{"a", PrintedClock{2, 1}}, {"b", std::nullopt}};
  CHECK(what_is_wrong(wrong_clock, answer).size() == 1);
  Expectation one;
  one.siblings = {{"a", std::nullopt}};
  CHECK(what_is_wrong(one, answer).size() == 2);  // the status too
  Expectation three;
  three.sibling_count = 3;
  CHECK_THAT(what_is_wrong(three, answer).at(0), Catch::Contains("2 siblings"));
}

TEST_CASE("expectations: without one a call has to succeed, any is content with everything") {
  const ClientAnswer timeout =
      read_kin_output(7, R"({"status":"TIMEOUT","applied":"unknown","message":"no answer","node":null})", "");
  CHECK_THAT(what_is_wrong({}, timeout).at(0), Catch::Contains("status is TIMEOUT, expected OK: no answer"));
  Expectation any;
  any.any = true;
  CHECK(what_is_wrong(any, timeout).empty());
  Expectation named;
  named.statuses = {"TIMEOUT", "UNAVAILABLE"};
  CHECK(what_is_wrong(named, timeout).empty());
}

TEST_CASE("expectations: absent means NOT_FOUND and no values") {
  Expectation absent;
  absent.absent = true;
  const ClientAnswer gone = read_kin_output(3, R"({"status":"NOT_FOUND","clock":[0,0],"siblings":[]})", "");
  CHECK(what_is_wrong(absent, gone).empty());
  const ClientAnswer there =
      read_kin_output(0, R"({"status":"OK","clock":[1,0],"siblings":[{"value":"a","clock":[1,0]}]})", "");
  CHECK(what_is_wrong(absent, there).size() == 2);
}

TEST_CASE("kin's output: a write tells its siblings by number, and what is no JSON is kept as text") {
  const ClientAnswer alone = read_kin_output(0, R"({"status":"OK","clock":[1,0],"context":"c","siblings":1})", "");
  CHECK(alone.sibling_count == 1);
  CHECK_FALSE(alone.is_read);
  const ClientAnswer text = read_kin_output(2, "", "kin: unknown command\n");
  CHECK(text.text == "kin: unknown command");
  CHECK_THAT(what_is_wrong({}, text).at(0), Catch::Contains("exit code 2"));
}

TEST_CASE("scenario file: tokens") {
  const Scenario scenario = read(R"(# Tokens
steps:
  - {client: token read --id 1020, at: n1, within: 5s, expect: {value: alpha}}
  - {client: token read --id 1020, at: n1}
  - check: linearizable
  - check: causal
)");
  CHECK(std::get<ClientStep>(scenario.steps[0].action).within == std::chrono::seconds(5));
  CHECK(std::get<ClientStep>(scenario.steps[1].action).within.count() == 0);
  CHECK(std::get<CheckStep>(scenario.steps[2].action).linearizable);
  CHECK_FALSE(std::get<CheckStep>(scenario.steps[3].action).linearizable);
  CHECK(refusal("steps:\n  - {client: token list, at: n1, within: soon}\n").find("within") != std::string::npos);
}

TEST_CASE("a token's answer shows its name as its value") {
  const char* output =
      R"({"status":"OK","applied":"yes","id":"1020","name":"alpha","low":0,"mid":5,"high":10,"partial":null,)"
      R"("partial_hash":null,"final":18446744073709551614,"final_hash":"00","timestamp":"n1.2:7","node":"n3"})";
  const ClientAnswer answer = read_kin_output(0, output, "");
  CHECK(answer.status == "OK");
  CHECK(answer.token == "alpha: partial nothing, final 18446744073709551614, timestamp n1.2:7");
  Expectation expected;
  expected.siblings = {{"alpha", std::nullopt}};
  CHECK(what_is_wrong(expected, answer).empty());
  expected.siblings = {{"beta", std::nullopt}};
  CHECK(what_is_wrong(expected, answer).size() == 1);

  const ClientAnswer created = read_kin_output(
      0, R"({"status":"OK","id":"1020","name":null,"partial":null,"final":null,"timestamp":"n1.2:1"})", "");
  CHECK(created.siblings.empty());
  CHECK(created.token == "no value, timestamp n1.2:1");
  CHECK(what_is_wrong(Expectation{}, created).empty());
}
