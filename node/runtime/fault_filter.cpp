#include "node/runtime/fault_filter.hpp"

#include <algorithm>
#include <utility>

namespace kin {

void FaultFilter::apply(const wire::Fault& fault) {
  switch (fault.action) {
    case wire::FaultAction::offline: offline_ = true; return lose_all_that_waits();
    case wire::FaultAction::isolate: isolated_ = true; return lose_all_that_waits();
    case wire::FaultAction::hold_gossip: holding_ = true; return;
    case wire::FaultAction::release_gossip: return release();
    case wire::FaultAction::link:
      if (fault.drop_percent == 0 && fault.delay_ms == 0) {
        links_.erase(fault.peer);
      } else {
        links_[fault.peer] = {fault.drop_percent, fault.delay_ms};
      }
      return;
    case wire::FaultAction::clear: links_.clear(); [[fallthrough]];
    case wire::FaultAction::online: offline_ = isolated_ = false; return release();
  }
}

FaultFilter::Incoming FaultFilter::incoming() const {
  if (cut()) return Incoming::lose;
  return holding_ ? Incoming::wait : Incoming::take;
}

void FaultFilter::keep_incoming(std::string_view item) {
  if (make_room(item.size())) held_in_.emplace_back(item);
}

std::vector<std::string> FaultFilter::take_released() {
  for (const std::string& item : released_in_) waiting_bytes_ -= item.size();
  waiting_items_ -= released_in_.size();
  return std::exchange(released_in_, {});
}

bool FaultFilter::outgoing(const std::string& peer, std::string_view item, std::uint64_t now_ms) {
  const auto link = links_.find(peer);
  if (cut() || (link != links_.end() && rng_.chance(link->second.drop_percent / 100.0))) {
    ++lost_;
    return false;
  }
  if (holding_) {
    if (make_room(item.size())) held_out_.push_back({peer, std::string(item)});
    return false;
  }
  if (link == links_.end() || link->second.delay_ms == 0) return true;
  if (make_room(item.size())) delayed_.emplace(now_ms + link->second.delay_ms, Due{peer, std::string(item)});
  return false;
}

std::vector<FaultFilter::Due> FaultFilter::take_due(std::uint64_t now_ms) {
  std::vector<Due> due;
  while (!holding_ && !delayed_.empty() && delayed_.begin()->first <= now_ms) {
    due.push_back(std::move(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
    waiting_bytes_ -= due.back().item.size();
    --waiting_items_;
  }
  return due;
}

std::optional<std::uint64_t> FaultFilter::next_due_ms() const {
  if (holding_ || delayed_.empty()) return std::nullopt;
  return delayed_.begin()->first;
}

std::vector<std::string> FaultFilter::describe() const {
  std::vector<std::string> words;
  if (offline_) words.emplace_back("offline: neither clients nor peers reach this node");
  if (isolated_) words.emplace_back("isolated: peers are cut, clients are served");
  if (holding_) {
    words.push_back("gossip held: " + std::to_string(held_out_.size()) + " messages to peers and " +
                    std::to_string(held_in_.size()) + " from them wait");
  }
  for (const auto& [peer, link] : links_) {
    words.push_back("link to " + peer + ": " + std::to_string(link.drop_percent) + "% dropped, " +
                    std::to_string(link.delay_ms) + " ms late");
  }
  return words;
}

bool FaultFilter::make_room(std::size_t bytes) {
  if (waiting_items_ >= most_waiting_items || waiting_bytes_ + bytes > most_waiting_bytes) {
    ++lost_;
    return false;
  }
  ++waiting_items_;
  waiting_bytes_ += bytes;
  return true;
}

void FaultFilter::release() {
  holding_ = false;
  for (Due& held : held_out_) delayed_.emplace(0, std::move(held));  // due at once, before all that is late
  held_out_.clear();
  std::move(held_in_.begin(), held_in_.end(), std::back_inserter(released_in_));
  held_in_.clear();
}

void FaultFilter::lose_all_that_waits() {
  lost_ += waiting_items_;
  waiting_items_ = waiting_bytes_ = 0;
  delayed_.clear();
  held_out_.clear();
  held_in_.clear();
  released_in_.clear();
}

}  // namespace kin
