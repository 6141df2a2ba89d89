// Who had seen whom through any number of hands, without a search of the whole past.
//
// The longest chains of puts each of which had seen the one before it are few: with few siblings at a time, most of a
// key's history is one chain, or one a side while it is cut in two. Of every write it is kept how far up each chain it
// had seen, as a version vector does with the writes of each node. Puts that stand in no chain are loose: siblings that
// were soon merged, or deleted. Of them it is kept who had seen them first-hand; from there it is a few steps to a
// chain. Writes on a cycle had all seen each other, and count as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "driver/check/causal_history.hpp"
#include "driver/check/seen_graph.hpp"

namespace kin::check {

class SeenOrder {
 public:
  // `graph` is that of the history, and must outlive this. `most_steps` bounds all searches together.
  SeenOrder(const CausalHistory& history, const SeenGraph& graph, std::size_t most_steps);

  // Whether `write` had seen `put`, by the positions of both; of itself: only on a cycle. Nothing where `most_steps`
  // did not suffice.
  std::optional<bool> has_seen(std::size_t write, std::size_t put);

  // Of each operation the least of `times` among the writes that had seen it; the greatest number where there is none.
  // `times` has one number an operation.
  std::vector<std::int64_t> least_of_those_that_saw(const std::vector<std::int64_t>& times) const;

 private:
  struct Reach {
    std::uint32_t chain;
    std::uint32_t length;  // of the chain's beginning; 0: none of it
  };
  using Clock = std::vector<Reach>;  // by chain; zeros are left out
  struct Followers {
    Clock in_chains;  // the first of each chain
    std::vector<std::size_t> loose;
  };

  void find_groups();
  void find_chains(const CausalHistory& history);
  void set_clocks();
  void follow(std::size_t group, std::size_t loose);
  std::size_t end_of_group(std::size_t group) const;
  std::vector<std::size_t> groups_before(std::size_t group) const;
  static bool holds(const Clock& clock, Reach place);
  static bool within(const Clock& clock, const Clock& other);

  const SeenGraph& graph_;
  std::size_t steps_;
  // Writes of one cycle are one group, any other is a group of its own. Groups are numbered so that each comes after
  // all that it had seen.
  std::vector<std::size_t> group_;  // by position
  std::vector<std::size_t> order_;  // positions by group
  std::vector<std::size_t> begin_;  // by group, as all below: where it begins in `order_`
  std::vector<bool> round_;         // it is a cycle
  std::vector<Reach> places_;       // in a chain; length 0: loose
  std::vector<Clock> clocks_;       // what was seen, and the group itself
  std::vector<Followers> followers_;
};

}  // namespace kin::check
