// Which run of its process a node is in.
//
// A fresh incarnation at every process start makes a crash, a wiped disk, a restored backup and a plain restart one
// case: no dot is ever handed out twice. `born` decides; it lies above what the disk remembers, so a wall clock that
// went back does no harm, and near the wall clock, so a disk that was lost does none either. Some random nanoseconds
// keep apart two processes that were started at one moment on copies of one directory.
//
//   "!incarnation" -> [born, ordinal]      the only key of the runtime
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/causality/dot.hpp"
#include "node/protocols/rng.hpp"
#include "node/storage/store.hpp"

namespace kin {

// All keys of the runtime itself start so; no tier's may.
inline constexpr std::string_view runtime_prefix = "!";
inline constexpr std::string_view incarnation_key = "incarnation";  // behind the prefix

// The incarnation of the process that is starting now: born after the one that `store` remembers and not before
// wall_ns; numbered after both that one and last_traced_ordinal, the highest one in the node's trace file (0: none).
// The caller makes it durable, with print_incarnation, before anything else happens.
// Errors: the store cannot be read; what it remembers is no incarnation (damaged).
tl::expected<Incarnation, StorageError> next_incarnation(const StoreView& store, std::uint32_t last_traced_ordinal,
                                                         std::uint64_t wall_ns, Rng& rng);

// The bytes to store under incarnation_key.
std::string print_incarnation(const Incarnation& life);

}  // namespace kin
