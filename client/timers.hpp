// When which request is to be looked at again.
//
// A heap whose entries are not taken out when they are no longer wanted: nearly all requests are answered long before
// their time, and mostly in the order in which they began, so to keep an exact tree costs two changes of it a request
// for nothing. Who has them says which entries still stand; those that do not are dropped when they come up, and all at
// once when they are more than the others.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace kin {

class Timers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Timer = std::pair<Time, std::uint64_t>;  // when, and for which request

  // `stands` (bool of a const Timer&) is the same in all calls: whether the entry has not been replaced or ended.
  // `standing` is how many entries stand at most, and bounds the memory: twice as many are kept, and some.
  template <class Stands>
  void add(Timer timer, std::size_t standing, const Stands& stands) {
    if (heap_.size() >= 2 * standing + least_kept) {
      std::erase_if(heap_, [&](const Timer& each) { return !stands(each); });
      std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
    heap_.push_back(timer);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  // The earliest entry that stands, of equal ones that of the oldest request; nullptr: there is none up to `latest`.
  // What comes after that is not looked at, and so costs nothing where it does not stand. The entry stays, until it
  // does not stand any more. Valid until the next change.
  template <class Stands>
  const Timer* next(Time latest, const Stands& stands) {
    while (!heap_.empty() && heap_.front().first <= latest) {
      if (stands(heap_.front())) return &heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
    }
    return nullptr;
  }

  std::size_t kept() const { return heap_.size(); }

 private:
  static constexpr std::size_t least_kept = 64;

  std::vector<Timer> heap_;  // the earliest in front
};

}  // namespace kin
