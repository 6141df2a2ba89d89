// What this process has answered to writes that carried an operation's id, so that a repeated one is the same write.
//
// model of it: docs/consistency.md, "A write that is repeated". Bounded in bytes; what is oldest goes first. Lost with
// the process: then the id in the entry, and in the lineages of what replaced it, still tells.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "common/wire/replies.hpp"
#include "node/protocols/causal/hashed_map.hpp"

namespace kin::causal {

class OperationTable {
 public:
  explicit OperationTable(std::size_t most_bytes);

  // The reply as it was when the write was taken: without the siblings that were there then. nullptr: not known. Valid
  // until the next put().
  const wire::WriteReply* find(const std::string& key, std::string_view operation) const;
  void put(const std::string& key, std::string_view operation, wire::WriteReply reply);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    wire::WriteReply reply;
    std::size_t bytes = 0;
  };
  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  HashedMap<Slot> slots_;                     // by key, NUL, operation
  std::deque<HashedMap<Slot>::Place> order_;  // oldest first
};

}  // namespace kin::causal
