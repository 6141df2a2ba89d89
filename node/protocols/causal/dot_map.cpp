#include "node/protocols/causal/dot_map.hpp"

#include <algorithm>
#include <vector>

#include "common/assert.hpp"
#include "common/wire/codec.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

// A record holds no more dots than that, so whoever looks for a dot knows where its record begins at the earliest.
constexpr std::uint64_t most_dots = 128;
// Keys may be long; a record with more than one dot does not grow beyond this.
constexpr std::size_t roomy_bytes = 16u << 10;

using KeyViews = std::vector<std::string_view>;  // into the bytes of a record

KeyViews keys_in(std::string_view record, std::string_view bytes) {
  auto keys = wire::decode<KeyViews>(bytes);
  KIN_REQUIRE(keys, "record " + std::string(record.substr(0, 1)) + ": " + keys.error().what);
  KIN_REQUIRE(!keys->empty() && keys->size() <= most_dots, std::to_string(keys->size()) + " dots in one record");
  return std::move(*keys);
}

std::uint64_t earliest_record(std::uint64_t counter) { return counter < most_dots ? 1 : counter - most_dots + 1; }

// The first `most` counters of the set.
CounterSet first_of(const CounterSet& counters, std::uint64_t most) {
  CounterSet out;
  for (const CounterSet::Run& run : counters.runs()) {
    if (most == 0) break;
    const std::uint64_t taken = std::min(most, run.last - run.first + 1);
    out.add_run({run.first, run.first + taken - 1});
    most -= taken;
  }
  return out;
}

using RecordVisitor = std::function<bool(std::string_view record, std::uint64_t first, const KeyViews& keys)>;

// The records that have some of the counters, each once and in order. The visitor returns false to stop.
void visit_records(const Overlay& disk, const Actor& actor, const CounterSet& counters, const RecordVisitor& visit) {
  // To go on over so many counters costs less than to look for a place anew. Not less than most_dots.
  constexpr std::uint64_t near = 1024;
  auto run = counters.runs().begin();
  const auto end = counters.runs().end();
  if (run == end) return;
  const std::string behind = records::dot({actor, counters.top() + 1});
  for (bool far = true; far;) {
    far = false;
    disk.scan(records::dot({actor, earliest_record(run->first)}), behind,
              [&](std::string_view record, std::string_view bytes) {
                const std::uint64_t first = records::counter_of_dot(record);
                while (run != end && run->last < first) ++run;
                if (run == end) return false;
                far = run->first > first + near;
                if (far) return false;
                const KeyViews keys = keys_in(record, bytes);
                return first + keys.size() <= run->first || visit(record, first, keys);
              });
  }
}

}  // namespace

DotMap::DotMap(const StoreView& store) {
  if (auto bytes = store.get(records::voids)) {
    auto voids = wire::decode<DotSet>(*bytes);
    KIN_REQUIRE(voids, "void dots on disk: " + voids.error().what);
    voids_ = std::move(*voids);
  }
  store.scan("d", records::behind("d"), [&](std::string_view record, std::string_view bytes) {
    const Dot first = records::dot_of(record);
    mapped_[first.actor].add_run({first.counter, first.counter + keys_in(record, bytes).size() - 1});
    return true;
  });
}

void DotMap::learn(const Dot& dot, std::string_view key) {
  mapped_[dot.actor].add(dot.counter);
  Keys& fresh = fresh_[dot.actor];
  fresh.emplace_hint(fresh.end(), dot.counter, key);  // mostly in order
}

void DotMap::learn(const NamedDots& dots) {
  for (const auto& [actor, rows] : dots.rows()) {
    Keys& fresh = fresh_[actor];
    for (const NamedDots::Row& row : rows) {
      for (std::uint64_t n = row.run.first; n <= row.run.last; ++n) fresh.emplace_hint(fresh.end(), n, row.key);
    }
  }
  const DotSet all = dots.dots();
  for (const auto& [actor, counters] : all.actors()) mapped_[actor].join(counters);
}

void DotMap::learn_voids(const DotSet& voids) {
  voids_.join(voids);
  voids_changed_ = true;
}

bool DotMap::holds(const Dot& dot) const {
  const auto found = mapped_.find(dot.actor);
  return found != mapped_.end() && found->second.has(dot.counter);
}

DotSet DotMap::held_of(const DotSet& dots) const {
  DotSet out;
  for (const auto& [actor, counters] : dots.actors()) out.add(actor, held_of(actor, counters));
  return out;
}

CounterSet DotMap::held_of(const Actor& actor, const CounterSet& counters) const {
  const auto found = mapped_.find(actor);
  return found == mapped_.end() ? CounterSet{} : counters.intersect(found->second);
}

