// What clients do to a simulated cluster, and what must hold: one load for each guarantee that a tier can give.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "driver/sim/causal_oracle.hpp"
#include "driver/sim/options.hpp"
#include "driver/sim/sim_cluster.hpp"

namespace kin::sim {

// For a line of a history: values, keys and ids of the loads need no escaping.
inline std::string quoted(std::string_view text) { return std::string(1, '"').append(text) + '"'; }
inline std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + quoted(text);
  return out + ']';
}

class Load : public Watcher {
 public:
  // Begins; clients ask until so many operations were asked as the options say.
  virtual void start(SimCluster& cluster) = 0;
  // All operations were asked, and each was answered or given up.
  virtual bool over() const = 0;
  // The faults are over and all nodes have the same: reads everything everywhere, lets the world go on until that is
  // answered, and judges it.
  virtual void judge_the_end() = 0;
  // The same moment, later: asks it again, of a majority at once.
  virtual void read_again() = 0;

  // After that: keys that were written to and have no value, as they stand in requests.
  virtual std::vector<std::string> keys_without_value() const = 0;

  virtual std::uint64_t asked() const = 0;
  virtual std::uint64_t answered() const = 0;
  virtual std::uint64_t judged() const = 0;            // answers
  virtual std::uint64_t excused() const = 0;           // writes that may be missing, with the disk that they were on
  virtual std::uint64_t escaped() const { return 0; }  // writes that others have although their turn is gone
  virtual std::uint64_t stories() const { return 0; }  // accounts of conflicts, found right
  virtual std::uint64_t uncertain_stories() const { return 0; }  // and those that say that they are not certain
  virtual const std::vector<Violation>& violations() const = 0;
  // For people: what became of the keys that the violations are about.
  virtual std::vector<std::string> story() const = 0;
  // One JSON object a line, as kin-driver check reads it.
  virtual std::vector<std::string> history() const = 0;
};

std::unique_ptr<Load> make_causal_load(const Options& options);
std::unique_ptr<Load> make_token_load(const Options& options);

}  // namespace kin::sim
