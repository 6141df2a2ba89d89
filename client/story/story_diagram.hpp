// The story of a conflict as a space-time diagram: the writes, when each node got them, and who was out of reach.
#pragma once

#include <string>

#include "client/story/conflict_story.hpp"
#include "client/traces/diagram.hpp"

namespace kin {

// What no node told a time of is left out: the versions that were replaced, and values that a node had from a copy.
// Times are those of the nodes' own clocks; where these contradict each other, a value still stands before its arrival.
Diagram story_diagram(const std::string& bucket, const std::string& key, const ConflictStory& story);

}  // namespace kin
