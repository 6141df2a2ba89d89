// Who had seen whom, as far as a history proves it. The rules stand at the head of causal_check.hpp.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "driver/check/causal_history.hpp"

namespace kin::check {

class SeenGraph {
 public:
  explicit SeenGraph(const CausalHistory& history);

  // The put that wrote this value to this key; nothing when there is none.
  std::optional<std::size_t> writer(const std::string& key, const std::string& value) const;

  // Puts that a write had seen first-hand. Chains of these are all that it had seen.
  const std::vector<std::size_t>& seen_by(std::size_t write) const { return seen_[write]; }

  // Every put that `write` had seen, in the order of the history. Takes at most `steps` steps and subtracts what it
  // took; nothing when they did not suffice.
  std::optional<std::vector<std::size_t>> all_seen_by(std::size_t write, std::size_t& steps) const;

  // Writes that stand on a cycle, one of each cycle, together with the way round.
  std::vector<std::vector<std::size_t>> cycles() const;

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> writer_;
  std::vector<std::vector<std::size_t>> seen_;  // by position; empty for reads
};

}  // namespace kin::check
