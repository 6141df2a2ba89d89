// Looks for an order in which the operations on one register can have taken effect, one after the other.
//
// The search is Wing and Gong's: whatever has been called, while no operation before it has returned and is not yet
// placed, may come next; at a dead end the last choice is undone. With Lowe's memory: two ways that have placed the
// same operations and leave the same value go on alike, so the second is not followed. Three rules keep it short and
// change no answer:
//   - An operation that leaves the value as it is and fits is placed at once. What fits later would have fitted now.
//   - A move that may never have happened is placed only directly before one that needs its value. Anywhere else it
//     could as well be left out.
//   - Of two such moves that do the same, the one that was called first is placed first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kin::check {

// What one operation asks of the register, and does to it. Values are numbers; 0 is there at the start.
struct Move {
  enum class Need { nothing, equals, differs };

  Need need = Need::nothing;
  std::uint32_t expected = 0;         // with equals, differs
  std::optional<std::uint32_t> sets;  // nothing: it only looks
  std::int64_t start_ns = 0;
  std::optional<std::int64_t> end_ns;  // nothing: it takes effect at any time after the start, or never
};

// For each register. When one of them is reached, the search gives up.
struct SearchLimits {
  std::size_t most_steps = 50'000'000;                // looks at an operation; some ten million a second
  std::size_t most_memory = std::size_t{256} << 20U;  // bytes for what Lowe's memory holds
};

struct SearchResult {
  enum class End { placed, stuck, steps, memory };

  End end = End::placed;
  std::vector<std::size_t> order;  // placed: all that certainly happened, in order; else the longest that was found
  std::uint32_t holds = 0;         // the value after these
  std::vector<std::size_t> open;   // not placed: what certainly happened and would have to be among the next
};

// `order` and `open` are positions in `moves`. A move ends before another starts only if its end is the smaller number.
// The order counts as longest by the moves in it that have an end. Beside `most_memory` some 300 bytes a move are used.
// No end is before its start (KIN_REQUIRE).
SearchResult search_order(const std::vector<Move>& moves, const SearchLimits& limits);

}  // namespace kin::check
