// The answers to reads and writes: a wire::ReadReply and a wire::WriteReply, packed in the order in which their parts
// become known. They are long beside what is asked or written, and most of them stands here already: to make the
// structs first would be to copy all of that.
//
//   read    begin_read_answer   pack_shown             end_read_answer
//   write   begin_write_answer  pack_written  pack_shown  end_write_answer
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/cluster_config.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"

namespace kin::causal {

// The context of an answer about this key (bucket, NUL, key), without its siblings.
wire::ContextToken token_of(std::string_view key, DotSet dots, EntryClock clock);

// From `dot` to `replaced`: what the write was, and so the same in each answer to it.
std::string pack_written(const Dot& dot, const EntryClock& clock, std::string_view context,
                         const std::vector<wire::Replaced>& replaced);
// Of what pack_written() gave.
Dot dot_of_written(std::string_view written);

void begin_read_answer(std::string& out, const NodeId& node, const std::vector<NodeId>& order);
void begin_write_answer(std::string& out, const NodeId& node, const std::vector<NodeId>& order);
// `siblings` as a reader is shown them. How many these are.
std::size_t pack_shown(std::string& out, OnConflict rule, const Siblings& siblings);
// The rest: of a read that asked nobody else, and of a write.
void end_read_answer(std::string& out, const EntryClock& clock, std::string_view context);
void end_write_answer(std::string& out, std::uint32_t got, std::uint32_t wanted, std::string_view warning);

}  // namespace kin::causal
