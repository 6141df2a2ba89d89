#include "driver/check/seen_order.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>

namespace kin::check {

namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// A chain costs every later write of its key an entry; a loose put costs a step where somebody asks for it.
constexpr std::size_t most_chains = 128;  // a key
constexpr std::size_t shortest_chain = 4;

}  // namespace

SeenOrder::SeenOrder(const CausalHistory& history, const SeenGraph& graph, std::size_t most_steps)
    : graph_(graph), steps_(most_steps) {
  find_groups();
  find_chains(history);
  set_clocks();
}

// Tarjan's strongly connected components, which come out with the past first.
void SeenOrder::find_groups() {
  const std::size_t size = graph_.size();
  group_.assign(size, none);
  std::vector<std::size_t> number(size, none), lowest(size, none), open;
  struct Stop {
    std::size_t write;
    std::size_t next;  // index into what it had seen
  };
  std::vector<Stop> way;
  std::size_t entered = 0;
  auto enter = [&](std::size_t write) {
    number[write] = lowest[write] = entered++;
    open.push_back(write);
    way.push_back({write, 0});
  };
  for (std::size_t root = 0; root < size; ++root) {
    if (number[root] == none) enter(root);
    while (!way.empty()) {
      const std::size_t write = way.back().write;
      const auto& seen = graph_.seen_by(write);
      if (way.back().next < seen.size()) {
        const std::size_t put = seen[way.back().next++];
        if (number[put] == none) {
          enter(put);
        } else if (group_[put] == none) {
          lowest[write] = std::min(lowest[write], number[put]);
        }
        continue;
      }
      way.pop_back();
      if (!way.empty()) lowest[way.back().write] = std::min(lowest[way.back().write], lowest[write]);
      if (lowest[write] != number[write]) continue;
      begin_.push_back(order_.size());
      const auto first = std::find(open.rbegin(), open.rend(), write).base() - 1;
      for (auto member = first; member != open.end(); ++member) {
        group_[*member] = round_.size();
        order_.push_back(*member);
      }
      round_.push_back(open.end() - first > 1 || std::binary_search(seen.begin(), seen.end(), write));
      open.erase(first, open.end());
    }
  }
}

std::size_t SeenOrder::end_of_group(std::size_t group) const {
  return group + 1 < begin_.size() ? begin_[group + 1] : order_.size();
}