void DotMap::keep_held(DotSet& dots) const {
  const auto has_all = [&](const auto& item) {
    const auto found = mapped_.find(item.first);
    return found != mapped_.end() && found->second.has_all(item.second);
  };
  const bool all = dots.floors().empty() && std::all_of(dots.actors().begin(), dots.actors().end(), has_all);
  if (!all) dots = held_of(dots);  // seldom
}

void DotMap::scan(const Overlay& disk, const Actor& actor, const CounterSet& counters, const Visitor& visit) const {
  const auto fresh = fresh_.find(actor);
  static const Keys none;
  const Keys& new_keys = fresh == fresh_.end() ? none : fresh->second;
  auto next_new = new_keys.lower_bound(counters.empty() ? max_counter : counters.runs().front().first);
  bool more = true;
  const auto visit_new_below = [&](std::uint64_t counter) {
    for (; more && next_new != new_keys.end() && next_new->first < counter; ++next_new) {
      if (counters.has(next_new->first)) more = visit(next_new->first, next_new->second);
    }
  };
  visit_records(disk, actor, counters, [&](std::string_view, std::uint64_t first, const KeyViews& keys) {
    for (std::size_t i = 0; more && i < keys.size(); ++i) {
      if (!counters.has(first + i)) continue;
      visit_new_below(first + i);
      more = more && visit(first + i, std::string(keys[i]));
    }
    return more;
  });
  visit_new_below(counters.top() + 1);
}

std::vector<Actor> DotMap::actors() const {
  std::vector<Actor> out;
  out.reserve(mapped_.size());
  for (const auto& [actor, counters] : mapped_) out.push_back(actor);
  if (voids_.empty()) return out;
  for (const auto& [actor, counters] : voids_.actors()) out.push_back(actor);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void DotMap::prune(Overlay& disk, const Actor& actor, const CounterSet& counters, std::size_t& budget) {
  const CounterSet voids = voids_.counters(actor).intersect(counters);
  if (!voids.empty()) {
    DotSet rest;
    for (const auto& [other, set] : voids_.actors()) rest.add(other, other == actor ? set.minus(voids) : set);
    voids_ = std::move(rest);
    voids_changed_ = true;
  }
  const auto mapped = mapped_.find(actor);
  if (mapped == mapped_.end() || budget == 0) return;
  const CounterSet gone = first_of(counters.intersect(mapped->second), budget);
  if (gone.empty()) return;
  budget -= gone.size();
  mapped->second = mapped->second.minus(gone);
  if (mapped->second.empty()) mapped_.erase(mapped);
  erase(disk, actor, gone);
}

void DotMap::erase(Overlay& disk, const Actor& actor, const CounterSet& gone) {
  if (const auto fresh = fresh_.find(actor); fresh != fresh_.end()) {
    std::erase_if(fresh->second, [&](const auto& item) { return gone.has(item.first); });
    if (fresh->second.empty()) fresh_.erase(fresh);
  }
  std::vector<std::string> shortened;
  Keys stay;  // of records that lose a part only
  visit_records(disk, actor, gone, [&](std::string_view record, std::uint64_t first, const KeyViews& keys) {
    shortened.emplace_back(record);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!gone.has(first + i)) stay.emplace(first + i, keys[i]);
    }
    return true;
  });
  for (const std::string& record : shortened) disk.erase(record);
  write(disk, actor, stay);
}

void DotMap::write(Overlay& disk, const Actor& actor, const Keys& keys) const {
  for (auto at = keys.begin(); at != keys.end();) {
    const std::uint64_t first = at->first;
    KeyViews row;
    std::size_t bytes = 0;
    for (; at != keys.end() && at->first == first + row.size() && row.size() < most_dots; ++at) {
      bytes += at->second.size();
      if (!row.empty() && bytes > roomy_bytes) break;
      row.push_back(at->second);
    }
    disk.put(records::dot({actor, first}), wire::encode(row));
  }
}

void DotMap::persist(Overlay& disk) {
  for (const auto& [actor, keys] : fresh_) write(disk, actor, keys);
  fresh_.clear();
  if (!std::exchange(voids_changed_, false)) return;
  if (voids_.empty()) {
    disk.erase(records::voids);
  } else {
    disk.put(records::voids, wire::encode(voids_));
  }
}

std::uint64_t DotMap::held() const {
  std::uint64_t out = voids_.size();
  for (const auto& [actor, counters] : mapped_) out += counters.size();
  return out;
}

void DotMap::check_invariants(const Overlay& disk) const {
  const DotMap read(disk);
  KIN_REQUIRE(fresh_.empty(), std::to_string(fresh_.size()) + " actors with dots that no turn has written");
  KIN_REQUIRE(read.mapped_ == mapped_,
              std::to_string(read.held()) + " dots in the map, known " + std::to_string(held()));
}

}  // namespace kin::causal
