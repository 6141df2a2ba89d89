#include "common/causality/lineage.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "common/causality/fnv1a.hpp"

namespace kin {
namespace {

void add_sorted(std::vector<Dot>& dots, const Dot& dot) {
  const auto place = std::lower_bound(dots.begin(), dots.end(), dot);
  if (place == dots.end() || *place != dot) dots.insert(place, dot);
}

// Mostly there are one or two.
bool names(const std::vector<Dot>& dots, const Dot& dot) {
  return std::find(dots.begin(), dots.end(), dot) != dots.end();
}

}  // namespace

bool Spans::has(const Dot& dot) const {
  const auto run = runs.find(dot.actor);
  return anywhere || (run != runs.end() && run->second.first <= dot.counter && dot.counter <= run->second.last);
}

void Spans::widen(const Dot& dot) {
  if (anywhere) return;
  auto [run, first] = runs.try_emplace(dot.actor, CounterSet::Run{dot.counter, dot.counter});
  if (first && runs.size() > max_spans) {
    *this = {{}, true};
  } else if (!first) {
    run->second.first = std::min(run->second.first, dot.counter);
    run->second.last = std::max(run->second.last, dot.counter);
  }
}

void Spans::widen(const Spans& more) {
  if (more.anywhere) *this = more;
  for (const auto& [actor, run] : more.runs) {
    widen(Dot{actor, run.first});
    widen(Dot{actor, run.last});
  }
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

std::vector<Dot> Lineage::newest() const {
  std::vector<Dot> out;
  for (const Version& version : versions_) {
    const bool seen = std::any_of(versions_.begin(), versions_.end(),
                                  [&](const Version& other) { return names(other.before, version.dot); });
    if (!seen) add_sorted(out, version.dot);
  }
  return out;
}

bool Lineage::saw(const Dot& later, const Dot& earlier) const {
  std::set<Dot> reached{later};
  // Backwards through an order in which what was seen stands in front: one pass reaches all.
  for (auto version = versions_.rbegin(); version != versions_.rend(); ++version) {
    if (!reached.contains(version->dot)) continue;
    if (names(version->before, earlier)) return true;
    reached.insert(version->before.begin(), version->before.end());
  }
  return false;
}

void Lineage::join(Lineage other) {
  if (empty()) {
    *this = std::move(other);
    return;
  }
  left_out_.widen(other.left_out_);
  for (Version& theirs : other.versions_) {
    auto mine = std::find_if(versions_.begin(), versions_.end(), [&](const Version& v) { return v.dot == theirs.dot; });
    if (mine == versions_.end()) {
      versions_.push_back(std::move(theirs));
      continue;
    }
    for (const Dot& dot : theirs.before) add_sorted(mine->before, dot);
    mine->left_out.widen(theirs.left_out);
  }
  sort();
}

void Lineage::add_newest(const Dot& dot, const EntryClock& clock, std::uint64_t tag) {
  Version version{dot, clock, tag, newest(), std::exchange(left_out_, {})};
  versions_.push_back(std::move(version));
}

// Puts what was seen in front of who had seen it. Over places, since versions are dear to move and dots to compare.
void Lineage::sort() {
  const std::size_t count = versions_.size();
  std::vector<std::size_t> by_dot(count);
  std::iota(by_dot.begin(), by_dot.end(), std::size_t{0});
  std::sort(by_dot.begin(), by_dot.end(),
            [&](std::size_t a, std::size_t b) { return versions_[a].dot < versions_[b].dot; });
  const auto place_of = [&](const Dot& dot) {
    const auto less = [&](std::size_t at, const Dot& wanted) { return versions_[at].dot < wanted; };
    const auto found = std::lower_bound(by_dot.begin(), by_dot.end(), dot, less);
    return found == by_dot.end() || versions_[*found].dot != dot ? count : *found;
  };
  std::vector<std::size_t> seen, ends;  // what each had seen, one behind the other
  ends.reserve(count);
  for (const Version& version : versions_) {
    for (const Dot& dot : version.before) seen.push_back(place_of(dot));
    ends.push_back(seen.size());
  }
  std::vector<char> placed(count + 1, 0);
  std::vector<std::size_t> order;
  order.reserve(count);
  for (bool more = true; more;) {
    more = false;  // a circle, or an edge to nowhere: not made here
    for (std::size_t at = 0; at < count; ++at) {
      if (placed[at] != 0) continue;
      const auto first = seen.begin() + static_cast<std::ptrdiff_t>(at == 0 ? 0 : ends[at - 1]);
      const auto last = seen.begin() + static_cast<std::ptrdiff_t>(ends[at]);
      if (!std::all_of(first, last, [&](std::size_t earlier) { return placed[earlier] != 0; })) continue;
      placed[at] = 1;
      order.push_back(at);
      more = true;
    }
  }
  if (order.size() == count && std::is_sorted(order.begin(), order.end())) return;
  std::vector<Version> sorted;
  sorted.reserve(order.size());
  for (const std::size_t at : order) sorted.push_back(std::move(versions_[at]));
  versions_ = std::move(sorted);
}

// Whether what a version had seen stands in front of it. Short ones only: each version is looked for among all before
// it.
bool Lineage::in_order(const std::vector<Version>& versions) {
  constexpr std::size_t most = 32;
  if (versions.size() > most) return false;
  for (auto version = versions.begin(); version != versions.end(); ++version) {
    const auto in_front = [&](const Dot& dot) {
      return std::any_of(versions.begin(), version, [&](const Version& v) { return v.dot == dot; });
    };
    if (!std::all_of(version->before.begin(), version->before.end(), in_front)) return false;
  }
  return true;
}

Lineage Lineage::of(std::vector<Version> versions, Spans left_out) {
  if (in_order(versions)) {
    Lineage out;
    out.left_out_ = std::move(left_out);
    out.versions_ = std::move(versions);
    for (Version& version : out.versions_) std::sort(version.before.begin(), version.before.end());
    return out;
  }
  std::set<Dot> there;
  for (const Version& version : versions) there.insert(version.dot);
  Lineage out;
  out.left_out_ = std::move(left_out);
  for (Version& version : versions) {
    std::erase_if(version.before, [&](const Dot& dot) { return !there.contains(dot); });
    std::sort(version.before.begin(), version.before.end());
    out.versions_.push_back(std::move(version));
  }
  out.sort();
  return out;
}

void Lineage::leave_out(std::size_t at) {
  const Version gone = std::move(versions_[at]);
  versions_.erase(versions_.begin() + static_cast<std::ptrdiff_t>(at));
  bool seen = false;
  for (Version& version : versions_) {
    if (std::erase(version.before, gone.dot) == 0) continue;
    seen = true;
    for (const Dot& dot : gone.before) add_sorted(version.before, dot);
    version.left_out.widen(gone.dot);
    version.left_out.widen(gone.left_out);
  }
  if (seen) return;
  left_out_.widen(gone.dot);
  left_out_.widen(gone.left_out);
}

void Lineage::thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
  if (versions_.size() <= bounds.few) return;
  // From the newest backwards: settled ones that no settled one had seen, and what lies before them.
  std::set<Dot> keep, before;
  for (auto version = versions_.rbegin(); version != versions_.rend(); ++version) {
    const bool old = before.contains(version->dot);
    if (!old && settled(version->dot)) keep.insert(version->dot);
    if (old || keep.contains(version->dot)) before.insert(version->before.begin(), version->before.end());
  }
  for (std::size_t i = 0; i < versions_.size() && versions_.size() > bounds.few;) {
    before.contains(versions_[i].dot) ? leave_out(i) : static_cast<void>(++i);
  }
  for (std::size_t i = 0; i < versions_.size() && versions_.size() > bounds.most;) {
    keep.contains(versions_[i].dot) ? static_cast<void>(++i) : leave_out(i);
  }
  while (versions_.size() > bounds.most) leave_out(0);
}

}  // namespace kin
