// What members tell each other of single writes and reads: pushes, questions for an entry, refusals of an older life.
// Gossip and full copies have files of their own.
#include <utility>

#include "common/planted.hpp"
#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

Outbox only(const NodeId& to, Message message) {
  Outbox out;
  out.push_back({to, std::move(message)});
  return out;
}

Outbox CausalReplica::receive(Overlay& disk, const NodeId& sender, Incarnation life, Message& message,
                              std::uint64_t wall_us) {
  const Incarnation known = lives_.at(sender);
  if (life < known) {
    // Refusals are not answered by refusals.
    if (std::holds_alternative<Refused>(message)) return {};
    return only(sender, Refused{life, known});
  }
  hear_of_lives(disk, {{sender, life}});
  return std::visit([&](auto& m) { return on(disk, sender, m, wall_us); }, message);
}

void CausalReplica::hear_of_lives(Overlay& disk, const Lives& lives) {
  bool changed = false;
  for (const auto& [member, life] : lives) {
    auto mine = lives_.find(member);
    if (mine == lives_.end() || life <= mine->second) continue;
    mine->second = life;
    changed = true;
    // What its earlier life had seen, it may have forgotten.
    if (reports_.erase(member) > 0) disk.erase(records::report(member));
  }
  if (!changed) return;
  list_peers();
  disk.put(records::lives, wire::encode(lives_));
}

void CausalReplica::remove_member(Overlay& disk, const NodeId& member) {
  hear_of_lives(disk, {{member, removed_for_ever}});
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, Push& push, std::uint64_t wall_us) {
  DotSet settled;
  for (const EntryState& state : push.entries) settled.join(state.dots);
  merge(disk, push.base, std::move(push.entries), wall_us);
  if (planted(Bug::base_joined)) clock_.join(push.base);
  return only(sender, Ack{std::move(settled)});
}

Outbox CausalReplica::on(Overlay&, const NodeId&, const Ack&, std::uint64_t) { return {}; }

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Fetch& fetch, std::uint64_t) {
  Outbox out;
  Fetched answer{lives_.at(sender), base(), {}};
  std::size_t bytes = 0;
  for (const Fetch::Asked& asked : fetch.asked) {
    Fetched::Told& told = answer.told.emplace_back(Fetched::Told{asked.id, {}});
    const bool same = asked.held && has_exactly(stored(disk, asked.key).siblings, *asked.held);
    if (same && !planted(Bug::read_repair_ticks)) continue;
    told.entry = state_with_all_dots(disk, asked.key);
    bytes += told.entry->about_bytes();
    if (bytes < batching_.answer_bytes) continue;
    out.push_back({sender, Fetched{answer.asker, answer.base, std::exchange(answer.told, {})}});
    bytes = 0;
  }
  if (!answer.told.empty()) out.push_back({sender, std::move(answer)});
  return out;
}

Outbox CausalReplica::on(Overlay& disk, const NodeId&, Fetched& fetched, std::uint64_t wall_us) {
  std::vector<EntryState> entries;
  std::vector<std::string> ticks;
  for (Fetched::Told& told : fetched.told) {
    if (!told.entry) continue;
    if (planted(Bug::read_repair_ticks)) ticks.push_back(told.entry->key);
    entries.push_back(std::move(*told.entry));
  }
  merge(disk, fetched.base, std::move(entries), wall_us);
  for (const std::string& key : ticks) {
    Entry mine = taken(disk, key);
    const Was was(mine);
    const Dot dot{actor(), ++counter_};
    learn(dot, key);
    mine.shadowed.add(dot);
    keep(disk, key, std::move(mine), was, wall_us);
  }
  return {};
}

Outbox CausalReplica::on(Overlay& disk, const NodeId&, const Refused& refused, std::uint64_t) {
  // An answer to an earlier process of this node says nothing about this one.
  if (refused.yours == life_) hear_of_lives(disk, {{self_, refused.newer}});
  return {};
}

}  // namespace kin::causal
