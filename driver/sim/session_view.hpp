// What a session knows, in the oracle's words: for each key the writes that it made or was shown.
#pragma once

#include <map>
#include <string>

#include "driver/sim/event_set.hpp"

namespace kin::sim {

struct SessionView {
  struct Key {
    Past known;     // made or shown, and all that their writers had seen
    EventSet own;   // made
    EventSet gone;  // known once, and not shown by a later read
  };
  std::map<std::string, Key> keys;
};

}  // namespace kin::sim
