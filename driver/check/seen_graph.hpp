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

  std::size_t size() const { return seen_.size(); }  // operations

  // Puts that a write had seen first-hand, in order. Chains of these are all that it had seen: seen_order.hpp.
  const std::vector<std::size_t>& seen_by(std::size_t write) const { return seen_[write]; }

  // Writes that stand on a cycle, one of each cycle, together with the way round.
  std::vector<std::vector<std::size_t>> cycles() const;

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> writer_;
  std::vector<std::vector<std::size_t>> seen_;  // by position; empty for reads
};

}  // namespace kin::check
