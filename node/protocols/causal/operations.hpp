// What this process has answered to writes that carried an operation's id, so that a repeated one is the same write.
//
// model of it: docs/consistency.md, "A write that is repeated". Bounded in bytes; what is oldest goes first. Lost with
// the process: then the id in the entry, and in the lineages of what replaced it, still tells.
//
// Every write asks for an id that is not there and adds one: rows stand in the order in which they came, those whose
// hashes end alike are linked from the newest to older ones, and a link to a row that is gone is known by its number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kin::causal {

class OperationTable {
 public:
  explicit OperationTable(std::size_t most_bytes);

  // What put() was given. nullopt: not known. Valid until the next put().
  std::optional<std::string_view> find(std::string_view key, std::string_view operation) const;
  // Of an operation that find() does not know.
  void put(std::string_view key, std::string_view operation, std::string_view answer);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Row {
    std::size_t hash = 0;
    std::uint64_t older = 0;  // number of the next one whose hash ends alike
    std::size_t key_bytes = 0, operation_bytes = 0;
    std::string text;  // key, operation, answer
  };

  void grow();  // to twice the places

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::vector<std::uint64_t> newest_;  // numbers by the end of the hash; a power of two
  std::deque<Row> rows_;               // oldest first
  std::uint64_t first_ = 1;            // number of the oldest; those of older ones are less
};

}  // namespace kin::causal
