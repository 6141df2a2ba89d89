#include "common/wire/context_token.hpp"

#include "common/wire/armour.hpp"
#include "common/wire/lineage_codec.hpp"

namespace kin::wire {
namespace {

constexpr std::string_view version_mark = "k1.";

}  // namespace

SeenLineage lineage_of(const ContextToken& token) {
  std::optional<Malformed> unreadable;
  const auto unpacked = [&](std::string_view packed) {
    auto lineage = unpack_lineage(packed);
    if (lineage) return std::move(*lineage);
    if (!unreadable) unreadable = lineage.error();
    return Lineage::of({}, Spans{{}, true});
  };
  JoinedLineage out(unpacked(token.lineage));
  for (const SeenValue& value : token.seen) {
    Lineage one = unpacked(value.lineage);
    one.add_newest(value.dot, value.clock, value.tag);
    out.add(std::move(one));
  }
  return {std::move(out).take(), std::move(unreadable)};
}

std::string key_hash(std::string_view bucket, std::string_view key) {
  std::string both(bucket);
  both += '\0';
  both += key;
  return short_hash(both, 8);
}

std::string print_context(const ContextToken& token) { return print_armoured(version_mark, encode(token)); }

tl::expected<ContextToken, std::string> parse_context(std::string_view text) {
  const auto refusal = [](const std::string& why) {
    return "this is not a context: " + why + ". Take it whole from the \"context\" of a read or a write";
  };
  return parse_armoured_as<ContextToken>(version_mark, text).map_error(refusal);
}

}  // namespace kin::wire
