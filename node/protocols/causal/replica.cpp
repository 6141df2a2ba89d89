#include "node/protocols/causal/replica.hpp"

#include <algorithm>
#include <iterator>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

struct Counts {
  std::uint64_t keys = 0;

  template <class V>
  void fields(V& v) {
    v(keys);
  }
};

constexpr std::size_t most_brought_at_once = 64;  // values may be long

template <class T>
T decode_record(std::string_view record, std::string_view bytes) {
  auto value = wire::decode<T>(bytes);
  // LevelDB checked the checksum, so these bytes are what was written: a record that does not parse is our own fault.
  KIN_REQUIRE(value, "record " + std::string(record.substr(0, 1)) + ": " + value.error().what);
  return std::move(*value);
}

template <class T>
T load(const StoreView& store, std::string_view record) {
  auto bytes = store.get(record);
  return bytes ? decode_record<T>(record, *bytes) : T{};
}

}  // namespace

std::vector<Dot> value_dots(const Siblings& siblings) {
  std::vector<Dot> out;
  out.reserve(siblings.size());
  for (const auto& [dot, sibling] : siblings) out.push_back(dot);
  return out;
}

bool has_exactly(const Siblings& siblings, const std::vector<Dot>& dots) {
  return std::ranges::equal(siblings, dots, [](const auto& one, const Dot& dot) { return one.first == dot; });
}

CausalReplica::CausalReplica(NodeId self, Incarnation life, const std::vector<NodeId>& members, const Overlay& store,
                             Batching batching)
    : self_(std::move(self)),
      life_(life),
      batching_(batching),
      lives_(load<Lives>(store, records::lives)),
      clock_(load<DotSet>(store, records::clock)),
      keys_(load<Counts>(store, records::counts).keys),
      dot_map_(store),
      cache_(batching.cache_bytes) {
  for (const NodeId& member : members) lives_.try_emplace(member, never_heard);
  list_peers();
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

void CausalReplica::list_peers() {
  peers_ = members();
  std::erase(peers_, self_);
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
  return cache_.put(key, load<Entry>(disk, records::entry(key)));
}

Entry CausalReplica::taken(const Overlay& disk, const std::string& key) const {
  auto kept = cache_.take(key);
  return kept ? std::move(*kept) : load<Entry>(disk, records::entry(key));
}

// I2: a key that a running copy has passed has seen all of the copy's clock, also what neither side held. Else a late
// push of a dead value could enter between its page and the end of the copy.
void CausalReplica::add_past_of_copy(DotSet& context, std::string_view key) const {
  if (copying_ && copying_->start && key <= copying_->after) context.join(copying_->start->clock);
}

EntryView CausalReplica::read(const Overlay& disk, std::string_view key) const {
  const Entry& entry = stored(disk, key);
  EntryView out{entry.siblings, entry.context};
  add_past_of_copy(out.context, key);
  return out;
}

void CausalReplica::bring(const Overlay& disk, std::span<const std::string_view> keys) const {
  std::vector<std::string_view> unknown;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(unknown),
               [&](std::string_view key) { return cache_.find(key) == nullptr; });
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  for (std::span<const std::string_view> left = unknown; !left.empty();) {
    const auto some = left.first(std::min(left.size(), most_brought_at_once));
    left = left.subspan(some.size());
    std::vector<std::string> names;
    names.reserve(some.size());
    for (const std::string_view key : some) names.push_back(records::entry(key));
    const auto found = disk.get_all(names);
    for (std::size_t i = 0; i < some.size(); ++i) {
      cache_.put(some[i], found[i] ? decode_record<Entry>(names[i], *found[i]) : Entry{});
    }
  }
}

