#include "driver/sim/story_judge.hpp"

#include <algorithm>
#include <set>

#include "common/wire/told_values.hpp"

namespace kin::sim {
namespace {

using Events = std::set<CausalOracle::Event>;

std::string list(const Events& events) {
  std::string out;
  for (const CausalOracle::Event event : events) out += (out.empty() ? "#" : ", #") + std::to_string(event);
  return out.empty() ? "none" : out;
}

Events members(const EventSet& set) {
  Events out;
  set.each([&](CausalOracle::Event event) { out.insert(event); });
  return out;
}

}  // namespace

void StoryJudge::judge(const std::string& node, const std::string& key, const wire::ExplainReply& reply) {
  const std::vector<ToldVersion> told = wire::told_values(reply.siblings);
  if (told.size() < 2) return;
  std::vector<CausalOracle::Event> writes;
  for (const wire::ToldSibling& sibling : reply.siblings) {
    const auto event = oracle_.event_of(key, sibling.shown.value);
    if (!event) return;  // thin air: the read beside it tells
    events_[sibling.shown.dot] = {key, *event};
    if (writes.empty() || writes.back() != *event) writes.push_back(*event);
  }

  // What all writers had seen, and of that what nothing else of it had seen.
  EventSet common = oracle_.seen(key, writes.front());
  for (const CausalOracle::Event event : writes) common.keep(oracle_.seen(key, event));
  Events last = members(common);
  common.each([&](CausalOracle::Event event) {
    oracle_.seen(key, event).each([&](CausalOracle::Event earlier) { last.erase(earlier); });
  });

  const CommonPast account = common_past(told);
  Events named;
  for (const Version& version : account.last) {
    const auto event = events_.find(version.dot);
    if (event == events_.end()) return;  // its coordinator never told its dot
    named.insert(event->second.second);
  }
  const std::string where = node + " tells of " + key + ": ";
  for (const CausalOracle::Event event : named) {
    if (!common.has(event)) oracle_.wrong("story", where + "all writers had seen #" + std::to_string(event));
  }
  for (std::size_t i = 0; i < told.size(); ++i) {
    for (std::size_t j = 0; j < told.size(); ++j) {
      if (i != j && had_seen(told[i], told[j]) == Knew::yes) {
        oracle_.wrong("story", where + "the writer of " + reply.siblings[i].shown.value + " had seen " +
                                   reply.siblings[j].shown.value);
      }
    }
  }
  if (!account.certain) {
    ++uncertain_;
    return;
  }
  ++judged_;
  if (named != last) {
    oracle_.wrong("story", where + "the last common versions are " + list(named) + ", they are " + list(last));
  }
}

}  // namespace kin::sim
