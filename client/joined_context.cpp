#include "client/joined_context.hpp"

#include "common/wire/context_token.hpp"
#include "common/wire/lineage_codec.hpp"

namespace kin {

tl::expected<std::string, std::string> joined_context(const std::string& a, const std::string& b) {
  if (a == b) return a;
  auto both = wire::parse_context(a);
  if (!both) return tl::unexpected(both.error());
  const auto other = wire::parse_context(b);
  if (!other) return tl::unexpected(other.error());
  if (both->bucket != other->bucket || both->key_hash != other->key_hash) {
    return tl::unexpected(std::string("these contexts are of two keys"));
  }
  Lineage lineage = wire::lineage_of(*both).lineage;
  lineage.join(wire::lineage_of(*other).lineage);
  both->dots.join(other->dots);
  both->clock.join(other->clock);
  both->seen.clear();
  both->lineage = wire::pack_thinned(std::move(lineage), LineageBounds{}, [](const Dot&) { return false; });
  return wire::print_context(*both);
}

}  // namespace kin
