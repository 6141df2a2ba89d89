#include "node/runtime/call_table.hpp"

#include <utility>

namespace kin {
namespace {

constexpr std::size_t usual_name_bytes = 256;

void empty(std::string& text) {
  if (text.capacity() > usual_name_bytes) text = std::string();
  text.clear();
}

}  // namespace

void Call::renew() {
  Call fresh;
  fresh.from = std::move(from);
  fresh.client = std::move(client);
  fresh.about = std::move(about);
  empty(fresh.from);
  empty(fresh.client);
  empty(fresh.about);
  *this = std::move(fresh);
}

std::optional<CallTable::Opened> CallTable::open() {
  if (calls_.size() >= most_open_calls) return std::nullopt;
  ++last_;
  if (spare_.empty()) return Opened{last_, calls_[last_]};
  Calls::node_type node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = last_;
  return Opened{last_, calls_.insert(std::move(node)).position->second};
}

Call* CallTable::find(CallId id) {
  const auto it = calls_.find(id);
  return it == calls_.end() ? nullptr : &it->second;
}

void CallTable::close(CallId id) {
  auto node = calls_.extract(id);
  if (node.empty() || spare_.size() == most_spare) return;
  node.mapped().renew();
  spare_.push_back(std::move(node));
}

std::vector<Call> CallTable::close_all() {
  std::vector<Call> all;
  all.reserve(calls_.size());
  for (auto& [id, call] : calls_) all.push_back(std::move(call));
  calls_.clear();
  return all;
}

std::size_t CallTable::forget_expired(std::uint64_t now_ms) {
  return std::erase_if(calls_, [&](const auto& call) { return call.second.deadline_ms + grace_ms < now_ms; });
}

}  // namespace kin
