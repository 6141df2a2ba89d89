#include "driver/scenario/measure_file.hpp"

#include <algorithm>
#include <optional>

#include "driver/scenario/command_words.hpp"

namespace kin::driver {

namespace {

using config::scalar;
using config::Section;
using config::Wrong;

constexpr std::size_t longest_name = 12;
constexpr std::size_t most_levels = 3;
constexpr std::uint32_t most_times = 1000;
constexpr std::uint32_t longest_way_ms = 10'000;

using Ways = std::vector<std::vector<std::uint32_t>>;

void check_place(const std::string& name, int line) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (name.empty() || name.size() > longest_name || !std::all_of(name.begin(), name.end(), plain))
    throw Wrong{line, "a place has a name of 1 to " + std::to_string(longest_name) + " plain characters"};
}

// The ways of one place to others, each of which the file tells once, from one of its ends.
void take_ways(Section& given, std::size_t from, const std::vector<std::string>& ids, Ways& ways) {
  for (std::size_t to = 0; to < ids.size(); ++to) {
    if (!given.has(ids[to])) continue;
    if (to == from) given.fail(ids[to], "the way from " + ids[to] + " to itself has no length");
    if (ways[from][to] != 0)
      given.fail(ids[to], "the way between " + ids[from] + " and " + ids[to] + " stands here twice");
    ways[from][to] = ways[to][from] = given.need_number(ids[to], 1, longest_way_ms);
  }
}

void check_level(const std::string& level, std::size_t nodes, const Section& step, const std::string& key) {
  if (level == "quorum" || level == "all") return;
  for (std::size_t count = 1; count <= nodes; ++count)
    if (level == std::to_string(count)) return;
  step.fail(key, key + " is a number from 1 to " + std::to_string(nodes) + ", quorum or all, not " + level);
}

}  // namespace

PlacesStep read_places(Section& step, const std::vector<std::string>& ids) {
  if (ids.size() < 2) step.fail("places", "places need two nodes or more");
  PlacesStep out;
  out.places.nodes = ids;
  out.places.one_way_ms.assign(ids.size(), std::vector<std::uint32_t>(ids.size(), 0));
  step.section("places", [&](Section& places) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!places.has(ids[i])) throw Wrong{places.line(), "places needs a place for " + ids[i]};
      places.section(ids[i], [&](Section& place) {
        out.places.names.push_back(place.need("name"));
        check_place(out.places.names.back(), place.line("name"));
        place.section("one_way_ms", [&](Section& ways) { take_ways(ways, i, ids, out.places.one_way_ms); });
      });
    }
  });
  for (std::size_t from = 0; from < ids.size(); ++from)
    for (std::size_t to = from + 1; to < ids.size(); ++to)
      if (out.places.one_way_ms[from][to] == 0)
        step.fail("places", "places does not say how long it is from " + ids[from] + " to " + ids[to]);
  return out;
}

void read_levels(const YAML::Node& yaml, Section& step, std::size_t nodes, MeasureStep& out) {
  if (step.has("W") == step.has("R"))
    throw Wrong{step.line(), "measure needs W or R, and not both: W: [1, quorum, all]"};
  const std::string key = step.has("W") ? "W" : "R";
  out.of = key.front();
  if (yaml[key].IsScalar()) {
    out.levels.push_back(step.need(key));
  } else {
    step.list(key, [&](const YAML::Node& item) { out.levels.push_back(scalar(item, key)); });
  }
  if (out.levels.empty() || out.levels.size() > most_levels)
    step.fail(key, key + " takes 1 to " + std::to_string(most_levels) + " levels: more make no table");
  for (const std::string& level : out.levels) check_level(level, nodes, step, key);
  step.take("times", out.times, 1, most_times);
  for (const std::string& word : out.arguments) {
    const auto filled = fill_names(word, [](const std::string& name) -> std::optional<std::string> {
      if (name == "node" || name == "level" || name == "round") return "";
      return std::nullopt;
    });
    if (!filled) step.fail("measure", filled.error() + "; measure knows ${node}, ${level} and ${round}");
  }
}

}  // namespace kin::driver
