// The full copy: for a node that has forgotten what others can no longer name. Pages in key order; the clock of the
// first page is taken over when the last one has been merged.
#include <algorithm>

#include "common/planted.hpp"
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
  return {{source, Copy{""}}};
}

std::vector<std::string> CausalReplica::keys_behind(const Overlay& disk, const std::string& after,
                                                    std::size_t most) const {
  std::vector<std::string> with_entry;
  disk.scan(records::entry(after), records::behind("e"), [&](std::string_view record, std::string_view) {
    if (records::tail(record) > after) with_entry.emplace_back(records::tail(record));
    return with_entry.size() < most;
  });
  std::vector<std::string> shadowed;
  disk.scan(records::shadowed_prefix(after), records::behind("k"), [&](std::string_view record, std::string_view) {
    std::string key = records::key_of_shadowed(record);
    if (key > after && (shadowed.empty() || shadowed.back() != key)) shadowed.push_back(std::move(key));
    return shadowed.size() < most;
  });
  std::vector<std::string> keys;
  std::set_union(with_entry.begin(), with_entry.end(), shadowed.begin(), shadowed.end(), std::back_inserter(keys));
  if (keys.size() > most) keys.resize(most);
  return keys;
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Copy& copy, std::uint64_t) {
  std::vector<std::string> keys = keys_behind(disk, copy.after, batching_.page_keys + 1);
  Page page;
  page.after = copy.after;
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (; taken < keys.size() && taken < batching_.page_keys && bytes < batching_.answer_bytes; ++taken) {
    page.entries.push_back(state_with_all_dots(disk, keys[taken]));
    for (const auto& [dot, sibling] : page.entries.back().siblings) bytes += sibling.value.size() + 64;
  }
  if (taken < keys.size()) page.upto = keys[taken - 1];
  page.base = base();
  if (copy.after.empty()) page.start = CopyStart{clock_, ended_, dot_map_.voids()};
  return {{sender, std::move(page)}};
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Page& page, std::uint64_t wall_us) {
  const bool expected = copying_ && copying_->from == sender && copying_->life == lives_.at(sender) &&
                        copying_->after == page.after && (copying_->start || page.start);
  if (!expected) return {};  // an answer to another question
  if (!copying_->start) copying_->start = page.start;
  if (planted(Bug::copy_ends_early) && page.start) clock_.join(page.start->clock);
  std::map<std::string, const EntryState*> states;
  disk.scan(records::entry(page.after), records::behind("e"), [&](std::string_view record, std::string_view) {
    const std::string_view key = records::tail(record);
    if (page.upto && key > *page.upto) return false;
    if (key > page.after) states.emplace(key, nullptr);
    return true;
  });
  for (const EntryState& state : page.entries) states[state.key] = &state;
  for (const auto& [key, state] : states) {
    if (planted(Bug::absent_keys_not_answered) && state == nullptr) continue;
    merge(disk, page.base, state ? *state : EntryState{key, {}, {}, {}}, wall_us);
  }
  if (page.upto) {
    copying_->after = *page.upto;
    return {{sender, Copy{*page.upto}}};
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
    counts_changed_ = true;
  }
  clock_.join(start.clock);
  cache_.drop_all_answers();
  clock_changed_ = true;
  copying_.reset();
}

}  // namespace kin::causal
