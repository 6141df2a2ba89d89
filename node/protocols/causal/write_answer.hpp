// The answer to a write: a wire::WriteReply, packed in the order in which its parts become known. It is long beside
// what is written, and most of it stands here already: to make the struct first would be to copy all of that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/cluster_config.hpp"
#include "common/wire/replies.hpp"

namespace kin::causal {

// From `dot` to `replaced`: what the write was, and so the same in each answer to it.
std::string pack_written(const Dot& dot, const EntryClock& clock, std::string_view context,
                         const std::vector<wire::Replaced>& replaced);
// Of what pack_written() gave.
Dot dot_of_written(std::string_view written);

// What comes in front of `written`.
void begin_answer(std::string& out, const NodeId& node, const std::vector<NodeId>& order);
// What comes behind it: `siblings` as a reader is shown them. How many these are.
std::size_t pack_shown(std::string& out, OnConflict rule, const Siblings& siblings);
// The rest.
void end_answer(std::string& out, std::uint32_t got, std::uint32_t wanted, std::string_view warning);

}  // namespace kin::causal
