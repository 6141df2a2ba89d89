// When this node heard nothing of another member: for people who ask why two writers did not see each other.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/wire/replies.hpp"

namespace kin::causal {

class Silences {
 public:
  // What is shorter than `shortest_ms` is no silence.
  explicit Silences(std::uint64_t shortest_ms) : shortest_ms_(shortest_ms) {}

  // From here on members are expected to be heard: the first time that this process knows.
  void begin(const std::vector<NodeId>& members, std::uint64_t now_ms, std::uint64_t wall_us);
  void heard(const NodeId& member, std::uint64_t now_ms, std::uint64_t wall_us);

  // The last ones that ended, and those that last, in the order in which they began.
  std::vector<wire::Silence> list(std::uint64_t now_ms) const;
  std::uint64_t began_us() const { return began_us_; }  // 0: not yet

 private:
  struct Heard {
    std::uint64_t ms = 0, wall_us = 0;
  };

  const std::uint64_t shortest_ms_;
  std::uint64_t began_us_ = 0;
  std::map<NodeId, Heard> last_;
  std::deque<wire::Silence> ended_;
};

}  // namespace kin::causal
