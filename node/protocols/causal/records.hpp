// The causal tier's records on disk. Never change a letter or an order below: stores outlive programs.
//
//   "c"                         the node clock: DotSet
//   "l"                         lives: map of member to newest incarnation
//   "n"                         counts: [keys with a value, dots in the dot map]
//   "v"                         void dots in the dot map: DotSet
//   "r" member                  what the member last reported: [lives, clock]
//   "E" actor                   last counter of an actor whose life is retired
//   "d" actor counter           dot map: the key of the dot
//   "k" ordered-key actor counter   dots in the dot map that are no longer, or never were, a value of the key: empty
//   "k" ordered-key FF          there are such dots of this key: empty
//   "e" key                     entry: [siblings, stripped context]
//   "s" key                     entries whose stripped context is not empty: empty
//   "x" key                     entries in conflict: [siblings shown, wall clock in us when it began]
//
//   key         = bucket, NUL, the client's key
//   ordered-key = key with every NUL as NUL FF, then NUL 01: keeps the order and marks its own end
//   actor       = node, NUL, born (8 bytes, big-endian), ordinal (4 bytes, big-endian)
//   counter     = 8 bytes, big-endian
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/causality/dot.hpp"

namespace kin::causal::records {

inline constexpr std::string_view clock = "c";
inline constexpr std::string_view lives = "l";
inline constexpr std::string_view counts = "n";
inline constexpr std::string_view voids = "v";

std::string report(const NodeId& member);
std::string ended(const Actor& actor);
std::string dot(const Dot& dot);
std::string shadowed(std::string_view key, const Dot& dot);
std::string shadowed_prefix(std::string_view key);  // of all dots of this key
std::string shadowed_end(std::string_view key);     // the record behind all dots of this key
std::string entry(std::string_view key);
std::string unstripped(std::string_view key);
std::string conflict(std::string_view key);

// The first record key behind all that start with `prefix`.
std::string behind(std::string prefix);

// What the letter of a record is followed by.
std::string_view tail(std::string_view record);
Actor actor_of_ended(std::string_view record);
std::uint64_t counter_of_dot(std::string_view record);
std::string key_of_shadowed(std::string_view record);  // of a shadowed_end too
Dot dot_of_shadowed(std::string_view record);          // of none

std::string join_key(std::string_view bucket, std::string_view key);
std::string_view bucket_of(std::string_view joined);
std::string_view user_key_of(std::string_view joined);

}  // namespace kin::causal::records
