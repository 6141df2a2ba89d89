// The dots that a message names, each for its key. They come in the order of the keys, in which those of one actor go
// up and down, so they are collected first and put in order once: taken into a clock one by one, each would move all
// that lie behind it.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "common/causality/dot_set.hpp"

namespace kin::causal {

class NamedDots {
 public:
  struct Row {
    CounterSet::Run run;
    std::string_view key;  // of all of the run; belongs to whoever has added it
  };
  using Rows = std::map<Actor, std::vector<Row>>;

  void add(const Actor& actor, CounterSet::Run run, std::string_view key) { rows_[actor].push_back({run, key}); }
  bool empty() const { return rows_.empty(); }

  // Each actor's rows from the lowest counter to the highest. False: some dot has two keys.
  bool sort();
  // After sort().
  const Rows& rows() const { return rows_; }
  DotSet dots() const;

 private:
  Rows rows_;
};

}  // namespace kin::causal
