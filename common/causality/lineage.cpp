#include "common/causality/lineage.hpp"

#include <algorithm>
#include <string>

#include "common/assert.hpp"
#include "common/causality/fnv1a.hpp"

namespace kin {
namespace {

constexpr std::uint32_t no_place = ~std::uint32_t{0};

void add_place(Places& places, std::uint32_t place) {
  if (places.empty() || places.back() < place) return places.push_back(place);
  const auto at = std::lower_bound(places.begin(), places.end(), place);
  if (*at != place) places.insert(at, place);
}

// To where each of them stands now.
void move_to(Places& places, const std::vector<std::uint32_t>& now) {
  for (std::uint32_t& place : places) place = now[place];
}

template <class T>
void drop(std::vector<T>& all, const std::vector<char>& gone) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (gone[at] != 0) continue;
    if (kept != at) all[kept] = std::move(all[at]);
    ++kept;
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
}

}  // namespace

bool Spans::has(const Dot& dot) const {
  const auto run = runs.find(dot.actor);
  return anywhere || (run != runs.end() && run->second.first <= dot.counter && dot.counter <= run->second.last);
}

void Spans::widen(const Actor& actor, CounterSet::Run run) {
  if (anywhere) return;
  const auto [mine, first] = runs.try_emplace(actor, run);
  if (first && runs.size() > max_spans) {
    *this = {{}, true};
  } else if (!first) {
    mine->second.first = std::min(mine->second.first, run.first);
    mine->second.last = std::max(mine->second.last, run.last);
  }
}

void Spans::widen(const Spans& more) {
  if (more.anywhere) *this = more;
  for (const auto& [actor, run] : more.runs) widen(actor, run);
}

Spans Spans::both(const Spans& other) const {
  if (anywhere) return other;
  if (other.anywhere) return *this;
  Spans out;
  for (const auto& [actor, run] : runs) {
    const auto theirs = other.runs.find(actor);
    if (theirs == other.runs.end()) continue;
    const CounterSet::Run part{std::max(run.first, theirs->second.first), std::min(run.last, theirs->second.last)};
    if (part.first <= part.last) out.runs.emplace(actor, part);
  }
  return out;
}

std::uint64_t operation_tag(std::string_view operation) {
  if (operation.empty()) return 0;
  return std::max<std::uint64_t>(fnv1a(operation) >> 1, 1);
}

const Version* Lineage::find(const Dot& dot) const {
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const Version& v) { return v.dot == dot; });
  return found == versions_.end() ? nullptr : &*found;
}

const Version* Lineage::with_tag(std::uint64_t tag) const {
  if (tag == 0) return nullptr;
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const Version& v) { return v.tag == tag; });
  return found == versions_.end() ? nullptr : &*found;
}

Places Lineage::newest_places() const {
  std::vector<char> seen(versions_.size(), 0);
  for (const Version& version : versions_) {
    for (const std::uint32_t place : version.before) seen[place] = 1;
  }
  Places out;
  for (std::uint32_t at = 0; at < seen.size(); ++at) {
    if (seen[at] == 0) out.push_back(at);
  }
  return out;
}

std::vector<Dot> Lineage::newest() const {
  std::vector<Dot> out;
  for (const std::uint32_t place : newest_places()) out.push_back(versions_[place].dot);
  std::sort(out.begin(), out.end());
  return out;
}

bool Lineage::saw(const Dot& later, const Dot& earlier) const {
  std::vector<char> reached(versions_.size(), 0);
  // Backwards, since what was seen stands in front: one pass reaches all.
  for (std::size_t at = versions_.size(); at-- > 0;) {
    const Version& version = versions_[at];
    if (reached[at] != 0 && version.dot == earlier) return true;
    if (reached[at] == 0 && version.dot != later) continue;
    for (const std::uint32_t place : version.before) reached[place] = 1;
  }
  return false;
}

void Lineage::join(Lineage other) {
  JoinedLineage joined(std::move(*this));
  joined.add(std::move(other));
  *this = std::move(joined).take();
}

