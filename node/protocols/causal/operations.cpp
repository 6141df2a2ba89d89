#include "node/protocols/causal/operations.hpp"

#include <utility>

namespace kin::causal {
namespace {

constexpr std::size_t bytes_of_a_slot = 512;  // nodes of the containers, the clock, a dot or two

std::string name_of(const std::string& key, std::string_view operation) {
  std::string out = key;
  out += '\0';
  out += operation;
  return out;
}

std::size_t weight(std::string_view name, const wire::WriteReply& reply) {
  std::size_t out = bytes_of_a_slot + name.size() + reply.context.size();
  for (const wire::Replaced& old : reply.replaced) out += sizeof old + (old.value ? old.value->size() : 0);
  return out;
}

}  // namespace

const wire::WriteReply* OperationTable::find(const std::string& key, std::string_view operation) const {
  const auto found = slots_.find(name_of(key, operation));
  return found == slots_.end() ? nullptr : &found->second.reply;
}

void OperationTable::put(const std::string& key, std::string_view operation, wire::WriteReply reply) {
  reply.siblings.clear();
  reply.order.clear();
  std::string name = name_of(key, operation);
  const std::size_t bytes = weight(name, reply);
  const auto [slot, fresh] = slots_.try_emplace(std::move(name), Slot{std::move(reply), bytes});
  if (!fresh) return;
  order_.push_back(slot);
  bytes_ += bytes;
  while (bytes_ > most_bytes_) {
    const auto oldest = order_.front();
    order_.pop_front();
    bytes_ -= oldest->second.bytes;
    slots_.erase(oldest);
  }
}

}  // namespace kin::causal
