#include "node/protocols/causal/operations.hpp"

#include <bit>
#include <functional>
#include <utility>

namespace kin::causal {
namespace {

constexpr std::size_t bytes_of_a_row = 128;    // besides its text
constexpr std::size_t bytes_of_a_place = 512;  // about those of a row, so that few hashes end alike
constexpr std::size_t first_places = 64;       // few: a start should cost no more than what comes after it
// Whoever picks ids that share a hash gets no more than that many rows looked at for it.
constexpr int most_alike = 64;

std::size_t hash_of(std::string_view key, std::string_view operation) {
  const std::hash<std::string_view> hash;
  return hash(key) + std::rotl(hash(operation), 1);
}

}  // namespace

OperationTable::OperationTable(std::size_t most_bytes) : most_bytes_(most_bytes), newest_(first_places) {}

std::optional<std::string_view> OperationTable::find(std::string_view key, std::string_view operation) const {
  const std::size_t hash = hash_of(key, operation);
  std::uint64_t number = newest_[hash & (newest_.size() - 1)];
  for (int seen = 0; number >= first_ && seen < most_alike; ++seen) {
    const Row& row = rows_[number - first_];
    const std::string_view text = row.text;
    if (row.hash == hash && text.substr(0, row.key_bytes) == key &&
        text.substr(row.key_bytes, row.operation_bytes) == operation) {
      return text.substr(row.key_bytes + row.operation_bytes);
    }
    number = row.older;
  }
  return std::nullopt;
}

void OperationTable::grow() {
  newest_.assign(2 * newest_.size(), 0);
  std::uint64_t number = first_;
  for (Row& row : rows_) row.older = std::exchange(newest_[row.hash & (newest_.size() - 1)], number++);
}

void OperationTable::put(std::string_view key, std::string_view operation, std::string_view answer) {
  if (rows_.size() >= newest_.size() && newest_.size() * bytes_of_a_place <= most_bytes_) grow();
  Row row{hash_of(key, operation), 0, key.size(), operation.size(), {}};
  row.text.reserve(key.size() + operation.size() + answer.size());
  row.text.append(key).append(operation).append(answer);
  row.older = std::exchange(newest_[row.hash & (newest_.size() - 1)], first_ + rows_.size());
  bytes_ += bytes_of_a_row + row.text.size();
  rows_.push_back(std::move(row));
  for (; bytes_ > most_bytes_; ++first_) {
    bytes_ -= bytes_of_a_row + rows_.front().text.size();
    rows_.pop_front();
  }
}

}  // namespace kin::causal