// What it had seen first-hand.
std::vector<std::size_t> SeenOrder::groups_before(std::size_t group) const {
  std::vector<std::size_t> out;
  for (std::size_t at = begin_[group]; at < end_of_group(group); ++at)
    for (const std::size_t put : graph_.seen_by(order_[at]))
      if (group_[put] != group) out.push_back(group_[put]);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Each put is followed by the one from which the most is still to come, and follows the one with the longest past.
void SeenOrder::find_chains(const CausalHistory& history) {
  const std::size_t groups = round_.size();
  std::vector<std::size_t> to_come(groups), heir(groups, none), past(groups), chain(groups, none);
  auto is_put = [&](std::size_t group) { return history.operations[order_[begin_[group]]].op == Op::put; };
  for (std::size_t group = groups; group-- > 0;) {
    if (!is_put(group)) continue;
    for (const std::size_t before : groups_before(group)) {
      if (to_come[group] + 1 <= to_come[before]) continue;
      to_come[before] = to_come[group] + 1;
      heir[before] = group;
    }
  }
  struct Chain {
    std::uint32_t length = 0;
    std::uint32_t number = 0;  // of those that are kept, from 1
  };
  std::vector<Chain> chains;
  std::map<std::string, std::vector<std::size_t>> by_key;
  for (std::size_t group = 0; group < groups; ++group) {
    if (!is_put(group)) continue;
    for (const std::size_t before : groups_before(group)) {
      if (heir[before] == group && past[before] + 1 > past[group]) chain[group] = chain[before];
      past[group] = std::max(past[group], past[before] + 1);
    }
    if (chain[group] == none) {
      chain[group] = chains.size();
      chains.emplace_back();
      by_key[history.operations[order_[begin_[group]]].key].push_back(chain[group]);
    }
    ++chains[chain[group]].length;
  }
  std::uint32_t kept = 0;
  for (auto& [key, all] : by_key) {
    std::stable_sort(all.begin(), all.end(), [&](auto a, auto b) { return chains[a].length > chains[b].length; });
    for (std::size_t i = 0; i < std::min(all.size(), most_chains); ++i)
      if (chains[all[i]].length >= shortest_chain) chains[all[i]].number = ++kept;
  }
  std::vector<std::uint32_t> lengths(kept + 1);
  places_.assign(groups, Reach{0, 0});
  for (std::size_t group = 0; group < groups; ++group) {
    if (chain[group] == none || chains[chain[group]].number == 0) continue;
    const std::uint32_t number = chains[chain[group]].number;
    places_[group] = Reach{number, ++lengths[number]};
  }
}

void SeenOrder::set_clocks() {
  clocks_.resize(round_.size());
  followers_.resize(round_.size());
  auto join = [](const Clock& a, const Clock& b) {
    Clock out;
    auto next = a.begin();
    for (const Reach& reach : b) {
      while (next != a.end() && next->chain < reach.chain) out.push_back(*next++);
      out.push_back(reach);
      if (next != a.end() && next->chain == reach.chain) out.back().length = std::max(reach.length, next++->length);
    }
    out.insert(out.end(), next, a.end());
    return out;
  };
  for (std::size_t group = 0; group < round_.size(); ++group) {
    Clock& clock = clocks_[group];
    for (const std::size_t before : groups_before(group)) {
      clock = join(clock, clocks_[before]);
      if (places_[before].length == 0) follow(group, before);
    }
    if (places_[group].length != 0) clock = join(clock, {places_[group]});
    clock.shrink_to_fit();
  }
}

void SeenOrder::follow(std::size_t group, std::size_t loose) {
  Followers& followers = followers_[loose];
  const Reach place = places_[group];
  if (place.length == 0) {
    followers.loose.push_back(group);
    return;
  }
  const auto at = std::lower_bound(followers.in_chains.begin(), followers.in_chains.end(), place,
                                   [](const Reach& a, const Reach& b) { return a.chain < b.chain; });
  if (at == followers.in_chains.end() || at->chain != place.chain) followers.in_chains.insert(at, place);
}

bool SeenOrder::holds(const Clock& clock, Reach place) {
  const auto at = std::lower_bound(clock.begin(), clock.end(), place,
                                   [](const Reach& a, const Reach& b) { return a.chain < b.chain; });
  return at != clock.end() && at->chain == place.chain && at->length >= place.length;
}

bool SeenOrder::within(const Clock& clock, const Clock& other) {
  return std::all_of(clock.begin(), clock.end(), [&](const Reach& reach) { return holds(other, reach); });
}

std::optional<bool> SeenOrder::has_seen(std::size_t write, std::size_t put) {
  const std::size_t later = group_[write], earlier = group_[put];
  if (later == earlier) return round_[later];
  if (later < earlier) return false;
  if (places_[earlier].length != 0) return holds(clocks_[later], places_[earlier]);
  std::set<std::size_t> reached{earlier};  // loose ones
  std::vector<std::size_t> next{earlier};
  while (!next.empty()) {
    if (steps_ == 0) return std::nullopt;
    --steps_;
    const Followers& followers = followers_[next.back()];
    next.pop_back();
    for (const Reach& place : followers.in_chains)
      if (holds(clocks_[later], place)) return true;
    for (const std::size_t one : followers.loose) {
      if (one == later) return true;
      // What has seen more of a chain than the later write did cannot have been seen by it.
      if (one < later && within(clocks_[one], clocks_[later]) && reached.insert(one).second) next.push_back(one);
    }
  }
  return false;
}

std::vector<std::int64_t> SeenOrder::least_of_those_that_saw(const std::vector<std::int64_t>& times) const {
  std::vector<std::int64_t> least(round_.size(), std::numeric_limits<std::int64_t>::max());  // by group
  for (std::size_t group = round_.size(); group-- > 0;) {
    std::int64_t own = least[group];
    for (std::size_t at = begin_[group]; at < end_of_group(group); ++at) own = std::min(own, times[order_[at]]);
    if (round_[group]) least[group] = own;
    for (const std::size_t before : groups_before(group)) least[before] = std::min(least[before], own);
  }
  std::vector<std::int64_t> out(times.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = least[group_[i]];
  return out;
}

}  // namespace kin::check
