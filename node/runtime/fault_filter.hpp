// Faults on demand, between transport and protocols: what a bad network does to this node, switched on and off by an
// administrator (docs/operations.md, faults). The protocols cannot tell it from the real thing.
//
//   offline      neither clients nor peers reach the node; status and fault commands still do
//   isolate      peers are cut, clients are served
//   hold_gossip  what this node sends to peers and what comes from them waits, and goes on after release_gossip
//   link         what this node sends to one peer is dropped with a probability, or waits for a time
//
// An item is one message of a protocol in its envelope. What waits is bounded; beyond the bound items are lost.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/requests.hpp"
#include "node/protocols/rng.hpp"

namespace kin {

class FaultFilter {
 public:
  static constexpr std::size_t most_waiting_items = 16384;
  static constexpr std::size_t most_waiting_bytes = 64u << 20;

  // `rng` decides what a link drops; it outlives the filter.
  explicit FaultFilter(Rng& rng) : rng_(rng) {}

  // `fault` has been checked: the peer of a link is another member, drop_percent <= 100.
  void apply(const wire::Fault& fault);

  bool clients_reach_us() const { return !offline_; }

  enum class Incoming { take, wait, lose };
  // What becomes of an item that came from a peer.
  Incoming incoming() const;
  // Keeps an item for which incoming() said `wait`.
  void keep_incoming(std::string_view item);
  // What has been released since the last call, in the order in which it came.
  std::vector<std::string> take_released();

  // False: every item may be sent as it is, and outgoing() need not be asked.
  bool meddles_with_sends() const { return cut() || holding_ || !links_.empty() || !delayed_.empty(); }
  // True: the item may be sent now. Otherwise it is lost, or kept until take_due() gives it back.
  bool outgoing(const std::string& peer, std::string_view item, std::uint64_t now_ms);

  struct Due {
    std::string peer;
    std::string item;
  };
  // The items whose time has come, the earliest first.
  std::vector<Due> take_due(std::uint64_t now_ms);
  // When take_due has something to give; nullopt: nothing waits for a time.
  std::optional<std::uint64_t> next_due_ms() const;

  std::uint64_t lost() const { return lost_; }
  // One sentence a fault; empty when there is none.
  std::vector<std::string> describe() const;

 private:
  struct Link {
    std::uint32_t drop_percent = 0;
    std::uint32_t delay_ms = 0;
  };

  bool cut() const { return offline_ || isolated_; }
  bool make_room(std::size_t bytes);
  void release();
  void lose_all_that_waits();

  Rng& rng_;
  bool offline_ = false, isolated_ = false, holding_ = false;
  std::map<std::string, Link> links_;
  std::multimap<std::uint64_t, Due> delayed_;  // by due time; equal times stay in the order of their arrival
  std::deque<Due> held_out_;
  std::deque<std::string> held_in_;
  std::vector<std::string> released_in_;
  std::size_t waiting_items_ = 0, waiting_bytes_ = 0;  // of all four
  std::uint64_t lost_ = 0;
};

}  // namespace kin
