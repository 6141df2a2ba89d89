#include "node/runtime/incarnation.hpp"

#include <algorithm>
#include <limits>

#include "common/planted.hpp"
#include "common/wire/codec.hpp"

namespace kin {
namespace {

constexpr std::uint64_t random_span_ns = 1u << 20;  // about a millisecond: nobody mistakes it for another time
constexpr std::uint64_t latest_birth = std::numeric_limits<std::uint64_t>::max() / 2;
constexpr std::uint32_t last_ordinal = std::numeric_limits<std::uint32_t>::max() - 1;

}  // namespace

tl::expected<Incarnation, StorageError> next_incarnation(const StoreView& store, std::uint32_t last_traced_ordinal,
                                                         std::uint64_t wall_ns, Rng& rng) {
  std::optional<std::string> bytes;
  try {
    bytes = store.get(std::string(runtime_prefix).append(incarnation_key));
  } catch (const StorageFailure& failure) {
    return tl::unexpected(failure.error);
  }
  Incarnation before = never_heard;
  if (bytes) {
    auto stored = wire::decode<Incarnation>(*bytes);
    if (!stored || stored->born > latest_birth || stored->ordinal >= last_ordinal) {
      return tl::unexpected(StorageError{true, "the record of the last incarnation holds no incarnation"});
    }
    before = *stored;
    if (planted(Bug::incarnation_kept)) return before;
  }
  if (planted(Bug::incarnation_from_disk_only)) wall_ns = 0;
  return Incarnation{std::max(before.born + 1, wall_ns) + rng.below(random_span_ns),
                     std::max(before.ordinal, std::min(last_traced_ordinal, last_ordinal - 1)) + 1};
}

std::string print_incarnation(const Incarnation& life) { return wire::encode(life); }

}  // namespace kin
