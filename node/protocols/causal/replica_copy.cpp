// The full copy: for a node that has forgotten what others can no longer name. Pages in key order; the clock of the
// first page is taken over when the last one has been merged.
#include <set>

#include "common/planted.hpp"
#include "node/protocols/causal/entry_outline.hpp"
#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const OfferCopy& offer, std::uint64_t) {
  note_report(disk, sender, offer.report);
  if (copying_) return {};
  return begin_copy(sender);
}

Outbox CausalReplica::begin_copy(const NodeId& source) {
  copying_ = CopyIn{source, lives_.at(source), "", std::nullopt};
  return only(source, Copy{""});
}

std::vector<std::string> CausalReplica::keys_behind(const Overlay& disk, const std::string& after,
                                                    std::size_t most) const {
  std::vector<std::string> keys;
  disk.scan(records::entry(after), records::behind("e"), [&](std::string_view record, std::string_view entry) {
    const std::string key(records::tail(record));
    if (key > after && !nothing_left(disk, key, entry)) keys.push_back(key);
    return keys.size() < most;
  });
  return keys;
}

bool CausalReplica::nothing_left(const Overlay& disk, const std::string& key, std::string_view record) const {
  if (!outline_of(record).empty()) return false;
  const Entry& entry = stored(disk, key);
  return entry.context.empty() && dots_of(disk, key).empty();
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Copy& copy, std::uint64_t) {
  std::vector<std::string> keys = keys_behind(disk, copy.after, batching_.page_keys + 1);
  Page page;
  page.after = copy.after;
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (; taken < keys.size() && taken < batching_.page_keys && bytes < batching_.answer_bytes; ++taken) {
    page.entries.push_back(state_with_all_dots(disk, keys[taken]));
    bytes += page.entries.back().about_bytes();
  }
  if (taken < keys.size()) page.upto = keys[taken - 1];
  page.base = base();
  if (copy.after.empty()) page.start = CopyStart{clock_, ended_, dot_map_.voids()};
  return only(sender, std::move(page));
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, Page& page, std::uint64_t wall_us) {
  const bool expected = copying_ && copying_->from == sender && copying_->life == lives_.at(sender) &&
                        copying_->after == page.after && (copying_->start || page.start);
  if (!expected) return {};  // an answer to another question
  if (!copying_->start) copying_->start = page.start;
  if (planted(Bug::copy_ends_early) && page.start) clock_.join(page.start->clock);
  std::set<std::string> answered;
  for (const EntryState& state : page.entries) answered.insert(state.key);
  disk.scan(records::entry(page.after), records::behind("e"), [&](std::string_view record, std::string_view entry) {
    const std::string key(records::tail(record));
    if (page.upto && key > *page.upto) return false;
    const bool absent = key > page.after && !answered.contains(key) && !nothing_left(disk, key, entry);
    if (absent && !planted(Bug::absent_keys_not_answered)) page.entries.push_back(EntryState{key, {}, {}, {}});
    return true;
  });
  merge(disk, page.base, std::move(page.entries), wall_us);
  if (page.upto) {
    copying_->after = *page.upto;
    return only(sender, Copy{*page.upto});
  }
  finish_copy(disk);
  return {};
}

void CausalReplica::finish_copy(Overlay& disk) {
  const CopyStart& start = *copying_->start;
  learn_voids(start.voids);
  agree_on_ends(disk, start);
  // What the source retired without knowing these dots of it: they are void now, and no report will ever name them.
  for (const auto& [actor, counters] : clock_.actors()) {
    if (!start.clock.retired(actor)) continue;
    auto end = ended_.find(actor);
    const CounterSet ends_at = end == ended_.end() ? CounterSet{} : CounterSet::up_to(end->second);
    std::size_t all = counters.size();
    dot_map_.prune(disk, actor, counters.minus(ends_at), all);
  }
  clock_.join(start.clock);
  cache_.drop_all_answers();
  clock_changed_ = true;
  copying_.reset();
}

}  // namespace kin::causal
