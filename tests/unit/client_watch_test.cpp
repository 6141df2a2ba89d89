// What kin watch and kin conflicts --watch take and print, and that no state is told twice in a row.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "client/cli/command_line.hpp"
#include "client/render/watching.hpp"
#include "client/told_states.hpp"

using namespace kin;

namespace {

template <class Made>
Made parsed(const std::vector<std::string>& args) {
  const auto line = parse_command_line(args, {});
  REQUIRE(line.has_value());
  return std::get<Made>(line->command);
}

bool refused(const std::vector<std::string>& args) { return !parse_command_line(args, {}).has_value(); }

wire::ShownSibling sibling(const std::string& value, std::uint64_t counter) {
  const Actor n1{"n1", {1'700'000'000'000'000'000, 2}};
  return {value, EntryClock({{"n1", counter}}), Dot{n1, counter}, "ann@vm", 1'700'000'000'000'000, "op"};
}

wire::WatchEvent event(const std::vector<wire::ShownSibling>& siblings) {
  wire::WatchEvent out{"cart", siblings, {}, "k1.abc"};
  for (const auto& one : siblings) out.clock.join(one.clock);
  return out;
}

const text::Style plain{palette(false), false, "kin --config c.yml"};
const wire::WatchReply from_n1{"n1", {"n1", "n2"}, {}, "w1.abc", false, false};

}  // namespace

TEST_CASE("what a watch can be asked for") {
  CHECK(parsed<WatchCommand>({"watch", "cart"}).key == "cart");
  CHECK(parsed<WatchCommand>({"watch", "--prefix", ""}).prefix == "");
  CHECK(parsed<WatchCommand>({"watch", "cart", "--from", "w1.x"}).from == "w1.x");
  CHECK(parsed<WatchCommand>({"watch", "--prefix", "c", "--all"}).all);
  CHECK_FALSE(parsed<ConflictsCommand>({"conflicts"}).watch);
  CHECK(parsed<ConflictsCommand>({"conflicts", "--watch", "--from", "c1.x"}).from == "c1.x");
  CHECK(parsed<DeleteCommand>({"delete", "cart", "--wait", "forgotten"}).until_forgotten);
  CHECK_FALSE(parsed<DeleteCommand>({"delete", "cart"}).until_forgotten);
  CHECK(refused({"watch"}));
  CHECK(refused({"watch", "cart", "--prefix", "c"}));
  CHECK(refused({"watch", "cart", "--all", "--from", "w1.x"}));
  CHECK(refused({"conflicts", "--from", "c1.x"}));
  CHECK(refused({"delete", "cart", "--wait", "long"}));
}

TEST_CASE("a state is told once, another one and a delete again, and of few keys too many the oldest is forgotten") {
  ToldStates states(2);
  const auto one = event({sibling("a", 1)}), two = event({sibling("a", 1), sibling("b", 2)});
  CHECK(states.is_news(one));
  CHECK_FALSE(states.is_news(one));
  CHECK(states.is_news(two));
  CHECK_FALSE(states.is_news(event({sibling("b", 2), sibling("a", 1)})));
  CHECK(states.is_news(event({})));
  CHECK_FALSE(states.is_news(event({})));
  CHECK(states.is_news(one));
  CHECK(states.alive() == std::vector<std::string>{"cart"});
  for (const char* key : {"x", "y"}) {
    auto other = event({sibling("c", 3)});
    other.key = key;
    CHECK(states.is_news(other));
    CHECK_FALSE(states.is_news(other));
  }
  CHECK(states.is_news(one));
  CHECK(states.is_news(event({})));
  CHECK(states.alive() == std::vector<std::string>{"y"});
}

TEST_CASE("what people see of a watch") {
  CHECK(text::changed(event({sibling("bread", 3)}), from_n1, plain) ==
        "cart = bread  clock [3,0]  dot n1.2:3  ann@vm  2023-11-14T22:13:20.000000Z\n");
  CHECK(text::changed(event({}), from_n1, plain) == "cart  deleted\n");
  const std::string conflict = text::changed(event({sibling("a\x1b", 1), sibling("b", 2)}), from_n1, plain);
  CHECK_THAT(conflict,
             Catch::StartsWith("cart  CONFLICT, 2 values; to see and end it: kin --config c.yml read cart\n  a\\x1b"));
  CHECK(text::changed({"default", "cart", true, 2, 1'700'000'000'000'000}, false, plain) ==
        "opened    cart  2 values since 2023-11-14T22:13:20.000000Z; why: kin --config c.yml explain cart\n");
  CHECK(text::changed({"docs", "cart", false, 1, 0}, true, plain) == "resolved  docs  cart\n");
  CHECK(text::changed({"docs", "cart", false, 0, 0}, false, plain) == "resolved  cart  deleted\n");
}

TEST_CASE("what programs see of a watch") {
  const auto one = nlohmann::json::parse(json::changed("default", event({sibling("bread", 3)}), from_n1, "w1.abc"));
  CHECK(one["event"] == "update");
  CHECK(one["status"] == "OK");
  CHECK(one["key"] == "cart");
  CHECK(one["siblings"][0]["value"] == "bread");
  CHECK(one["from"] == "w1.abc");
  const auto gone = nlohmann::json::parse(json::changed("default", event({}), from_n1, ""));
  CHECK(gone["event"] == "delete");
  CHECK_FALSE(gone.contains("from"));
  CHECK_FALSE(gone.contains("message"));
  const auto opened = nlohmann::json::parse(json::changed({"default", "cart", true, 2, 1'700'000'000'000'000}, "c1.a"));
  CHECK(opened["event"] == "opened");
  CHECK(opened["siblings"] == 2);
  CHECK(opened["since"] == "2023-11-14T22:13:20.000000Z");
  CHECK(nlohmann::json::parse(json::changed({"default", "cart", false, 1, 0}, ""))["event"] == "resolved");
  CHECK(json::watch_ended("w1.x") == "{\"event\":\"end\",\"from\":\"w1.x\"}\n");
}
