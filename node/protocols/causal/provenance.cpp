#include "node/protocols/causal/provenance.hpp"

#include <algorithm>

#include "node/protocols/causal/conflict_record.hpp"

namespace kin::causal {
namespace {

constexpr std::size_t values_apart = 4;  // that a context names one by one
constexpr std::size_t most_writers = 16;

bool never(const Dot&) { return false; }

}  // namespace

ConflictRecord next_conflict(const ConflictRecord& last, const Siblings& before, const Siblings& now,
                             std::uint64_t wall_us) {
  ConflictRecord out{static_cast<std::uint32_t>(count_shown(now)), last.since_us == 0 ? wall_us : last.since_us, {}};
  for (const auto& [dot, sibling] : now) {
    const auto known = last.arrived_us.find(dot);
    if (known != last.arrived_us.end()) {
      out.arrived_us.insert(*known);
    } else if (!before.contains(dot)) {
      out.arrived_us.emplace(dot, wall_us);
    }
  }
  return out;
}

Lineage seen_by(const Sibling& sibling) {
  auto lineage = wire::unpack_lineage(sibling.lineage);
  return lineage ? std::move(*lineage) : Lineage::of({}, Spans{{}, true});
}

Lineage behind(const Siblings& siblings) {
  Lineage out;
  for (const auto& [dot, sibling] : siblings) {
    Lineage one = seen_by(sibling);
    one.add_newest(dot, sibling.clock, operation_tag(sibling.operation));
    out.join(one);
  }
  return out;
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

tl::expected<Lineage, std::string> lineage_of(const wire::ContextToken& token) {
  const auto sound = [](std::string_view packed) -> tl::expected<Lineage, std::string> {
    auto lineage = wire::unpack_lineage(packed);
    if (!lineage)
      return tl::unexpected("this context says in no way that is known what was seen: " + lineage.error().what);
    return std::move(*lineage);
  };
  auto out = sound(token.lineage);
  for (const wire::SeenValue& value : token.seen) {
    if (!out) return out;
    auto one = sound(value.lineage);
    if (!one) return one;
    one->add_newest(value.dot, value.clock, value.tag);
    out->join(*one);
  }
  return out;
}

wire::ShownSibling to_shown(const Dot& dot, const Sibling& s) {
  return {s.value, s.clock, dot, s.client, s.written_us, s.operation, s.content_type, s.meta};
}

std::vector<wire::ShownSibling> to_shown(const Siblings& siblings) {
  std::vector<wire::ShownSibling> out;
  for (const Siblings::value_type* item : shown(siblings)) out.push_back(to_shown(item->first, item->second));
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
