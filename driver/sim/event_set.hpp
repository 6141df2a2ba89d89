// A set of writes to one key, by their position in that key's history. Plain: a bit each.
#pragma once

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
  bool has(std::size_t event) const {
    return event / 64 < words_.size() && (words_[event / 64] >> event % 64 & 1) != 0;
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

  // Calls visit(event) for each, in order.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        visit(i * 64 + static_cast<std::size_t>(__builtin_ctzll(rest)));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace kin::sim
