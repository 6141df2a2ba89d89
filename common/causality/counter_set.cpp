#include "common/causality/counter_set.hpp"

#include <algorithm>

namespace kin {
namespace {

constexpr std::size_t few_runs = 8;

// The first run that does not lie below the counter as a whole.
template <class Runs>
auto first_reaching(Runs& runs, std::uint64_t counter) {
  return std::lower_bound(runs.begin(), runs.end(), counter,
                          [](const CounterSet::Run& run, std::uint64_t c) { return run.last < c; });
}

}  // namespace

CounterSet CounterSet::up_to(std::uint64_t base) { return base == 0 ? CounterSet{} : of(1, base); }

CounterSet CounterSet::of(std::uint64_t first, std::uint64_t last) {
  CounterSet out;
  out.runs_.push_back({first, last});
  return out;
}

bool CounterSet::has(std::uint64_t counter) const {
  const auto run = first_reaching(runs_, counter);
  return run != runs_.end() && run->first <= counter;
}

bool CounterSet::has_all(const CounterSet& other) const {
  if (other.empty()) return true;
  auto mine = first_reaching(runs_, other.runs_.front().first);
  return std::all_of(other.runs_.begin(), other.runs_.end(), [&](const Run& run) {
    while (mine != runs_.end() && mine->last < run.first) ++mine;
    return mine != runs_.end() && mine->first <= run.first && run.last <= mine->last;
  });
}

std::uint64_t CounterSet::size() const {
  std::uint64_t n = 0;
  for (const Run& run : runs_) n += run.last - run.first + 1;
  return n;
}

void CounterSet::add_run(Run run) {
  // The common case: the next counter of the last run.
  if (!runs_.empty() && run.first == runs_.back().last + 1) {
    runs_.back().last = run.last;
    return;
  }
  if (runs_.empty() || run.first > runs_.back().last) {
    runs_.push_back(run);
    return;
  }
  // The first run that overlaps or touches the new one; those that end at first - 1 touch it.
  auto begin = first_reaching(runs_, run.first - 1);
  auto end = begin;
  for (; end != runs_.end() && end->first - 1 <= run.last; ++end) {
    run.first = std::min(run.first, end->first);
    run.last = std::max(run.last, end->last);
  }
  if (begin == end) {
    runs_.insert(begin, run);
  } else {
    *begin = run;
    runs_.erase(std::next(begin), end);
  }
}

void CounterSet::join(const CounterSet& other) {
  if (runs_.empty()) {
    runs_ = other.runs_;
    return;
  }
  if (other.runs_.size() <= few_runs) {
    for (const Run& run : other.runs_) add_run(run);
    return;
  }
  // Each of many would move all that lie behind it.
  Runs both;
  both.reserve(runs_.size() + other.runs_.size());
  auto mine = runs_.begin();
  auto theirs = other.runs_.begin();
  while (mine != runs_.end() || theirs != other.runs_.end()) {
    const bool is_mine = theirs == other.runs_.end() || (mine != runs_.end() && mine->first <= theirs->first);
    const Run run = is_mine ? *mine++ : *theirs++;
    if (both.empty() || both.back().last < run.first - 1) {
      both.push_back(run);
    } else {
      both.back().last = std::max(both.back().last, run.last);
    }
  }
  runs_ = std::move(both);
}

CounterSet CounterSet::minus(const CounterSet& other) const {
  CounterSet out;
  if (empty()) return out;
  auto hole = first_reaching(other.runs_, runs_.front().first);
  for (Run run : runs_) {
    while (hole != other.runs_.end() && hole->last < run.first) ++hole;
    auto h = hole;
    bool rest = true;
    for (; rest && h != other.runs_.end() && h->first <= run.last; ++h) {
      if (h->first > run.first) out.runs_.push_back({run.first, h->first - 1});
      rest = h->last < run.last;
      run.first = h->last + 1;
    }
    if (rest) out.runs_.push_back(run);
  }
  return out;
}

CounterSet CounterSet::intersect(const CounterSet& other) const {
  CounterSet out;
  if (empty() || other.empty()) return out;
  auto a = first_reaching(runs_, other.runs_.front().first);
  auto b = first_reaching(other.runs_, runs_.front().first);
  while (a != runs_.end() && b != other.runs_.end()) {
    Run both{std::max(a->first, b->first), std::min(a->last, b->last)};
    if (both.first <= both.last) out.runs_.push_back(both);
    (a->last < b->last) ? ++a : ++b;
  }
  return out;
}

}  // namespace kin
