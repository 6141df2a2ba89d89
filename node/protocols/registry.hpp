// The tiers. One row a tier is all that the runtime, the simulator and the driver know of it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "node/protocols/protocol.hpp"

namespace kin {

// What a tier promises; chooses the checker for its histories.
enum class Guarantee { causal, linearizable };

struct ProtocolEntry {
  std::string_view name;    // as a bucket's `tier:` spells it
  std::uint32_t number;     // on the wire between members; never reused
  std::string_view prefix;  // of all its keys on disk; never reused
  Guarantee guarantee;
  // Requests without a bucket that belong to this tier.
  bool (*owns)(wire::Kind kind);
  std::unique_ptr<Protocol> (*make)(const Environment& environment);
};

std::span<const ProtocolEntry> protocols();

// nullptr for a name that no tier has.
const ProtocolEntry* find_protocol(std::string_view name);

}  // namespace kin
