#include "node/protocols/causal/replica.hpp"

#include <algorithm>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

struct Counts {
  std::uint64_t keys = 0;
  std::uint64_t held = 0;

  template <class V>
  void fields(V& v) {
    v(keys, held);
  }
};

struct EntryRecord {
  Siblings siblings;
  DotSet context;

  template <class V>
  void fields(V& v) {
    v(siblings, context);
  }
};

template <class T>
T decode_record(std::string_view record, std::string_view bytes) {
  auto value = wire::decode<T>(bytes);
  // LevelDB checked the checksum, so these bytes are what was written: a record that does not parse is our own fault.
  KIN_REQUIRE(value, "record " + std::string(record.substr(0, 1)) + ": " + value.error().what);
  return std::move(*value);
}

// A planted bug: what people see of a clock decides, and not the dots.
void drop_lower_clocks(Siblings& siblings) {
  const Siblings all = siblings;
  std::erase_if(siblings, [&](const auto& one) {
    return std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return one.second.clock.compare(other.second.clock) == Relation::before;
    });
  });
}

template <class T>
T load(const StoreView& store, std::string_view record) {
  auto bytes = store.get(record);
  return bytes ? decode_record<T>(record, *bytes) : T{};
}

}  // namespace

CausalReplica::CausalReplica(NodeId self, Incarnation life, const std::vector<NodeId>& members, const Overlay& store,
                             Batching batching)
    : self_(std::move(self)),
      life_(life),
      batching_(batching),
      lives_(load<Lives>(store, records::lives)),
      clock_(load<DotSet>(store, records::clock)),
      keys_(load<Counts>(store, records::counts).keys),
      dot_map_(store, load<Counts>(store, records::counts).held),
      cache_(batching.cache_bytes) {
  for (const NodeId& member : members) lives_.try_emplace(member, never_heard);
  store.scan("r", records::behind("r"), [&](std::string_view record, std::string_view bytes) {
    reports_[NodeId(records::tail(record))] = decode_record<Report>(record, bytes);
    return true;
  });
  store.scan("E", records::behind("E"), [&](std::string_view record, std::string_view bytes) {
    ended_[records::actor_of_ended(record)] = decode_record<std::uint64_t>(record, bytes);
    return true;
  });
}

void CausalReplica::start(Overlay& disk) {
  KIN_REQUIRE(life_ > lives_[self_] || superseded(),
              "life " + std::to_string(life_.born) + " after " + std::to_string(lives_[self_].born));
  if (superseded()) return;  // removed for ever: the host is told to stop
  lives_[self_] = life_;
  disk.put(records::lives, wire::encode(lives_));
}

std::vector<NodeId> CausalReplica::members() const {
  std::vector<NodeId> out;
  for (const auto& [member, life] : lives_) {
    if (life != removed_for_ever) out.push_back(member);
  }
  return out;
}

std::vector<NodeId> CausalReplica::peers() const {
  std::vector<NodeId> out = members();
  std::erase(out, self_);
  return out;
}

const Report* CausalReplica::report_of(const NodeId& member) const {
  auto found = reports_.find(member);
  return found == reports_.end() ? nullptr : &found->second;
}

bool CausalReplica::settled(const Dot& dot) const {
  return std::all_of(lives_.begin(), lives_.end(), [&](const auto& item) {
    const auto& [member, life] = item;
    if (member == self_ || life == removed_for_ever) return true;
    const Report* report = report_of(member);
    return report != nullptr && report->clock.has(dot);
  });
}

// ------------------------------------------------------------------------------------------------ entries

const Entry& CausalReplica::stored(const Overlay& disk, std::string_view key) const {
  if (const Entry* entry = cache_.find(key)) return *entry;
  const std::string record = records::entry(key);
  const auto bytes = disk.get(record);
  if (!bytes) return cache_.put(key, {});
  auto entry = decode_record<EntryRecord>(record, *bytes);
  return cache_.put(key, {std::move(entry.siblings), std::move(entry.context)});
}

