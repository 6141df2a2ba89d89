// What a client writes here.
#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

Written CausalReplica::write(Overlay& disk, const std::string& key, std::optional<Sibling> value,
                             const WriterPast& past, std::uint64_t wall_us) {
  Entry mine = taken(disk, key);
  const Was was(mine);
  add_past_of_copy(mine.context, key);
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
  const auto all_have = [&](const Dot& dot) { return settled(dot); };
  const bool replaces_all = past.kind == WriterPast::Kind::held;
  if (replaces_all && !past.keep_base && !planted(Bug::lineage_of_the_write_alone)) {
    out.lineage = pack_behind(out.replaced, batching_.lineage, all_have);
  } else {
    Lineage lineage = replaces_all ? behind(out.replaced) : past.lineage;
    if (planted(Bug::lineage_of_the_write_alone) && replaces_all) {
      lineage = {};
      for (const auto& [dot, sibling] : out.replaced) lineage.add_newest(dot, sibling.clock, 0);
    }
    if (value && past.keep_base) value->bases = bases_of(out.replaced, lineage, all_have);
    out.lineage = wire::pack_thinned(std::move(lineage), batching_.lineage, all_have);
  }
  if (planted(Bug::reply_covers_siblings)) out.seen = filled(mine.context);
  out.dot = Dot{actor(), ++counter_};
  KIN_REQUIRE(!clock_.has(out.dot), to_string(out.dot) + " was handed out before");
  out.seen.add(out.dot);
  mine.context.add(out.dot);
  learn(out.dot, key);
  if (value) {
    const EntryClock named = past.kind == WriterPast::Kind::named ? past.clock : EntryClock{};
    value->clock = next_entry_clock(self_, named, out.replaced, mine.siblings);
    if (planted(Bug::entry_clock_alone)) value->clock = next_entry_clock(self_, {}, {}, mine.siblings);
    out.clock = value->clock;
    value->lineage = out.lineage;
    mine.siblings.emplace(out.dot, std::move(*value));
  } else {
    mine.shadowed.add(out.dot);
  }
  out.now = &keep(disk, key, std::move(mine), was, wall_us).siblings;
  return out;
}

}  // namespace kin::causal
