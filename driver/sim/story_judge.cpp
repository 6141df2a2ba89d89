#include "driver/sim/story_judge.hpp"

#include "common/wire/told_values.hpp"

namespace kin::sim {
namespace {

std::string list(const EventSet& events) {
  std::string out;
  events.each([&](CausalOracle::Event event) { out += (out.empty() ? "#" : ", #") + std::to_string(event); });
  return out.empty() ? "none" : out;
}

}  // namespace

void StoryJudge::judge(const NodeId& node, const std::string& key, const wire::ExplainReply& reply) {
  const std::vector<ToldVersion> told = wire::told_values(reply.siblings);
  if (told.size() < 2) return;
  std::vector<CausalOracle::Event> writes;
  for (const wire::ToldSibling& sibling : reply.siblings) {
    const auto event = oracle_.event_of(key, sibling.shown.value);
    if (!event) return;  // thin air: the read beside it tells
    events_[sibling.shown.dot] = *event;
    if (writes.empty() || writes.back() != *event) writes.push_back(*event);
  }

  // What all writers had seen.
  EventSet common = oracle_.seen(key, writes.front());
  for (const CausalOracle::Event event : writes) common.keep(oracle_.seen(key, event));
  const CommonPast account = common_past(told);
  EventSet named;
  for (const Version& version : account.last) {
    const auto event = events_.find(version.dot);
    if (event == events_.end()) return;  // its coordinator never told its dot
    named.add(event->second);
  }
  const std::string where = node + " tells of " + key + ": ";
  named.each([&](CausalOracle::Event event) {
    if (!common.has(event)) oracle_.wrong("story", where + "all writers had seen #" + std::to_string(event));
  });
  judge_who_had_seen(where, told, reply.siblings);
  if (!account.certain) {
    ++uncertain_;
    return;
  }
  ++judged_;
  const EventSet last = oracle_.newest(key, common);
  if (named != last) {
    oracle_.wrong("story", where + "the last common versions are " + list(named) + ", they are " + list(last));
  }
}

// Nobody had seen anybody: asked of all the others at once, and of each only to name it.
void StoryJudge::judge_who_had_seen(const std::string& where, const std::vector<ToldVersion>& told,
                                    const std::vector<wire::ToldSibling>& siblings) {
  for (std::size_t i = 0; i < told.size(); ++i) {
    ToldVersion others;
    for (std::size_t j = 0; j < told.size(); ++j) {
      if (j != i) others.dots.insert(others.dots.end(), told[j].dots.begin(), told[j].dots.end());
    }
    if (had_seen(told[i], others) != Knew::yes) continue;
    for (std::size_t j = 0; j < told.size(); ++j) {
      if (i == j || had_seen(told[i], told[j]) != Knew::yes) continue;
      oracle_.wrong("story",
                    where + "the writer of " + siblings[i].shown.value + " had seen " + siblings[j].shown.value);
    }
  }
}

}  // namespace kin::sim
