// Names of events: which node, in which run of its process, the how-manieth write.
//
// Paper: Goncalves, Almeida, Baquero, Fonte, "Concise Server-Wide Causality Management for Eventually
// Consistent Data Stores", DAIS 2015, section 3 (dots). Departure: the identity in a dot is a node's
// incarnation and not the node, so that a node which lost its disk can never hand a dot out twice.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

#include "common/causality/node_id.hpp"

namespace kin {

// Counters of dots and of clocks end here, so that one more never overflows.
inline constexpr std::uint64_t max_counter = std::uint64_t{1} << 62;

// One run of a node's process. Ordered by `born`; a later run of one node is always the greater one,
// also when its disk was lost in between, since `born` comes from the wall clock and never goes back
// below what the disk remembers.
struct Incarnation {
  std::uint64_t born = 0;     // nanoseconds since 1970, raised above every earlier one that is known
  std::uint32_t ordinal = 0;  // what people see: the 3 of `n1.3`. Says nothing about order by itself

  auto operator<=>(const Incarnation&) const = default;
};

// Before every real incarnation: nothing of that member has been heard.
inline constexpr Incarnation never_heard{};

// After every real incarnation: the member was removed for ever.
inline constexpr Incarnation removed_for_ever{std::numeric_limits<std::uint64_t>::max(),
                                              std::numeric_limits<std::uint32_t>::max()};

// A node in one incarnation: the only thing that hands out dots.
struct Actor {
  NodeId node;
  Incarnation life;

  auto operator<=>(const Actor&) const = default;
  // Numbers first: what differs mostly differs there, and names are dear to compare.
  bool operator==(const Actor& other) const { return life == other.life && node == other.node; }
};

// The name of one write, unique for ever. Counters of an actor are 1, 2, 3, ... without a gap.
struct Dot {
  Actor actor;
  std::uint64_t counter = 0;

  auto operator<=>(const Dot&) const = default;
  bool operator==(const Dot& other) const { return counter == other.counter && actor == other.actor; }
};

std::string to_string(const Actor& actor);  // n1.3
std::string to_string(const Dot& dot);      // n1.3:57

}  // namespace kin
