#include "node/runtime/call_table.hpp"

#include <utility>

namespace kin {

std::optional<CallId> CallTable::open(Call call) {
  if (calls_.size() >= most_open_calls) return std::nullopt;
  calls_.emplace(++last_, std::move(call));
  return last_;
}

Call* CallTable::find(CallId id) {
  const auto it = calls_.find(id);
  return it == calls_.end() ? nullptr : &it->second;
}

std::optional<Call> CallTable::close(CallId id) {
  auto node = calls_.extract(id);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
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
