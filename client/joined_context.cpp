#include "client/joined_context.hpp"

#include "common/wire/context_token.hpp"
#include "common/wire/lineage_codec.hpp"

namespace kin {
namespace {

Lineage lineage_of(const wire::ContextToken& token) {
  const auto sound = [](const std::string& packed) {
    auto lineage = wire::unpack_lineage(packed);
    return lineage ? std::move(*lineage) : Lineage::of({}, Spans{{}, true});
  };
  JoinedLineage out(sound(token.lineage));
  for (const wire::SeenValue& value : token.seen) {
    Lineage one = sound(value.lineage);
    one.add_newest(value.dot, value.clock, value.tag);
    out.add(std::move(one));
  }
  return std::move(out).take();
}

}  // namespace

tl::expected<std::string, std::string> joined_context(const std::string& a, const std::string& b) {
  if (a == b) return a;
  auto both = wire::parse_context(a);
  if (!both) return tl::unexpected(both.error());
  const auto other = wire::parse_context(b);
  if (!other) return tl::unexpected(other.error());
  if (both->bucket != other->bucket || both->key_hash != other->key_hash) {
    return tl::unexpected(std::string("these contexts are of two keys"));
  }
  Lineage lineage = lineage_of(*both);
  lineage.join(lineage_of(*other));
  both->dots.join(other->dots);
  both->clock.join(other->clock);
  both->seen.clear();
  both->lineage = wire::pack_thinned(std::move(lineage), LineageBounds{}, [](const Dot&) { return false; });
  return wire::print_context(*both);
}

}  // namespace kin
