#include "node/protocols/causal/shadow_pages.hpp"

#include <string>
#include <utility>
#include <vector>

#include "common/assert.hpp"
#include "common/wire/codec.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

DotSet page_of(const StoreView& store, std::string_view key, std::uint64_t number) {
  const auto bytes = store.get(records::shadow_page(key, number));
  KIN_REQUIRE(bytes, "no page " + std::to_string(number) + " of shadowed dots of " + std::string(key));
  auto page = wire::decode<DotSet>(*bytes);
  KIN_REQUIRE(page, "page " + std::to_string(number) + " of shadowed dots: " + page.error().what);
  return std::move(*page);
}

// The same dots, in sets of at most so many runs.
std::vector<DotSet> in_pages(const DotSet& dots, std::size_t most_runs) {
  std::vector<DotSet> out(1);
  std::size_t room = most_runs;
  for (const auto& [actor, counters] : dots.actors()) {
    CounterSet some;
    for (const CounterSet::Run& run : counters.runs()) {
      if (room == 0) {
        out.back().add(actor, std::exchange(some, {}));
        out.emplace_back();
        room = most_runs;
      }
      some.add_run(run);
      --room;
    }
    out.back().add(actor, some);
  }
  return out;
}

// Neighbours first: to join a long row one by one would be to copy what is joined again for each.
DotSet joined(std::vector<DotSet> sets) {
  for (std::size_t apart = 1; apart < sets.size(); apart *= 2) {
    for (std::size_t at = 0; at + apart < sets.size(); at += 2 * apart) sets[at].join(sets[at + apart]);
  }
  return std::move(sets.front());
}

}  // namespace

DotSet all_shadowed(const StoreView& store, std::string_view key, const Entry& entry) {
  std::vector<DotSet> sets;
  for (std::uint64_t n = entry.pages.first; n != entry.pages.behind; ++n) sets.push_back(page_of(store, key, n));
  sets.push_back(entry.shadowed);
  return joined(std::move(sets));
}

void page_out(Overlay& disk, std::string_view key, Entry& entry, const DotMap& dot_map, const ShadowBounds& bounds) {
  if (entry.shadowed.runs() <= bounds.in_entry) return;
  DotSet newest = std::exchange(entry.shadowed, {});
  if (!entry.pages.empty()) {
    DotSet last = page_of(disk, key, entry.pages.behind - 1);
    if (last.runs() < bounds.in_page) {
      dot_map.keep_held(last);
      newest.join(last);
      --entry.pages.behind;
    }
  }
  for (const DotSet& page : in_pages(newest, bounds.in_page)) {
    disk.put(records::shadow_page(key, entry.pages.behind++), wire::encode(page));
  }
}

void drop_forgotten_pages(Overlay& disk, std::string_view key, Entry& entry, const DotMap& dot_map, std::size_t most) {
  for (std::size_t n = 0; n < most && !entry.pages.empty(); ++n) {
    if (!dot_map.held_of(page_of(disk, key, entry.pages.first)).empty()) break;
    disk.erase(records::shadow_page(key, entry.pages.first++));
  }
  if (entry.pages.empty()) entry.pages = {};
}

}  // namespace kin::causal
