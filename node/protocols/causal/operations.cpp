#include "node/protocols/causal/operations.hpp"

#include <utility>

namespace kin::causal {
namespace {

constexpr std::size_t bytes_of_a_slot = 512;  // nodes of the containers, the clock, a dot or two
constexpr std::size_t slots_a_tree = 12;      // when it is full; a process that lives shortly pays for empty ones

std::size_t weight(std::string_view name, const wire::WriteReply& reply) {
  std::size_t out = bytes_of_a_slot + name.size() + reply.context.size();
  for (const wire::Replaced& old : reply.replaced) out += sizeof old + (old.value ? old.value->size() : 0);
  return out;
}

std::string name_of(std::string_view key, std::string_view operation) {
  std::string out;
  out.reserve(key.size() + 1 + operation.size());
  out += key;
  out += '\0';
  out += operation;
  return out;
}

}  // namespace

OperationTable::OperationTable(std::size_t most_bytes)
    : most_bytes_(most_bytes), slots_(most_bytes / (slots_a_tree * bytes_of_a_slot) + 1) {}

const wire::WriteReply* OperationTable::find(const std::string& key, std::string_view operation) const {
  const Slot* slot = slots_.find(name_of(key, operation));
  return slot == nullptr ? nullptr : &slot->reply;
}

void OperationTable::put(const std::string& key, std::string_view operation, wire::WriteReply reply) {
  const std::string name = name_of(key, operation);
  const auto [place, fresh] = slots_.place(name);
  if (!fresh) return;
  reply.siblings.clear();
  reply.order.clear();
  const std::size_t bytes = weight(name, reply);
  place.value() = {std::move(reply), bytes};
  order_.push_back(place);
  bytes_ += bytes;
  while (bytes_ > most_bytes_) {
    const auto oldest = order_.front();
    order_.pop_front();
    bytes_ -= oldest.value().bytes;
    slots_.erase(oldest);
  }
}

}  // namespace kin::causal
