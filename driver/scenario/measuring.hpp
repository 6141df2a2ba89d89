// How long clients wait: one command of kin, again and again, at several nodes and levels of W or R.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "driver/scenario/scenario.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

// What a client at one node waited at one level: from just before it sent to just after the reply, as its line of the
// history says. A run of kin has to connect first; that is in it.
struct Measurement {
  std::string node, place;      // no place: empty
  std::string level;            // W=quorum
  std::vector<double> took_ms;  // the quickest first; not empty

  double least() const { return took_ms.front(); }
  double median() const { return took_ms[took_ms.size() / 2]; }
  double most() const { return took_ms.back(); }
};

struct Measured {
  std::vector<Measurement> measurements;  // by node, then by level in the order of the step
  std::vector<std::string> wrong;         // sentences
};

// Runs the step's commands one after the other. Wrong, and nothing is measured: an answer that is not OK, a history
// that does not hold one operation for each call, an interruption.
//
// With `places` (it may be null) also wrong: a quickest answer that came before its node can have heard of as many
// others as its level needs; and one that came only when the node can have heard of one more than that, or where none
// is needed, when its nearest can have heard of it. As a busy machine makes answers late, they are asked for again
// until one is quick enough, for 20 s.
Measured measure(World& world, const MeasureStep& step, const Places* places, const std::function<bool()>& interrupted);

// Lines for people, 100 columns at most: least, median and most of each node and level.
std::vector<std::string> table(const MeasureStep& step, const std::vector<Measurement>& measurements);

}  // namespace kin::driver
