#include "node/protocols/causal/operations.hpp"

#include <bit>
#include <functional>
#include <utility>

namespace kin::causal {
namespace {

constexpr std::size_t bytes_of_a_slot = 512;  // nodes of the containers, the clock, a dot or two
constexpr std::size_t slots_a_bucket = 12;    // when it is full; a process that lives shortly pays for empty ones

std::size_t weight(std::string_view name, const wire::WriteReply& reply) {
  std::size_t out = bytes_of_a_slot + name.size() + reply.context.size();
  for (const wire::Replaced& old : reply.replaced) out += sizeof old + (old.value ? old.value->size() : 0);
  return out;
}

}  // namespace

std::string OperationTable::name_of(std::string_view key, std::string_view operation) {
  std::string out;
  out.reserve(key.size() + 1 + operation.size());
  out += key;
  out += '\0';
  out += operation;
  return out;
}

OperationTable::OperationTable(std::size_t most_bytes)
    : most_bytes_(most_bytes), buckets_(std::bit_ceil(most_bytes / (slots_a_bucket * bytes_of_a_slot) + 1)) {}

std::size_t OperationTable::bucket_of(std::string_view name) const {
  return std::hash<std::string_view>{}(name) & (buckets_.size() - 1);
}

const wire::WriteReply* OperationTable::find(const std::string& key, std::string_view operation) const {
  const std::string name = name_of(key, operation);
  const Bucket& bucket = buckets_[bucket_of(name)];
  const auto found = bucket.find(name);
  return found == bucket.end() ? nullptr : &found->second.reply;
}

void OperationTable::put(const std::string& key, std::string_view operation, wire::WriteReply reply) {
  reply.siblings.clear();
  reply.order.clear();
  std::string name = name_of(key, operation);
  const std::size_t bytes = weight(name, reply);
  Bucket& bucket = buckets_[bucket_of(name)];
  const auto [slot, fresh] = bucket.try_emplace(std::move(name), Slot{std::move(reply), bytes});
  if (!fresh) return;
  order_.push_back({&bucket, slot});
  bytes_ += bytes;
  while (bytes_ > most_bytes_) {
    const Place oldest = order_.front();
    order_.pop_front();
    bytes_ -= oldest.slot->second.bytes;
    oldest.bucket->erase(oldest.slot);
  }
}

}  // namespace kin::causal
