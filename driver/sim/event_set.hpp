// A set of writes to one key, by their position in that key's history. Plain: a bit each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kin::sim {

class EventSet {
 public:
  void add(std::size_t event) {
    if (event / 64 >= words_.size()) words_.resize(event / 64 + 1);
    words_[event / 64] |= std::uint64_t{1} << event % 64;
  }
  void remove(std::size_t event) {
    if (event / 64 < words_.size()) words_[event / 64] &= ~(std::uint64_t{1} << event % 64);
  }
  void clear() { words_.clear(); }
  bool has(std::size_t event) const {
    return event / 64 < words_.size() && (words_[event / 64] >> event % 64 & 1) != 0;
  }
  bool empty() const {
    return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
  }
  void join(const EventSet& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  // Those that are in both.
  void keep(const EventSet& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  // Those that are not in the other.
  void drop(const EventSet& other) {
    const std::size_t both = std::min(words_.size(), other.words_.size());
    for (std::size_t i = 0; i < both; ++i) words_[i] &= ~other.words_[i];
  }
  bool meets(const EventSet& other) const {
    const std::size_t both = std::min(words_.size(), other.words_.size());
    for (std::size_t i = 0; i < both; ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }

  // Sixty-four events at a time, for who asks about several sets at once: the bits of the events from 64 * index on.
  std::size_t words() const { return words_.size(); }
  std::uint64_t word(std::size_t index) const { return index < words_.size() ? words_[index] : 0; }

  // Calls visit(event) for each, in order.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        visit(i * 64 + static_cast<std::size_t>(__builtin_ctzll(rest)));
      }
    }
  }
  // The same, the last one first; visit may remove from the set what comes behind it.
  template <class Visit>
  void each_from_the_last(Visit&& visit) const {
    for (std::size_t i = words_.size(); i-- > 0;) {
      for (std::uint64_t below = ~std::uint64_t{0}; (words_[i] & below) != 0;) {
        const auto bit = 63 - static_cast<std::size_t>(__builtin_clzll(words_[i] & below));
        below = (std::uint64_t{1} << bit) - 1;
        visit(i * 64 + bit);
      }
    }
  }

  friend bool operator==(const EventSet& a, const EventSet& b) {
    const std::size_t most = std::max(a.words_.size(), b.words_.size());
    for (std::size_t i = 0; i < most; ++i) {
      if (a.word(i) != b.word(i)) return false;
    }
    return true;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// What somebody has seen: events, and all that their writers had seen.
struct Past {
  EventSet events;   // closed: whoever is in it brings all that its writer had seen
  EventSet covered;  // those of them that the writer of another one of them had seen

  void join(const Past& other) {
    events.join(other.events);
    covered.join(other.covered);
  }
  // One more event; `seen` is all that its writer had seen.
  void join(std::size_t event, const EventSet& seen) {
    events.join(seen);
    events.add(event);
    covered.join(seen);
  }
  void clear() {
    events.clear();
    covered.clear();
  }
};

}  // namespace kin::sim
