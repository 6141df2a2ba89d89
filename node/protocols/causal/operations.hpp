// What this process has answered to writes that carried an operation's id, so that a repeated one is the same write.
//
// model of it: docs/consistency.md, "A write that is repeated". Bounded in bytes; what is oldest goes first. Lost with
// the process: then the id in the entry, and in the lineages of what replaced it, still tells.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/replies.hpp"

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
  // As in EntryCache: a hash finds the bucket, and names that were chosen to share one cost what a tree costs.
  using Bucket = std::map<std::string, Slot>;  // by key, NUL, operation
  struct Place {
    Bucket* bucket = nullptr;
    Bucket::iterator slot;
  };

  static std::string name_of(std::string_view key, std::string_view operation);
  std::size_t bucket_of(std::string_view name) const;

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::vector<Bucket> buckets_;  // a power of two
  std::deque<Place> order_;      // oldest first
};

}  // namespace kin::causal
