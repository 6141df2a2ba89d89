#include "node/protocols/registry.hpp"

#include <array>

#include "node/protocols/atomic/atomic.hpp"
#include "node/protocols/causal/causal.hpp"

namespace kin {
namespace {

template <class P>
std::unique_ptr<Protocol> make(const Environment& environment) {
  return std::make_unique<P>(environment);
}

bool owns_nothing(wire::Kind) { return false; }

constexpr std::array rows{
    ProtocolEntry{"causal", 1, "c/", Guarantee::causal, owns_nothing, make<causal::CausalProtocol>},
    ProtocolEntry{"atomic", 2, "a/", Guarantee::linearizable, atomic::owns, make<atomic::AtomicProtocol>},
};

}  // namespace

std::span<const ProtocolEntry> protocols() { return rows; }

const ProtocolEntry* find_protocol(std::string_view name) {
  for (const ProtocolEntry& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace kin
