// Virtual time: what happens next, in an order that only the seed decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace kin::sim {

using Micros = std::uint64_t;  // microseconds since the simulated world began

class Agenda {
 public:
  using Action = std::function<void()>;

  Micros now() const { return now_; }
  std::uint64_t happened() const { return happened_; }

  // Runs `action` at that moment, behind all that was put there before it. A moment in the past is now.
  void at(Micros when, Action action);
  void after(Micros delay, Action action) { at(now_ + delay, std::move(action)); }

  // Lets the next thing happen. False when there is nothing any more.
  bool run_next();
  // Lets everything happen that is due until then, and moves the time there.
  void run_until(Micros when);

 private:
  struct Entry {
    Micros when;
    std::uint64_t number;
    std::size_t place;  // of its action

    // The earliest on top of a heap.
    bool operator<(const Entry& other) const { return when != other.when ? when > other.when : number > other.number; }
  };

  std::vector<Entry> heap_;
  std::vector<Action> actions_;  // they stay where they are while the heap is put in order
  std::vector<std::size_t> free_places_;
  Micros now_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t happened_ = 0;
};

}  // namespace kin::sim