EntryView CausalReplica::read(const Overlay& disk, std::string_view key) const {
  const Entry& entry = stored(disk, key);
  EntryView out{entry.siblings, entry.context};
  // I2: a key that a running copy has passed has seen all of the copy's clock, also what neither side held. Else a
  // late push of a dead value could enter between its page and the end of the copy.
  if (copying_ && copying_->start && key <= copying_->after) out.context.join(copying_->start->clock);
  return out;
}

const std::string* CausalReplica::kept_answer(std::string_view key) const {
  return copying_ ? nullptr : cache_.answer(key);
}

void CausalReplica::keep_answer(std::string_view key, std::string answer) const {
  if (!copying_) cache_.keep_answer(key, std::move(answer));
}

DotSet CausalReplica::filled(const DotSet& context) const {
  DotSet out = clock_.only_base();
  out.join(context);
  return out;
}

EntryState CausalReplica::state_of(const Overlay& disk, const std::string& key, const DotSet& dots) const {
  EntryView entry = read(disk, key);
  return {key, entry.siblings, std::move(entry.context), dots};
}

EntryState CausalReplica::state_with_all_dots(const Overlay& disk, const std::string& key) const {
  EntryView entry = read(disk, key);
  DotSet dots = dot_map_.shadowed(disk, key);
  for (const auto& [dot, sibling] : entry.siblings) {
    if (dot_map_.holds(disk, dot)) dots.add(dot);
  }
  return {key, entry.siblings, std::move(entry.context), std::move(dots)};
}

void CausalReplica::store(Overlay& disk, const std::string& key, const Entry& before, Siblings siblings,
                          const DotSet& context, std::uint64_t wall_us) {
  DotSet rest = context.beyond(clock_);
  if (planted(Bug::delete_forgotten_early) && siblings.empty()) rest = {};
  // What another member repeats costs no write: a dot is one value for ever.
  const auto same_dot = [](const auto& one, const auto& other) { return one.first == other.first; };
  if (rest == before.context && std::ranges::equal(siblings, before.siblings, same_dot)) return;
  for (const auto& [dot, sibling] : before.siblings) {
    if (!siblings.contains(dot) && dot_map_.holds(disk, dot)) dot_map_.shadow(disk, dot, key);
  }
  const bool had = !before.siblings.empty();
  const bool has = !siblings.empty();
  if (had != has) {
    keys_ = has ? keys_ + 1 : keys_ - 1;
    counts_changed_ = true;
  }
  const std::size_t conflicting = count_shown(siblings);
  news_.note_conflict(key, before.siblings, siblings);
  if (conflicting > 1) {
    const std::string record = records::conflict(key);
    const auto index = load<ConflictRecord>(disk, record);
    disk.put(record, wire::encode(next_conflict(index, before.siblings, siblings, wall_us)));
  } else if (count_shown(before.siblings) > 1) {
    disk.erase(records::conflict(key));
  }
  if (before.context.empty() != rest.empty()) {
    rest.empty() ? disk.erase(records::unstripped(key)) : disk.put(records::unstripped(key), "");
  }
  EntryRecord entry{std::move(siblings), std::move(rest)};
  if (has || !entry.context.empty()) {
    disk.put(records::entry(key), wire::encode(entry));
  } else {
    disk.erase(records::entry(key));  // a deleted key: no trace, the clock remembers for it
  }
  cache_.put(key, {std::move(entry.siblings), std::move(entry.context)});  // `before` may be this very entry
}

void CausalReplica::learn(Overlay& disk, const Dot& dot, const std::string& key) {
  if (clock_.has(dot)) return;
  clock_.add(dot);
  clock_changed_ = counts_changed_ = true;
  cache_.drop_answer(key);
  dot_map_.learn(disk, dot, key);
}

