#include "node/protocols/causal/provenance.hpp"

#include <algorithm>

#include "common/wire/lineage_row.hpp"
#include "node/protocols/causal/conflict_record.hpp"

namespace kin::causal {
namespace {

constexpr std::size_t values_apart = 4;  // that a context names one by one
constexpr std::size_t most_writers = 16;
constexpr std::size_t most_bases = 4;

bool never(const Dot&) { return false; }

}  // namespace

ConflictRecord next_conflict(const ConflictRecord& last, const std::vector<Dot>& before, const Siblings& now,
                             std::uint64_t wall_us) {
  ConflictRecord out{static_cast<std::uint32_t>(count_shown(now)), last.since_us == 0 ? wall_us : last.since_us, {}};
  out.arrived_us.reserve(now.size());
  auto known = last.arrived_us.begin();  // in order, as the values are
  for (const auto& [dot, sibling] : now) {
    while (known != last.arrived_us.end() && known->first < dot) ++known;
    if (known != last.arrived_us.end() && known->first == dot) {
      out.arrived_us.emplace_hint(out.arrived_us.end(), *known);
    } else if (std::find(before.begin(), before.end(), dot) == before.end()) {
      out.arrived_us.emplace_hint(out.arrived_us.end(), dot, wall_us);
    }
  }
  return out;
}

Lineage seen_by(const Sibling& sibling) {
  auto lineage = wire::unpack_lineage(sibling.lineage);
  return lineage ? std::move(*lineage) : Lineage::of({}, Spans{{}, true});
}

Lineage behind(const Siblings& siblings) {
  JoinedLineage out;
  for (const auto& [dot, sibling] : siblings) {
    Lineage one = seen_by(sibling);
    one.add_newest(dot, sibling.clock, operation_tag(sibling.operation));
    out.add(std::move(one));
  }
  return std::move(out).take();
}

std::string pack_behind(const Siblings& siblings, const LineageBounds& bounds,
                        const std::function<bool(const Dot&)>& settled) {
  if (siblings.size() == 1) {
    const auto& [dot, value] = *siblings.begin();
    auto packed =
        wire::pack_next_in_row(value.lineage, dot, value.clock, operation_tag(value.operation), bounds, settled);
    if (packed) return std::move(*packed);
  }
  return wire::pack_thinned(behind(siblings), bounds, settled);
}

void show(wire::ContextToken& token, const Siblings& siblings, const LineageBounds& bounds) {
  if (siblings.size() > values_apart) {
    token.lineage = wire::pack_thinned(behind(siblings), bounds, never);
    return;
  }
  for (const auto& [dot, sibling] : siblings) {
    token.seen.push_back({dot, sibling.clock, operation_tag(sibling.operation), sibling.lineage});
  }
}

wire::ShownSibling to_shown(const Dot& dot, const Sibling& s) {
  return {s.value, s.clock, dot, s.client, s.written_us, s.operation, s.content_type, s.meta};
}

std::vector<wire::ShownSibling> to_shown(const Siblings& siblings) {
  std::vector<wire::ShownSibling> out;
  for (const Siblings::value_type* item : shown(siblings)) out.push_back(to_shown(item->first, item->second));
  return out;
}

std::map<Dot, std::string> bases_of(const Siblings& replaced, const Lineage& lineage,
                                    const std::function<bool(const Dot&)>& settled) {
  std::map<Dot, const std::string*> values;
  for (const auto& [dot, sibling] : replaced) {
    values.emplace(dot, &sibling.value);
    for (const auto& [base, value] : sibling.bases) values.emplace(base, &value);
  }
  std::vector<Dot> all_have, others;  // newest first
  const std::vector<Version>& versions = lineage.versions();
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (!values.contains(version->dot)) continue;
    const bool before = std::any_of(all_have.begin(), all_have.end(),
                                    [&](const Dot& newer) { return lineage.saw(newer, version->dot); });
    if (before) continue;
    (settled(version->dot) ? all_have : others).push_back(version->dot);
  }
  // Of a long row that only some have its ends: the oldest is the likeliest that others have too, then the newest.
  if (others.size() > 1) std::rotate(others.rbegin(), others.rbegin() + 1, others.rend());
  all_have.insert(all_have.end(), others.begin(), others.end());
  if (all_have.size() > most_bases) all_have.resize(most_bases);
  std::map<Dot, std::string> out;
  for (const Dot& dot : all_have) out.emplace(dot, *values.at(dot));
  return out;
}

std::vector<std::string> writers_of(const Siblings& siblings) {
  std::vector<std::string> out;
  for (const Siblings::value_type* item : shown(siblings)) {
    const std::string& client = item->second.client;
    if (out.size() < most_writers && std::find(out.begin(), out.end(), client) == out.end()) out.push_back(client);
  }
  return out;
}

}  // namespace kin::causal
