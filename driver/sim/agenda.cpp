#include "driver/sim/agenda.hpp"

#include <algorithm>
#include <utility>

namespace kin::sim {

void Agenda::at(Micros when, Action action) {
  heap_.push_back({std::max(when, now_), ++last_number_, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end());
}

bool Agenda::run_next() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end());
  Entry entry = std::move(heap_.back());
  heap_.pop_back();
  now_ = entry.when;
  ++happened_;
  entry.action();
  return true;
}

void Agenda::run_until(Micros when) {
  while (!heap_.empty() && heap_.front().when <= when) run_next();
  now_ = std::max(now_, when);
}

}  // namespace kin::sim
