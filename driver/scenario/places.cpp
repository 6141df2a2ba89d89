#include "driver/scenario/places.hpp"

#include <algorithm>

#include "common/assert.hpp"

namespace kin::driver {

std::uint32_t round_trip_ms(const Places& places, std::size_t node, std::size_t nearest) {
  KIN_REQUIRE(nearest >= 1 && nearest < places.nodes.size(),
              "the nearest " + std::to_string(nearest) + " of " + std::to_string(places.nodes.size()));
  std::vector<std::uint32_t> ways = places.one_way_ms.at(node);
  ways.erase(ways.begin() + static_cast<std::ptrdiff_t>(node));
  std::sort(ways.begin(), ways.end());
  return 2 * ways[nearest - 1];
}

std::vector<std::string> table(const Places& places) {
  constexpr std::size_t name_width = 16, way_width = 6, wide = 13;
  const std::size_t others = places.nodes.size() - 1;
  const std::size_t for_majority = places.nodes.size() / 2;
  std::string head = flush_left("round trip, ms", name_width);
  for (const std::string& node : places.nodes) head += flush_right(node, way_width);
  head += flush_right("nearest", wide) + flush_right("for quorum", wide) + flush_right("farthest", wide);
  std::vector<std::string> lines{head};
  for (std::size_t from = 0; from < places.nodes.size(); ++from) {
    std::string line = flush_left(places.nodes[from] + ' ' + places.names[from], name_width);
    for (std::size_t to = 0; to < places.nodes.size(); ++to)
      line += flush_right(from == to ? "-" : std::to_string(2 * places.one_way_ms[from][to]), way_width);
    for (const std::size_t nearest : {std::size_t{1}, for_majority, others})
      line += flush_right(std::to_string(round_trip_ms(places, from, nearest)), wide);
    lines.push_back(line);
  }
  return lines;
}

std::string flush_left(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

std::string flush_right(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

}  // namespace kin::driver