// Push, gossip, read repair and full copy all end here. Only the values' own dots and the named ones enter the clock:
// the rest of the past may belong to other keys.
void CausalReplica::merge(Overlay& disk, const DotSet& base, const EntryState& theirs, std::uint64_t wall_us) {
  const Entry& kept = stored(disk, theirs.key);
  const EntryView mine = read(disk, theirs.key);
  // Decided before the new dots are learnt: the clock speaks for all keys, and must not yet speak of these.
  Siblings siblings =
      merge_siblings(mine.siblings, Past(clock_, mine.context), theirs.siblings, Past(base, theirs.context));
  if (planted(Bug::late_value_enters)) siblings.insert(theirs.siblings.begin(), theirs.siblings.end());
  if (planted(Bug::clocks_decide)) drop_lower_clocks(siblings);
  DotSet context = mine.context;
  context.join(base.beyond(clock_));
  context.join(theirs.context);
  DotSet dots = theirs.dots;
  for (const auto& [dot, sibling] : theirs.siblings) dots.add(dot);
  for (const auto& [actor, counters] : dots.actors()) {
    for (const auto& run : counters.runs()) {
      for (std::uint64_t n = run.first; n <= run.last; ++n) {
        const Dot dot{actor, n};
        if (clock_.has(dot)) continue;
        learn(disk, dot, theirs.key);
        news_.learnt.add(dot);
        if (!siblings.contains(dot)) dot_map_.shadow(disk, dot, theirs.key);
      }
    }
  }
  store(disk, theirs.key, kept, std::move(siblings), context, wall_us);
}

// ------------------------------------------------------------------------------------------------ clients

bool CausalReplica::may_name(const DotSet& dots) const {
  for (const auto& [node, floor] : dots.floors()) {
    if (!lives_.contains(node) || (node == self_ && floor > life_)) return false;
  }
  return std::all_of(dots.actors().begin(), dots.actors().end(), [&](const auto& item) {
    const auto& [actor, counters] = item;
    if (!lives_.contains(actor.node)) return false;
    if (actor.node != self_) return true;
    return actor.life < life_ || (actor.life == life_ && counters.top() <= counter_);
  });
}

bool CausalReplica::may_name(const EntryClock& clock) const {
  return std::all_of(clock.counts().begin(), clock.counts().end(),
                     [&](const auto& item) { return lives_.contains(item.first); });
}

Written CausalReplica::write(Overlay& disk, const std::string& key, std::optional<Sibling> value,
                             const WriterPast& past, std::uint64_t wall_us) {
  const Entry& before = stored(disk, key);
  const EntryView held = read(disk, key);
  Entry mine{held.siblings, held.context};
  Written out;
  switch (past.kind) {
    case WriterPast::Kind::held:
      out.replaced = std::exchange(mine.siblings, {});
      out.seen = filled(mine.context);
      break;
    case WriterPast::Kind::named:
      KIN_REQUIRE(may_name(past.dots), "a context that names what was never issued, for " + key);
      KIN_REQUIRE(may_name(past.clock), "a context whose clock names no member, for " + key);
      out.replaced = take_covered(mine.siblings, past.dots);
      out.seen = past.dots;
      mine.context.join(past.dots);
      break;
    case WriterPast::Kind::nothing: break;
  }
  Lineage lineage = past.kind == WriterPast::Kind::held ? behind(out.replaced) : past.lineage;
  if (planted(Bug::lineage_of_the_write_alone) && past.kind == WriterPast::Kind::held) {
    lineage = {};
    for (const auto& [dot, sibling] : out.replaced) lineage.add_newest(dot, sibling.clock, 0);
  }
  const auto all_have = [&](const Dot& dot) { return settled(dot); };
  if (value && past.keep_base) value->bases = bases_of(out.replaced, lineage, all_have);
  out.lineage = wire::pack_thinned(std::move(lineage), batching_.lineage, all_have);
  if (planted(Bug::reply_covers_siblings)) out.seen = filled(mine.context);
  out.dot = Dot{actor(), ++counter_};
  KIN_REQUIRE(!clock_.has(out.dot), to_string(out.dot) + " was handed out before");
  out.seen.add(out.dot);
  mine.context.add(out.dot);
  learn(disk, out.dot, key);
  if (value) {
    const EntryClock named = past.kind == WriterPast::Kind::named ? past.clock : EntryClock{};
    value->clock = next_entry_clock(self_, named, out.replaced, mine.siblings);
    if (planted(Bug::entry_clock_alone)) value->clock = next_entry_clock(self_, {}, {}, mine.siblings);
    out.clock = value->clock;
    value->lineage = out.lineage;
    mine.siblings.emplace(out.dot, std::move(*value));
  } else {
    dot_map_.shadow(disk, out.dot, key);
  }
  store(disk, key, before, std::move(mine.siblings), mine.context, wall_us);
  return out;
}

