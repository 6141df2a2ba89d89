#include "node/protocols/causal/dot_map.hpp"

#include "common/assert.hpp"
#include "common/wire/codec.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {

DotMap::DotMap(const StoreView& store, std::uint64_t held) : held_(held) {
  if (auto bytes = store.get(records::voids)) {
    auto voids = wire::decode<DotSet>(*bytes);
    KIN_REQUIRE(voids, "void dots on disk: " + voids.error().what);
    voids_ = std::move(*voids);
  }
}

void DotMap::learn(Overlay& disk, const Dot& dot, std::string_view key) {
  disk.put(records::dot(dot), std::string(key));
  learnt_here_.add(dot);
  ++held_;
}

void DotMap::learn_voids(const DotSet& voids) {
  voids_.join(voids);
  voids_changed_ = true;
}

void DotMap::shadow(Overlay& disk, const Dot& dot, std::string_view key) {
  disk.put(records::shadowed(key, dot), "");
  if (const std::string end = records::shadowed_end(key); !disk.get(end)) disk.put(end, "");
}

bool DotMap::holds(const Overlay& disk, const Dot& dot) const {
  if (pruned_.has(dot)) return false;
  return learnt_here_.has(dot) || disk.get(records::dot(dot)).has_value();
}

DotSet DotMap::shadowed(const Overlay& disk, std::string_view key) const {
  DotSet out;
  const std::string end = records::shadowed_end(key);
  if (!disk.get(end)) return out;
  disk.scan(records::shadowed_prefix(key), end, [&](std::string_view record, std::string_view) {
    out.add(records::dot_of_shadowed(record));
    return true;
  });
  return out;
}

void DotMap::scan(const Overlay& disk, const Actor& actor, CounterSet::Run run, const Visitor& visit) const {
  disk.scan(records::dot({actor, run.first}), records::dot({actor, run.last + 1}),
            [&](std::string_view record, std::string_view key) {
              return visit(records::counter_of_dot(record), std::string(key));
            });
}

void DotMap::prune(Overlay& disk, const Actor& actor, const CounterSet& counters, std::size_t& budget) {
  const CounterSet voids = voids_.counters(actor).intersect(counters);
  if (!voids.empty()) {
    DotSet rest;
    for (const auto& [other, set] : voids_.actors()) rest.add(other, other == actor ? set.minus(voids) : set);
    voids_ = std::move(rest);
    voids_changed_ = true;
  }
  const CounterSet candidates = counters.minus(pruned_.counters(actor));
  std::set<std::string> shortened;
  for (const CounterSet::Run& run : candidates.runs()) {
    if (budget == 0) break;
    std::vector<std::pair<Dot, std::string>> gone;
    CounterSet::Run done = run;
    scan(disk, actor, run, [&](std::uint64_t counter, const std::string& key) {
      gone.emplace_back(Dot{actor, counter}, key);
      done.last = gone.size() == budget ? counter : run.last;
      return gone.size() < budget;
    });
    for (const auto& [dot, key] : gone) {
      disk.erase(records::dot(dot));
      const std::string shadowed = records::shadowed(key, dot);
      if (!disk.get(shadowed)) continue;  // to erase what is not there would leave a record that says so
      disk.erase(shadowed);
      shortened.insert(key);
    }
    KIN_REQUIRE(held_ >= gone.size(), std::to_string(held_) + " held, " + std::to_string(gone.size()) + " pruned");
    held_ -= gone.size();
    budget -= gone.size();
    pruned_.add(actor, CounterSet::of(done.first, done.last));
  }
  end_lists(disk, shortened);
}

// Takes away the ends of those lists that are empty now.
void DotMap::end_lists(Overlay& disk, const std::set<std::string>& keys) const {
  for (const std::string& key : keys) {
    const std::string end = records::shadowed_end(key);
    bool empty = true;
    disk.scan(records::shadowed_prefix(key), end, [&](std::string_view, std::string_view) { return empty = false; });
    if (empty) disk.erase(end);
  }
}

void DotMap::persist(Overlay& disk) {
  if (!std::exchange(voids_changed_, false)) return;
  if (voids_.empty()) {
    disk.erase(records::voids);
  } else {
    disk.put(records::voids, wire::encode(voids_));
  }
}

}  // namespace kin::causal
