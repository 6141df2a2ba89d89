// The shadowed dots of a key (see Entry) beyond the newest: in records of their own, the pages, so that a write of a
// key that was overwritten a million times while a member is away costs what its first overwriting cost. A page is only
// read when all dots of a key are asked for, when it is the newest and takes more, and when it is the oldest and may
// have been forgotten.
//
// Pages of a key are numbered in the order in which they were begun; the entry says which there are.
#pragma once

#include <cstddef>
#include <string_view>

#include "node/protocols/causal/dot_map.hpp"
#include "node/protocols/causal/entry_cache.hpp"
#include "node/storage/store.hpp"

namespace kin::causal {

// In runs of counters.
struct ShadowBounds {
  std::size_t in_entry = 32;  // at most, after page_out()
  std::size_t in_page = 1024;
};

// All shadowed dots of the key, those that are forgotten by now included.
DotSet all_shadowed(const StoreView& store, std::string_view key, const Entry& entry);

// Where the entry names many, moves them to its pages. Call before the entry is stored.
void page_out(Overlay& disk, std::string_view key, Entry& entry, const DotMap& dot_map, const ShadowBounds& bounds);

// Erases the oldest pages, as long as none of a page's dots is in the map, and at most `most` of them. Call before the
// entry is stored.
void drop_forgotten_pages(Overlay& disk, std::string_view key, Entry& entry, const DotMap& dot_map, std::size_t most);

}  // namespace kin::causal
