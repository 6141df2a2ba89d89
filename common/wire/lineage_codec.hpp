// Lineages as bytes, a few a version:
//
//   lineage = [[node], [actor], [number]]
//   actor   = [position of the node, born, ordinal]
//   numbers = n, n times version, then the spans of what the writer had seen besides
//   version = actor, counter, tag, n, n times how far in front the version stands (the nearest first), clock, spans
//   clock   = 2 n, then n times node, count: what is above the join of the clocks of those versions
//             2 n + 1, then the same: the whole clock
//   spans   = n, then n times actor, first, last; in place of n the mark 1000: it may be anywhere
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/causality/lineage.hpp"
#include "common/wire/codec.hpp"

namespace kin::wire {

// No lineage that is kept or sent is longer.
inline constexpr std::size_t max_lineage_bytes = 1024;

// Empty for an empty lineage.
std::string pack(const Lineage& lineage);

// Thinned to the bounds, and further until it is no longer than max_lineage_bytes.
std::string pack_thinned(Lineage lineage, const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled);

tl::expected<Lineage, Malformed> unpack_lineage(std::string_view bytes);

// False only where no version of the packed lineage has the tag; much cheaper than to unpack it.
bool may_have_tag(std::string_view packed, std::uint64_t tag);

}  // namespace kin::wire
