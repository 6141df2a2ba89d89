#include "driver/sim/agenda.hpp"

#include <algorithm>
#include <utility>

namespace kin::sim {

void Agenda::at(Micros when, Action action) {
  if (free_places_.empty()) {
    free_places_.push_back(actions_.size());
    actions_.emplace_back();
  }
  const std::size_t place = free_places_.back();
  free_places_.pop_back();
  actions_[place] = std::move(action);
  heap_.push_back({std::max(when, now_), ++last_number_, place});
  std::push_heap(heap_.begin(), heap_.end());
}

bool Agenda::run_next() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end());
  const Entry entry = heap_.back();
  heap_.pop_back();
  now_ = entry.when;
  ++happened_;
  const Action action = std::exchange(actions_[entry.place], nullptr);
  free_places_.push_back(entry.place);
  action();
  return true;
}

void Agenda::run_until(Micros when) {
  while (!heap_.empty() && heap_.front().when <= when) run_next();
  now_ = std::max(now_, when);
}

}  // namespace kin::sim
