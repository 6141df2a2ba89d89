#include "client/story/story_diagram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "client/pages/diagram_svg.hpp"

using namespace kin;

namespace {

// n1 wrote apples at 100, n2 pears at 110; n2 got apples at 200 and n1 pears at 90, by its own clock; n3 got both at
// 300; n4 did not answer. n1 heard nothing of n2 from 50 to 190, n2 nothing of n1 from 60 on.
ConflictStory conflict() {
  ConflictStory story;
  story.order = {"n1", "n2", "n3", "n4"};
  const auto value = [](const char* text, const Actor& actor, std::uint64_t written_us, EntryClock clock) {
    StoryValue out;
    out.shown.value = text;
    out.shown.dot = {actor, 1};
    out.shown.written_us = written_us;
    out.shown.clock = std::move(clock);
    return out;
  };
  story.values = {value("<apples>", {"n1", {5, 1}}, 100, EntryClock({{"n1", 1}})),
                  value("pears", {"n2", {6, 1}}, 110, EntryClock({{"n2", 1}}))};
  const auto yes = [](std::uint64_t since_us) { return Knowledge{Holds::yes, since_us}; };
  story.nodes = {{"n1", true, "", {yes(100), yes(90)}, 0},
                 {"n2", true, "", {yes(200), yes(110)}, 0},
                 {"n3", true, "", {yes(300), yes(300)}, 0},
                 {"n4", false, "no answer", {}, 0}};
  story.silences = {{"n1", {"n2"}, 50, 190}, {"n2", {"n1"}, 60, 0}};
  return story;
}

std::vector<std::string> kinds_of(const Diagram& diagram) {
  std::vector<std::string> out;
  for (const Diagram::Event& event : diagram.events) out.push_back(diagram.nodes[event.node] + ' ' + event.kind);
  return out;
}

}  // namespace

TEST_CASE("the story of a conflict as a diagram: writes, arrivals, silences and where both values met") {
  const Diagram diagram = story_diagram("default", "cart", conflict());
  CHECK(diagram.nodes == std::vector<std::string>{"n1", "n2", "n3", "n4"});
  // A clock that is behind does not let a value arrive before it was written: n1 got pears after 110.
  CHECK(kinds_of(diagram) == std::vector<std::string>{"n1 fault", "n2 fault", "n1 add_update", "n2 add_update",
                                                      "n1 receive", "n1 conflict-begin", "n1 fault", "n2 receive",
                                                      "n2 conflict-begin", "n3 receive", "n3 receive",
                                                      "n3 conflict-begin"});
  REQUIRE(diagram.messages.size() == 4);
  for (const Diagram::Message& message : diagram.messages) {
    REQUIRE(message.received);
    const Diagram::Event& got = diagram.events[*message.received];
    CHECK(is_write(diagram.events[message.sent]));
    CHECK(message.sent < *message.received);
    CHECK(got.node == message.to);
    CHECK(got.learnt == std::vector<std::size_t>{message.sent});
  }
  REQUIRE(diagram.spans.size() == 5);
  CHECK(std::count_if(diagram.spans.begin(), diagram.spans.end(), [](const auto& s) { return s.kind == "conflict"; }) ==
        3);
  CHECK(diagram.spans[0].label == "hears nothing of n2");
  CHECK(diagram.events[diagram.spans[0].from].time_us == 50);
  REQUIRE(diagram.spans[0].to);
  CHECK(diagram.events[*diagram.spans[0].to].time_us == 190);
  CHECK_FALSE(diagram.spans[1].to);
  CHECK(diagram.events[2].clock == "[1,0,0,0]");

  const std::string picture = diagram_svg(diagram, "cart");
  CHECK(picture.find("&lt;apples&gt;") != std::string::npos);
  CHECK(picture.find("<apples>") == std::string::npos);
}

TEST_CASE("a value that was there before the conflict has no arrival, and the conflict begins with the other one") {
  ConflictStory story = conflict();
  story.nodes[2].of_values[0].since_us = 0;
  const Diagram diagram = story_diagram("default", "cart", story);
  const std::vector<std::string> kinds = kinds_of(diagram);
  CHECK(std::count(kinds.begin(), kinds.end(), "n3 receive") == 1);
  CHECK(kinds.back() == "n3 conflict-begin");
  CHECK(diagram.events.back().time_us == 301);
}

TEST_CASE("a value alone is no conflict, and what has no time is not drawn") {
  ConflictStory story = conflict();
  story.values.pop_back();
  for (StoryNode& node : story.nodes) {
    if (!node.of_values.empty()) node.of_values.pop_back();
  }
  story.silences.clear();
  story.nodes[2].of_values[0].since_us = 0;
  const Diagram diagram = story_diagram("default", "cart", story);
  CHECK(kinds_of(diagram) == std::vector<std::string>{"n1 add_update", "n2 receive"});
  CHECK(diagram.spans.empty());
}