// ------------------------------------------------------------------------------------------------ messages

tl::expected<void, std::string> CausalReplica::plausible(const NodeId& sender, const Message& message) const {
  if (!lives_.contains(sender) || sender == self_) return tl::unexpected("its sender is no other member: " + sender);
  const auto dots = [&](const DotSet& set) -> tl::expected<void, std::string> {
    if (may_name(set)) return {};
    return tl::unexpected(std::string("it names dots that nobody can have issued, or members of another cluster file"));
  };
  const auto clocks = [&](const Siblings& siblings) -> tl::expected<void, std::string> {
    DotSet own;
    for (const auto& [dot, sibling] : siblings) own.add(dot);
    return dots(own);
  };
  const auto entries = [&](const std::vector<EntryState>& states) -> tl::expected<void, std::string> {
    for (const EntryState& state : states) {
      if (state.key.find('\0') == std::string::npos) return tl::unexpected(std::string("a key without a bucket"));
      if (!state.dots.floors().empty()) return tl::unexpected(std::string("named dots with a floor"));
      // merge() goes through the named dots one by one, so their number must be one that a message can carry.
      if (state.dots.size() > wire::max_items) return tl::unexpected(std::string("too many named dots"));
      for (const auto* set : {&state.context, &state.dots}) {
        if (auto ok = dots(*set); !ok) return ok;
      }
      if (auto ok = clocks(state.siblings); !ok) return ok;
    }
    return {};
  };
  const auto report = [&](const Report& r) -> tl::expected<void, std::string> {
    for (const auto& [member, life] : r.lives) {
      if (!lives_.contains(member)) return tl::unexpected("it knows a member that this cluster file lacks: " + member);
    }
    if (!r.lives.contains(sender)) return tl::unexpected(std::string("a report without its own life"));
    return dots(r.clock);
  };
  struct Check {
    decltype(dots)& dots_;
    decltype(entries)& entries_;
    decltype(report)& report_;
    using Result = tl::expected<void, std::string>;

    Result operator()(const Push& m) const {
      return dots_(m.base).and_then([&] { return entries_(m.entries); });
    }
    Result operator()(const Ack& m) const { return dots_(m.dots); }
    Result operator()(const Gossip& m) const { return report_(m.report); }
    Result operator()(const Entries& m) const {
      return report_(m.report).and_then([&] { return dots_(m.voids); }).and_then([&] { return entries_(m.entries); });
    }
    Result operator()(const OfferCopy& m) const { return report_(m.report); }
    Result operator()(const Copy&) const { return {}; }
    Result operator()(const Page& m) const {
      Result ok = dots_(m.base).and_then([&] { return entries_(m.entries); });
      if (ok && m.start) ok = dots_(m.start->clock).and_then([&] { return dots_(m.start->voids); });
      return ok;
    }
    Result operator()(const Fetch&) const { return {}; }
    Result operator()(const Fetched& m) const {
      return dots_(m.base).and_then([&] { return entries_({m.entry}); });
    }
    Result operator()(const Refused&) const { return {}; }
  };
  return std::visit(Check{dots, entries, report}, message);
}

Outbox CausalReplica::receive(Overlay& disk, const NodeId& sender, Incarnation life, const Message& message,
                              std::uint64_t wall_us) {
  const Incarnation known = lives_.at(sender);
  if (life < known) {
    // Refusals are not answered by refusals.
    if (std::holds_alternative<Refused>(message)) return {};
    return {{sender, Refused{life, known}}};
  }
  hear_of_lives(disk, {{sender, life}});
  return std::visit([&](const auto& m) { return on(disk, sender, m, wall_us); }, message);
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
  if (changed) disk.put(records::lives, wire::encode(lives_));
}

void CausalReplica::remove_member(Overlay& disk, const NodeId& member) {
  hear_of_lives(disk, {{member, removed_for_ever}});
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Push& push, std::uint64_t wall_us) {
  DotSet settled;
  for (const EntryState& state : push.entries) {
    merge(disk, push.base, state, wall_us);
    settled.join(state.dots);
  }
  if (planted(Bug::base_joined)) clock_.join(push.base);
  return {{sender, Ack{std::move(settled)}}};
}

