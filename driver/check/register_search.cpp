#include "driver/check/register_search.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "common/assert.hpp"

namespace kin::check {

namespace {

using End = SearchResult::End;

// The call or the return of a move. They are numbered in the order of time; a call comes before a return of its time.
struct Event {
  std::size_t move;
  bool call;
};

// Events that are not placed yet, in the order of time. What was removed last is put back first.
class EventList {
 public:
  explicit EventList(std::size_t events) : next_(events + 1), previous_(events + 1), end_(events) {
    next_[end_] = previous_[end_] = end_;
  }

  std::size_t end() const { return end_; }  // greater than every event
  std::size_t first() const { return next_[end_]; }
  std::size_t next(std::size_t event) const { return next_[event]; }
  std::size_t previous(std::size_t event) const { return previous_[event]; }

  void append(std::size_t event) {
    previous_[event] = previous_[end_];
    next_[event] = end_;
    put_back(event);
  }
  void remove(std::size_t event) {
    next_[previous_[event]] = next_[event];
    previous_[next_[event]] = previous_[event];
  }
  void put_back(std::size_t event) {
    next_[previous_[event]] = event;
    previous_[next_[event]] = event;
  }

 private:
  std::vector<std::size_t> next_, previous_;
  std::size_t end_;
};

// One choice: which move comes next.
struct Frame {
  std::size_t placed = 0;  // how many moves were placed when it was reached
  std::uint32_t value = 0;
  std::size_t cursor = 0;        // the event that was tried last
  std::size_t first_return = 0;  // what was called before it may come next
  bool among_maybe = false;      // the cursor is in the list of moves that may never have happened
  bool value_unused = false;     // such a move has set the value, and nothing has needed it yet
};

class Search {
 public:
  Search(const std::vector<Move>& moves, const SearchLimits& limits)
      : moves_(moves),
        limits_(limits),
        calls_(moves.size()),
        returns_(moves.size()),
        twin_(moves.size(), none),
        number_(moves.size()),

        is_placed_(moves.size()),
        certain_(2 * moves.size()),
        maybe_(2 * moves.size()) {
    find_needs();
    order_events();
    find_twins();
  }

  SearchResult run();

 private:
  static constexpr std::size_t none = ~std::size_t{0};

  void find_needs();
  void order_events();
  void find_twins();
  bool may_matter(std::size_t move) const;
  bool certain(std::size_t move) const { return moves_[move].end_ns.has_value(); }
  bool only_looks(const Move& move) const {
    return !move.sets || (move.need == Move::Need::equals && *move.sets == move.expected);
  }
  bool fits(const Move& move, std::uint32_t value) const {
    if (move.need == Move::Need::nothing) return true;
    return (move.expected == value) == (move.need == Move::Need::equals);
  }
  bool worth_placing(std::size_t move, const Frame& frame) const;
  void place(std::size_t move);
  void undo_to(std::size_t placed);
  Frame arrive(std::uint32_t value);
  std::size_t next_choice(Frame& frame);
  bool remember(const Frame& frame);
  void keep_if_longest(std::uint32_t value);
  SearchResult result(End end) const;

  const std::vector<Move>& moves_;
  const SearchLimits& limits_;
  std::vector<Event> events_;
  std::vector<std::size_t> calls_, returns_;  // of each move: its events
  std::vector<std::size_t> twin_;    // of a move that may never have happened: one before it that does the same
  std::vector<std::size_t> number_;  // of such a move: how many came before it
  std::vector<bool> is_placed_;
  std::vector<bool> needed_, needed_by_swap_;  // by value
  bool difference_needed_ = false;
  EventList certain_, maybe_;
  std::vector<std::uint64_t> maybe_placed_;  // a bit for each number
  std::vector<std::size_t> placed_;          // moves, in the order found so far
  std::size_t certain_placed_ = 0, certain_moves_ = 0;

  std::unordered_set<std::string> remembered_;
  std::size_t memory_ = 0, steps_ = 0;