void Lineage::add_newest(const Dot& dot, const EntryClock& clock, std::uint64_t tag) {
  if (has(dot)) return;
  Places before = newest_places();
  versions_.push_back({dot, clock, tag, std::move(before), std::exchange(left_out_, {})});
}

// Puts what was seen in front of who had seen it.
void Lineage::sort() {
  const std::size_t count = versions_.size();
  std::vector<std::uint32_t> now(count, no_place);
  std::vector<Version> sorted;
  sorted.reserve(count);
  for (bool more = true; more;) {
    more = false;  // a circle: not made here
    for (std::size_t at = 0; at < count; ++at) {
      if (now[at] != no_place) continue;
      Version& version = versions_[at];
      const auto placed = [&](std::uint32_t place) { return now[place] != no_place; };
      if (!std::all_of(version.before.begin(), version.before.end(), placed)) continue;
      now[at] = static_cast<std::uint32_t>(sorted.size());
      move_to(version.before, now);
      std::sort(version.before.begin(), version.before.end());
      sorted.push_back(std::move(version));
      more = true;
    }
  }
  versions_ = std::move(sorted);
}

Lineage Lineage::of(std::vector<Version> versions, Spans left_out) {
  for (std::size_t at = 0; at < versions.size(); ++at) {
    const Places& before = versions[at].before;
    const bool sound =
        std::is_sorted(before.begin(), before.end(), std::less_equal<>()) && (before.empty() || before.back() < at);
    KIN_REQUIRE(sound, "what is before version " + std::to_string(at) + " of " + std::to_string(versions.size()));
  }
  Lineage out;
  out.versions_ = std::move(versions);
  out.left_out_ = std::move(left_out);
  return out;
}

// In the order in which they are left out.
enum class Lineage::Worth : char { before_settled, plain, settled };

// From the newest backwards: settled ones that no settled one had seen, and what lies before them.
std::vector<Lineage::Worth> Lineage::worth(const std::function<bool(const Dot&)>& settled) const {
  std::vector<Worth> out(versions_.size(), Worth::plain);
  for (std::size_t at = versions_.size(); at-- > 0;) {
    const Version& version = versions_[at];
    if (out[at] == Worth::plain && settled(version.dot)) out[at] = Worth::settled;
    if (out[at] == Worth::plain) continue;
    for (const std::uint32_t place : version.before) out[place] = Worth::before_settled;
  }
  return out;
}

// Those that are marked. Who had seen one of them keeps what that one had seen, and the span in which it lies.
void Lineage::leave_out(const std::vector<char>& gone) {
  const std::size_t count = versions_.size();
  std::vector<char> seen(count, 0);
  std::vector<std::uint32_t> now(count, no_place);
  std::uint32_t stays = 0;
  for (std::uint32_t at = 0; at < count; ++at) {
    Version& version = versions_[at];
    for (const std::uint32_t place : version.before) seen[place] = 1;
    const auto left_out = [&](std::uint32_t place) { return gone[place] != 0; };
    if (std::any_of(version.before.begin(), version.before.end(), left_out)) {
      // All that stands in front has been seen to already, what goes too: its edges lead to such that stay.
      for (const std::uint32_t place : std::exchange(version.before, {})) {
        if (!left_out(place)) {
          add_place(version.before, place);
          continue;
        }
        for (const std::uint32_t earlier : versions_[place].before) add_place(version.before, earlier);
        version.left_out.widen(versions_[place].dot);
        version.left_out.widen(versions_[place].left_out);
      }
    }
    if (gone[at] == 0) now[at] = stays++;
  }
  for (std::uint32_t at = 0; at < count; ++at) {
    Version& version = versions_[at];
    if (gone[at] == 0) {
      move_to(version.before, now);
    } else if (seen[at] == 0) {
      left_out_.widen(version.dot);
      left_out_.widen(version.left_out);
    }
  }
  drop(versions_, gone);
}