const std::string* CausalReplica::kept_answer(const HashedView& key) const {
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

DotSet CausalReplica::dots_of(const Overlay& disk, std::string_view key) const {
  const Entry& entry = stored(disk, key);
  DotSet dots = all_shadowed(disk, key, entry);
  for (const auto& [dot, sibling] : entry.siblings) dots.add(dot);
  return dot_map_.held_of(dots);
}

EntryState CausalReplica::state_with_all_dots(const Overlay& disk, const std::string& key) const {
  EntryView entry = read(disk, key);
  return {key, entry.siblings, std::move(entry.context), dots_of(disk, key)};
}

CausalReplica::Was::Was(const Entry& entry)
    : dots(value_dots(entry.siblings)),
      shown(count_shown(entry.siblings)),
      context(entry.context),
      shadowed(entry.shadowed.size()),
      pages(entry.pages),
      untidy(entry.untidy()),
      empty(entry.empty()) {}

const Entry& CausalReplica::keep(Overlay& disk, const std::string& key, Entry&& entry, const Was& was,
                                 std::uint64_t wall_us) {
  const Siblings& siblings = entry.siblings;
  entry.context = entry.context.beyond(clock_);
  if (planted(Bug::delete_forgotten_early) && siblings.empty()) entry.context = {};
  for (const Dot& dot : was.dots) {
    if (!siblings.contains(dot) && dot_map_.holds(dot)) entry.shadowed.add(dot);
  }
  const bool shadows_more = entry.shadowed.size() > was.shadowed;
  dot_map_.keep_held(entry.shadowed);
  // What another member repeats costs no write: a dot is one value for ever.
  if (!shadows_more && entry.pages == was.pages && entry.empty() == was.empty && entry.context == was.context &&
      has_exactly(siblings, was.dots)) {
    return cache_.put(key, std::move(entry));
  }
  page_out(disk, key, entry, dot_map_, batching_.shadows);
  if (was.dots.empty() != siblings.empty()) {
    keys_ = was.dots.empty() ? keys_ + 1 : keys_ - 1;
    counts_changed_ = true;
  }
  news_.note_conflict(key, was.shown, siblings);
  if (count_shown(siblings) > 1) {
    const std::string record = records::conflict(key);
    const auto index = load<ConflictRecord>(disk, record);
    disk.put(record, wire::encode(next_conflict(index, was.dots, siblings, wall_us)));
  } else if (was.shown > 1) {
    disk.erase(records::conflict(key));
  }
  if (was.untidy != entry.untidy()) {
    entry.untidy() ? disk.put(records::untidy(key), "") : disk.erase(records::untidy(key));
  }
  if (entry.empty()) {
    disk.erase(records::entry(key));  // a deleted key: no trace, the clock remembers for it
  } else {
    std::size_t bytes = wire::usual_bytes;
    for (const auto& [dot, sibling] : siblings) bytes += sibling.value.size() + sibling.lineage.size();
    disk.put(records::entry(key), wire::encode(entry, bytes));
  }
  return cache_.put(key, std::move(entry));
}

void CausalReplica::learn(const Dot& dot, const std::string& key) {
  clock_.add(dot);
  clock_changed_ = true;
  dot_map_.learn(dot, key);
}

void CausalReplica::persist(Overlay& disk) {
  cache_.trim();
  if (planted(Bug::clock_not_written) && counter_ % 4 != 0) return;
  if (std::exchange(clock_changed_, false)) disk.put(records::clock, wire::encode(clock_));
  if (std::exchange(counts_changed_, false)) disk.put(records::counts, wire::encode(Counts{keys_}));
  dot_map_.persist(disk);
}

// Whether prune() will come by this dot: through the clock, or through the ends of retired lives.
bool CausalReplica::can_be_pruned(const Dot& dot) const {
  auto end = ended_.find(dot.actor);
  return !clock_.retired(dot.actor) || (end != ended_.end() && dot.counter <= end->second);
}

void CausalReplica::check_invariants(const Overlay& disk) const {
  dot_map_.check_invariants(disk);
  DotSet mapped;
  std::map<std::string, DotSet> mapped_by_key;
  disk.scan("d", records::behind("d"), [&](std::string_view record, std::string_view) {
    const Actor actor = records::dot_of(record).actor;
    if (mapped.top(actor) > 0) return true;
    dot_map_.scan(disk, actor, CounterSet::up_to(max_counter), [&](std::uint64_t counter, const std::string& key) {
      const Dot dot{actor, counter};
      KIN_REQUIRE(clock_.has(dot), "in the dot map and not in the clock: " + to_string(dot));
      KIN_REQUIRE(can_be_pruned(dot), "in the dot map, retired, and never to be pruned: " + to_string(dot));
      mapped.add(dot);
      mapped_by_key[key].add(dot);
      return true;
    });
    return true;
  });
  for (const auto& [actor, counters] : dot_map_.voids().actors()) {
    KIN_REQUIRE(can_be_pruned({actor, counters.top()}),
                "a void that is never pruned: " + to_string(Dot{actor, counters.top()}));
  }
  std::uint64_t with_value = 0;
  std::uint64_t pages = 0;
  disk.scan("e", records::behind("e"), [&](std::string_view record, std::string_view bytes) {
    const auto entry = decode_record<Entry>(record, bytes);
    with_value += entry.siblings.empty() ? 0 : 1;
    const std::string key(records::tail(record));
    KIN_REQUIRE(!entry.empty(), "an entry that holds nothing: " + key);
    DotSet dots = all_shadowed(disk, key, entry);
    pages += entry.pages.behind - entry.pages.first;
    for (const auto& [dot, sibling] : entry.siblings) {
      KIN_REQUIRE(clock_.has(dot), "a value whose dot is not in the clock: " + to_string(dot));
      KIN_REQUIRE(!dots.has(dot), "a value whose dot is shadowed: " + to_string(dot));
      dots.add(dot);
    }
    if (const auto named = mapped_by_key.find(key); named != mapped_by_key.end()) {
      KIN_REQUIRE(dot_map_.held_of(dots) == named->second,
                  "other dots are mapped to the key than its entry has: " + key);
      mapped_by_key.erase(named);
    }
    const bool indexed = disk.get(records::untidy(key)).has_value();
    KIN_REQUIRE(indexed == entry.untidy(), "the index of untidy entries is wrong about " + key);
    const bool conflict = disk.get(records::conflict(key)).has_value();
    KIN_REQUIRE(conflict == (count_shown(entry.siblings) > 1), "the index of conflicts is wrong about " + key);
    return true;
  });
  std::uint64_t stored_pages = 0;
  disk.scan("o", records::behind("o"), [&](std::string_view, std::string_view) { return ++stored_pages > 0; });
  KIN_REQUIRE(stored_pages == pages,
              std::to_string(stored_pages) + " pages of shadowed dots on disk, entries name " + std::to_string(pages));
  KIN_REQUIRE(mapped_by_key.empty(), "dots are mapped to a key without an entry: " + mapped_by_key.begin()->first);
  KIN_REQUIRE(with_value == keys_, std::to_string(with_value) + " keys, counted " + std::to_string(keys_));
}

}  // namespace kin::causal
