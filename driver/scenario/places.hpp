// Where nodes are, as far as messages can tell: how long one is on its way from each to each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kin::driver {

struct Places {
  std::vector<std::string> nodes;                      // sorted; what follows is in their order
  std::vector<std::string> names;                      // `Virginia`, as people are shown it
  std::vector<std::vector<std::uint32_t>> one_way_ms;  // from, to; the same both ways, 0 to itself
};

// There and back, in milliseconds, from the node at this position to the `nearest`-th of the others; 1 is the nearest.
std::uint32_t round_trip_ms(const Places& places, std::size_t node, std::size_t nearest);

// Lines for people: the round trips between all places, and of each those to its nearest, to as many as a majority
// needs besides itself, and to its farthest.
std::vector<std::string> table(const Places& places);

// Places a text in `width` columns: on their left, or on their right. What is longer stays whole.
std::string flush_left(const std::string& text, std::size_t width);
std::string flush_right(const std::string& text, std::size_t width);

}  // namespace kin::driver
