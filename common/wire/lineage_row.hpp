// The lineage of a write that replaced one value, from that value's packed lineage to its own. Mostly the versions of a
// lineage stand in a row, each having seen the one before it, and the oldest ones go where the newest comes: then no
// more is needed than to go over the numbers once. Nearly every write does that.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/causality/lineage.hpp"

namespace kin::wire {

// Byte for byte what pack_thinned() makes of the lineage that is packed in `before` with add_newest(dot, clock, tag).
// nullopt where its versions do not stand in a row, where others than the oldest ones have to go, where it gets too
// long, or where those bytes are no lineage: pack_thinned() knows them all.
std::optional<std::string> pack_next_in_row(std::string_view before, const Dot& dot, const EntryClock& clock,
                                            std::uint64_t tag, const LineageBounds& bounds,
                                            const std::function<bool(const Dot&)>& settled);

}  // namespace kin::wire