  std::vector<std::size_t> longest_;
  std::size_t longest_certain_ = 0, longest_shared_ = 0;  // its first moves that stand in placed_ too
  std::uint32_t longest_holds_ = 0;
};

void Search::find_needs() {
  std::uint32_t greatest = 0;
  for (const Move& move : moves_) greatest = std::max({greatest, move.expected, move.sets.value_or(0)});
  needed_.resize(greatest + std::size_t{1});
  needed_by_swap_.resize(greatest + std::size_t{1});
  for (const Move& move : moves_) {
    if (move.need == Move::Need::differs) difference_needed_ = true;
    if (move.need != Move::Need::equals) continue;
    needed_[move.expected] = true;
    if (!only_looks(move)) needed_by_swap_[move.expected] = true;
  }
}

void Search::order_events() {
  for (std::size_t move = 0; move < moves_.size(); ++move) {
    const Move& one = moves_[move];
    events_.push_back({move, true});
    if (!one.end_ns) continue;
    KIN_REQUIRE(one.start_ns <= *one.end_ns,
                "start " + std::to_string(one.start_ns) + ", end " + std::to_string(*one.end_ns));
    ++certain_moves_;
    events_.push_back({move, false});
  }
  auto rank = [&](const Event& event) {
    const Move& move = moves_[event.move];
    return std::tuple(event.call ? move.start_ns : *move.end_ns, !event.call, event.move);
  };
  std::sort(events_.begin(), events_.end(), [&](auto& left, auto& right) { return rank(left) < rank(right); });
  for (std::size_t at = 0; at < events_.size(); ++at) {
    (events_[at].call ? calls_ : returns_)[events_[at].move] = at;
    if (certain(events_[at].move)) {
      certain_.append(at);
    } else if (may_matter(events_[at].move)) {
      maybe_.append(at);
    }
  }
}

// Of a move that may never have happened: could anything need it?
bool Search::may_matter(std::size_t move) const {
  return !only_looks(moves_[move]) && (difference_needed_ || needed_[*moves_[move].sets]);
}

void Search::find_twins() {
  std::map<std::tuple<Move::Need, std::uint32_t, std::optional<std::uint32_t>>, std::size_t> last;
  std::size_t maybe_moves = 0;
  for (std::size_t at = maybe_.first(); at != maybe_.end(); at = maybe_.next(at)) {
    const Move& move = moves_[events_[at].move];
    number_[events_[at].move] = maybe_moves++;
    auto [found, fresh] = last.emplace(std::tuple(move.need, move.expected, move.sets), events_[at].move);
    if (!fresh) twin_[events_[at].move] = std::exchange(found->second, events_[at].move);
  }
  maybe_placed_.resize(maybe_moves / 64 + 1);
}

void Search::place(std::size_t move) {
  if (certain(move)) {
    certain_.remove(calls_[move]);
    certain_.remove(returns_[move]);
    ++certain_placed_;
  } else {
    maybe_.remove(calls_[move]);
    maybe_placed_[number_[move] / 64] ^= std::uint64_t{1} << number_[move] % 64;
  }
  is_placed_[move] = true;
  placed_.push_back(move);
}

void Search::undo_to(std::size_t placed) {
  while (placed_.size() > placed) {
    const std::size_t move = placed_.back();
    placed_.pop_back();
    is_placed_[move] = false;
    if (certain(move)) {
      certain_.put_back(returns_[move]);
      certain_.put_back(calls_[move]);
      --certain_placed_;
    } else {
      maybe_.put_back(calls_[move]);
      maybe_placed_[number_[move] / 64] ^= std::uint64_t{1} << number_[move] % 64;
    }
  }
  longest_shared_ = std::min(longest_shared_, placed);
}

// Places everything that only looks and sees `value`, and makes the frame of the choice that comes then.
Frame Search::arrive(std::uint32_t value) {
  std::size_t at = certain_.first();
  while (at != certain_.end() && events_[at].call) {
    ++steps_;
    const Move& move = moves_[events_[at].move];
    const std::size_t before = certain_.previous(at);
    if (only_looks(move) && fits(move, value)) {
      place(events_[at].move);
      at = before;
    }
    at = certain_.next(at);
  }
  return {.placed = placed_.size(), .value = value, .cursor = certain_.end(), .first_return = at};
}

bool Search::worth_placing(std::size_t at, const Frame& frame) const {
  const Move& move = moves_[at];
  if (!fits(move, frame.value)) return false;
  if (frame.value_unused && move.need != Move::Need::equals) return false;
  if (certain(at)) return true;
  return *move.sets != frame.value && (twin_[at] == none || is_placed_[twin_[at]]);
}

// The next move that may follow, after those that were tried at this frame; `none` when there is no more.
std::size_t Search::next_choice(Frame& frame) {
  while (true) {
    ++steps_;
    if (!frame.among_maybe) {
      frame.cursor = certain_.next(frame.cursor);
      if (frame.cursor == frame.first_return) {
        frame.among_maybe = true;
        frame.cursor = maybe_.end();
        continue;
      }
    } else {
      frame.cursor = maybe_.next(frame.cursor);
      if (frame.cursor > frame.first_return || frame.cursor == maybe_.end()) return none;
    }
    const std::size_t move = events_[frame.cursor].move;
    if (worth_placing(move, frame)) return move;
  }
}

void append(std::string& bytes, std::size_t number) {
  const auto small = static_cast<std::uint32_t>(number);
  bytes.append(reinterpret_cast<const char*>(&small), sizeof small);
}

// False when the search has been here before. Which moves are placed follows from the first return that is left, those
// called before it that are not placed, and which of those that may never have happened are. Whether the value is
// unused makes no difference: what only a used value allows is allowed at the frame before the move that set it, with
// that move still to spare.
bool Search::remember(const Frame& frame) {
  std::string here;
  append(here, frame.value);
  for (std::size_t at = certain_.first(); at != frame.first_return; at = certain_.next(at)) append(here, at);
  append(here, frame.first_return);
  append(here, none);
  std::size_t words = maybe_placed_.size();
  while (words > 0 && maybe_placed_[words - 1] == 0) --words;
  here.append(reinterpret_cast<const char*>(maybe_placed_.data()), words * sizeof(std::uint64_t));
  const std::size_t size = here.size();
  const bool fresh = remembered_.insert(std::move(here)).second;
  if (fresh) memory_ += size + 96;  // the table's own part of an entry
  return fresh;
}

void Search::keep_if_longest(std::uint32_t value) {
  if (certain_placed_ < longest_certain_ || (certain_placed_ == longest_certain_ && !longest_.empty())) return;
  longest_.resize(longest_shared_);
  longest_.insert(longest_.end(), placed_.begin() + static_cast<std::ptrdiff_t>(longest_shared_), placed_.end());
  longest_shared_ = placed_.size();
  longest_certain_ = certain_placed_;
  longest_holds_ = value;
}

SearchResult Search::result(End end) const {
  SearchResult out{end, longest_, longest_holds_, {}};
  std::vector<bool> in_order(moves_.size());
  for (std::size_t move : longest_) in_order[move] = true;
  for (const Event& event : events_) {
    if (!certain(event.move) || in_order[event.move]) continue;
    if (!event.call) break;
    out.open.push_back(event.move);
  }
  return out;
}

SearchResult Search::run() {
  std::vector<Frame> way{arrive(0)};
  keep_if_longest(0);
  while (certain_placed_ < certain_moves_) {
    if (steps_ > limits_.most_steps) return result(End::steps);
    if (memory_ > limits_.most_memory) return result(End::memory);
    undo_to(way.back().placed);
    const std::size_t move = next_choice(way.back());
    if (move == none) {
      way.pop_back();
      if (way.empty()) return result(End::stuck);
      continue;
    }
    place(move);
    const std::size_t placed = placed_.size();
    Frame next = arrive(*moves_[move].sets);
    next.value_unused = !certain(move) && placed_.size() == placed;
    if (next.value_unused && !needed_by_swap_[next.value]) continue;
    if (!remember(next)) continue;
    keep_if_longest(next.value);
    way.push_back(next);
  }
  if (longest_certain_ < certain_placed_) keep_if_longest(way.back().value);
  return result(End::placed);
}

}  // namespace

SearchResult search_order(const std::vector<Move>& moves, const SearchLimits& limits) {
  return Search(moves, limits).run();
}

}  // namespace kin::check
