// Judges how values are named: a dot never names two values, a value keeps its dot and its clock, and the clock of a
// write is above those of all that it replaced. Of a value that nobody wrote the oracle tells.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/replies.hpp"
#include "driver/sim/causal_oracle.hpp"

namespace kin::sim {

class NameJudge {
 public:
  // The oracle outlives the judge.
  explicit NameJudge(CausalOracle& oracle) : oracle_(oracle) {}

  // What a node answers about a key.
  void shown(const NodeId& node, const std::string& key, const std::vector<wire::ShownSibling>& siblings);
  // A node's word that a write replaced these values of the key.
  void replaced(const NodeId& node, const std::string& key, const std::string& value, const EntryClock& clock,
                const std::vector<std::string>& replaced);

 private:
  struct Name {
    Dot dot;
    EntryClock clock;
    bool operator==(const Name&) const = default;
  };

  CausalOracle& oracle_;
  std::map<std::string, std::vector<std::optional<Name>>> names_;  // of each key's writes
  std::map<Dot, std::pair<std::string, CausalOracle::Event>> named_;
};

}  // namespace kin::sim
