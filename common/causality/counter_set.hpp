// A set of positive counters of one actor: all of 1..base, and some beyond.
//
// Paper: DAIS 2015 (see dot.hpp), section 3.2: a base and a bitmap of what lies beyond. Departure: what lies
// beyond is kept as runs, because a cut leaves few long runs, and because a bitmap lets one message with a
// counter near 2^64 ask for exabytes.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

namespace kin {

class CounterSet {
 public:
  // first..last, both included; first >= 1.
  struct Run {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    bool operator==(const Run&) const = default;
  };

  CounterSet() = default;
  static CounterSet up_to(std::uint64_t base);
  static CounterSet of(std::uint64_t first, std::uint64_t last);

  bool has(std::uint64_t counter) const;
  bool has_all(const CounterSet& other) const;
  bool empty() const { return runs_.empty(); }
  std::uint64_t base() const { return runs_.empty() || runs_.front().first != 1 ? 0 : runs_.front().last; }
  std::uint64_t top() const { return runs_.empty() ? 0 : runs_.back().last; }
  std::uint64_t size() const;  // how many counters; does not overflow below 2^64 members

  void add(std::uint64_t counter) { add_run({counter, counter}); }
  void add_run(Run run);
  void join(const CounterSet& other);
  CounterSet minus(const CounterSet& other) const;
  CounterSet intersect(const CounterSet& other) const;

  // Almost every set is a base alone, which needs no memory of its own.
  using Runs = boost::container::small_vector<Run, 1>;
  // Disjoint, ascending, never adjacent. The first one starts at 1 where there is a base.
  const Runs& runs() const& { return runs_; }
  const Runs& runs() && = delete;  // a range-for would outlive the set

  bool operator==(const CounterSet&) const = default;

 private:
  Runs runs_;
};

}  // namespace kin