Outbox CausalReplica::on(Overlay&, const NodeId&, const Ack&, std::uint64_t) { return {}; }

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Fetch& fetch, std::uint64_t) {
  return {{sender, Fetched{fetch.id, base(), state_with_all_dots(disk, fetch.key)}}};
}

Outbox CausalReplica::on(Overlay& disk, const NodeId&, const Fetched& fetched, std::uint64_t wall_us) {
  merge(disk, fetched.base, fetched.entry, wall_us);
  if (planted(Bug::read_repair_ticks)) {
    const Dot dot{actor(), ++counter_};
    learn(disk, dot, fetched.entry.key);
    dot_map_.shadow(disk, dot, fetched.entry.key);
  }
  return {};
}

Outbox CausalReplica::on(Overlay& disk, const NodeId&, const Refused& refused, std::uint64_t) {
  // An answer to an earlier process of this node says nothing about this one.
  if (refused.yours == life_) hear_of_lives(disk, {{self_, refused.newer}});
  return {};
}

void CausalReplica::persist(Overlay& disk) {
  cache_.trim();
  if (planted(Bug::clock_not_written) && counter_ % 4 != 0) return;
  if (std::exchange(clock_changed_, false)) disk.put(records::clock, wire::encode(clock_));
  if (std::exchange(counts_changed_, false)) {
    disk.put(records::counts, wire::encode(Counts{keys_, dot_map_.held_records()}));
  }
  dot_map_.persist(disk);
}

// Whether prune() will come by this dot: through the clock, or through the ends of retired lives.
bool CausalReplica::can_be_pruned(const Dot& dot) const {
  auto end = ended_.find(dot.actor);
  return !clock_.retired(dot.actor) || (end != ended_.end() && dot.counter <= end->second);
}

void CausalReplica::check_invariants(const Overlay& disk) const {
  DotSet seen;
  disk.scan("d", records::behind("d"), [&](std::string_view record, std::string_view) {
    const Actor actor = records::actor_of_ended(record.substr(0, record.size() - 8));
    const Dot dot{actor, records::counter_of_dot(record)};
    KIN_REQUIRE(clock_.has(dot), "in the dot map and not in the clock: " + to_string(dot));
    KIN_REQUIRE(can_be_pruned(dot), "in the dot map, retired, and never to be pruned: " + to_string(dot));
    seen.add(dot);
    return true;
  });
  KIN_REQUIRE(seen.size() == dot_map_.held_records(),
              std::to_string(seen.size()) + " mapped dots, counted " + std::to_string(dot_map_.held_records()));
  for (const auto& [actor, counters] : dot_map_.voids().actors()) {
    KIN_REQUIRE(can_be_pruned({actor, counters.top()}),
                "a void that is never pruned: " + to_string(Dot{actor, counters.top()}));
  }
  std::uint64_t with_value = 0;
  disk.scan("e", records::behind("e"), [&](std::string_view record, std::string_view bytes) {
    const auto entry = decode_record<EntryRecord>(record, bytes);
    with_value += entry.siblings.empty() ? 0 : 1;
    KIN_REQUIRE(!entry.siblings.empty() || !entry.context.empty(), "an entry without value and context");
    for (const auto& [dot, sibling] : entry.siblings) {
      KIN_REQUIRE(clock_.has(dot), "a value whose dot is not in the clock: " + to_string(dot));
    }
    const std::string key(records::tail(record));
    const bool indexed = disk.get(records::unstripped(key)).has_value();
    KIN_REQUIRE(indexed == !entry.context.empty(), "the index of unstripped entries is wrong about " + key);
    const bool conflict = disk.get(records::conflict(key)).has_value();
    KIN_REQUIRE(conflict == (count_shown(entry.siblings) > 1), "the index of conflicts is wrong about " + key);
    return true;
  });
  KIN_REQUIRE(with_value == keys_, std::to_string(with_value) + " keys, counted " + std::to_string(keys_));
}

}  // namespace kin::causal
