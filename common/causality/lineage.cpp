#include "common/causality/lineage.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "common/causality/fnv1a.hpp"

namespace kin {
namespace {

void add_sorted(std::vector<Dot>& dots, const Dot& dot) {
  const auto place = std::lower_bound(dots.begin(), dots.end(), dot);
  if (place == dots.end() || *place != dot) dots.insert(place, dot);
}

bool names(const std::vector<Dot>& dots, const Dot& dot) { return std::binary_search(dots.begin(), dots.end(), dot); }

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

// Puts what was seen in front of who had seen it.
void Lineage::sort() {
  std::vector<Version> sorted;
  sorted.reserve(versions_.size());
  std::set<Dot> placed;
  while (!versions_.empty()) {
    std::vector<Version> rest;
    for (Version& version : versions_) {
      const bool ready =
          std::all_of(version.before.begin(), version.before.end(), [&](const Dot& d) { return placed.contains(d); });
      if (ready) placed.insert(version.dot);
      (ready ? sorted : rest).push_back(std::move(version));
    }
    if (rest.size() == versions_.size()) break;  // a circle, or an edge to nowhere: not made here
    versions_ = std::move(rest);
  }
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
