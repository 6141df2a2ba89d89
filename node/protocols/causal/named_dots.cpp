#include "node/protocols/causal/named_dots.hpp"

#include <algorithm>

namespace kin::causal {

bool NamedDots::sort() {
  bool of_one_key = true;
  for (auto& [actor, rows] : rows_) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.run.first < b.run.first; });
    const Row* furthest = &rows.front();
    for (const Row& row : rows) {
      of_one_key = of_one_key && (row.run.first > furthest->run.last || row.key == furthest->key);
      if (row.run.last >= furthest->run.last) furthest = &row;
    }
  }
  return of_one_key;
}

DotSet NamedDots::dots() const {
  DotSet out;
  for (const auto& [actor, rows] : rows_) {
    CounterSet counters;
    for (const Row& row : rows) counters.add_run(row.run);
    out.add(actor, counters);
  }
  return out;
}

}  // namespace kin::causal
