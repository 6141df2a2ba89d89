// What a watcher was told last of each key, so that no state is told twice in a row: an update that comes late, when
// what replaced it is known, makes a node tell a key once more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/wire/watching.hpp"

namespace kin {

class ToldStates {
 public:
  // Remembers so many keys; then it forgets the one that it was told of first.
  explicit ToldStates(std::size_t most = 100'000) : most_(most) {}

  // True where the event shows another state than was told last of its key; then that is remembered.
  bool is_news(const wire::WatchEvent& event);

  // Keys that were told to have a value, last, in order.
  std::vector<std::string> alive() const;

 private:
  const std::size_t most_;
  std::unordered_map<std::string, DotSet> last_;  // key to its values' dots
  std::deque<std::string> order_;                 // keys, as they were told of first
};

}  // namespace kin