// The first versions of that worth, until so many versions are left or no such one. Which these were; without marks
// where there was none.
std::vector<char> Lineage::leave_out_first(std::vector<Worth>& worth, Worth of, std::size_t down_to) {
  if (versions_.size() <= down_to) return {};
  std::vector<char> gone(versions_.size(), 0);
  std::size_t left = versions_.size();
  for (std::size_t at = 0; at < gone.size() && left > down_to; ++at) {
    if (worth[at] != of) continue;
    gone[at] = 1;
    --left;
  }
  if (left == versions_.size()) return {};
  leave_out(gone);
  drop(worth, gone);
  return gone;
}

void Lineage::thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
  thin(bounds, settled, [](const Lineage&, const std::vector<char>&) { return true; });
}

void Lineage::thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled, const Fits& fits) {
  KIN_REQUIRE(bounds.few <= bounds.most, std::to_string(bounds.few) + " and " + std::to_string(bounds.most));
  if (versions_.size() > bounds.few) {
    std::vector<Worth> worths = worth(settled);
    leave_out_first(worths, Worth::before_settled, bounds.few);
    leave_out_first(worths, Worth::plain, bounds.most);
    leave_out_first(worths, Worth::settled, bounds.most);
  }
  if (fits(*this, {}) || versions_.empty()) return;
  std::vector<Worth> worths = worth(settled);
  std::vector<char> gone = leave_out_first(worths, Worth::before_settled, 0);
  while (gone.empty() || (!fits(*this, gone) && !versions_.empty())) {
    const std::size_t less = versions_.size() - 1;
    gone = leave_out_first(worths, Worth::plain, less);
    if (gone.empty()) gone = leave_out_first(worths, Worth::settled, less);
  }
}

std::uint32_t JoinedLineage::place_of(const Dot& dot) const {
  const auto less = [](const Known& one, std::uint64_t counter) { return one.counter < counter; };
  auto known = std::lower_bound(known_.begin(), known_.end(), dot.counter, less);
  for (; known != known_.end() && known->counter == dot.counter; ++known) {
    if (lineage_.versions_[known->place].dot.actor == dot.actor) return known->place;
  }
  return no_place;
}

void JoinedLineage::know(std::uint32_t place) {
  const std::uint64_t counter = lineage_.versions_[place].dot.counter;
  const auto less = [](std::uint64_t wanted, const Known& one) { return wanted < one.counter; };
  known_.insert(std::upper_bound(known_.begin(), known_.end(), counter, less), {counter, place});
}

void JoinedLineage::know_all() {
  known_.reserve(lineage_.versions_.size());
  for (const Version& version : lineage_.versions_) {
    known_.push_back({version.dot.counter, static_cast<std::uint32_t>(known_.size())});
  }
  std::sort(known_.begin(), known_.end(), [](const Known& a, const Known& b) { return a.counter < b.counter; });
}

void JoinedLineage::add(Lineage other) {
  if (lineage_.empty()) {
    lineage_ = std::move(other);
    return;
  }
  if (known_.empty()) know_all();
  std::vector<Version>& versions = lineage_.versions_;
  lineage_.left_out_.widen(other.left_out_);
  std::vector<std::uint32_t> here;  // where each of theirs stands
  here.reserve(other.versions_.size());
  bool in_order = true;
  for (Version& theirs : other.versions_) {
    const std::uint32_t place = place_of(theirs.dot);
    move_to(theirs.before, here);
    if (place == no_place) {
      std::sort(theirs.before.begin(), theirs.before.end());
      here.push_back(static_cast<std::uint32_t>(versions.size()));
      versions.push_back(std::move(theirs));
      know(here.back());
      continue;
    }
    here.push_back(place);
    Version& mine = versions[place];
    for (const std::uint32_t earlier : theirs.before) {
      add_place(mine.before, earlier);
      in_order = in_order && earlier < place;
    }
    mine.left_out.widen(theirs.left_out);
  }
  if (in_order) return;
  lineage_.sort();
  known_.clear();
}

}  // namespace kin
