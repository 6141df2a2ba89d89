// Lineages against the same rules in plain words: a version at a time, named by dots, and nothing looked up by its
// place. What is kept, and in which order, is told to peers and clients, and must not depend on how it is found.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "common/causality/lineage.hpp"

using namespace kin;

namespace {

using Settled = std::function<bool(const Dot&)>;

struct PlainVersion {
  Dot dot;
  std::set<Dot> before;
  Spans left_out;
};

struct PlainLineage {
  std::vector<PlainVersion> versions;
  Spans left_out;

  PlainVersion* find(const Dot& dot) {
    const auto found = std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.dot == dot; });
    return found == versions.end() ? nullptr : &*found;
  }

  void add_newest(const Dot& dot) {
    PlainVersion added{dot, {}, std::exchange(left_out, {})};
    for (const PlainVersion& version : versions) added.before.insert(version.dot);
    for (const PlainVersion& version : versions) {
      for (const Dot& seen : version.before) added.before.erase(seen);
    }
    versions.push_back(added);
  }

  void join(const PlainLineage& other) {
    left_out.widen(other.left_out);
    for (const PlainVersion& theirs : other.versions) {
      PlainVersion* mine = find(theirs.dot);
      if (mine == nullptr) {
        versions.push_back(theirs);
        continue;
      }
      mine->before.insert(theirs.before.begin(), theirs.before.end());
      mine->left_out.widen(theirs.left_out);
    }
    // From the front to the back, again and again, whoever has all before it in front.
    std::vector<PlainVersion> waiting = std::exchange(versions, {});
    while (!waiting.empty()) {
      std::vector<PlainVersion> later;
      for (PlainVersion& version : waiting) {
        const bool ready = std::all_of(version.before.begin(), version.before.end(),
                                       [&](const Dot& dot) { return find(dot) != nullptr; });
        (ready ? versions : later).push_back(version);
      }
      waiting = later;
    }
  }

  void leave_out(std::size_t at) {
    const PlainVersion gone = versions[at];
    versions.erase(versions.begin() + static_cast<std::ptrdiff_t>(at));
    bool seen = false;
    for (PlainVersion& version : versions) {
      if (version.before.erase(gone.dot) == 0) continue;
      seen = true;
      version.before.insert(gone.before.begin(), gone.before.end());
      version.left_out.widen(gone.dot);
      version.left_out.widen(gone.left_out);
    }
    if (seen) return;
    left_out.widen(gone.dot);
    left_out.widen(gone.left_out);
  }

  void thin(const LineageBounds& bounds, const Settled& settled) {
    if (versions.size() <= bounds.few) return;
    std::set<Dot> keep, before;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      const bool old = before.contains(version->dot);
      if (!old && settled(version->dot)) keep.insert(version->dot);
      if (old || keep.contains(version->dot)) before.insert(version->before.begin(), version->before.end());
    }
    for (std::size_t i = 0; i < versions.size() && versions.size() > bounds.few;) {
      before.contains(versions[i].dot) ? leave_out(i) : static_cast<void>(++i);
    }
    for (std::size_t i = 0; i < versions.size() && versions.size() > bounds.most;) {
      keep.contains(versions[i].dot) ? static_cast<void>(++i) : leave_out(i);
    }
    while (versions.size() > bounds.most) leave_out(0);
  }
};

// About as bytes are: it may grow when a version is left out.
std::size_t weight(const Lineage& lineage) {
  std::size_t out = lineage.left_out().runs.size();
  for (const Version& version : lineage.versions()) out += 2 + version.before.size() + version.left_out.runs.size();
  return out;
}

std::size_t weight(const PlainLineage& lineage) {
  std::size_t out = lineage.left_out.runs.size();
  for (const PlainVersion& version : lineage.versions) out += 2 + version.before.size() + version.left_out.runs.size();
  return out;
}

void same(const Lineage& lineage, const PlainLineage& plain) {
  RC_ASSERT(lineage.left_out() == plain.left_out);
  RC_ASSERT(lineage.versions().size() == plain.versions.size());
  for (std::size_t at = 0; at < plain.versions.size(); ++at) {
    const Version& version = lineage.versions()[at];
    std::set<Dot> before;
    for (const std::uint32_t place : version.before) {
      RC_ASSERT(place < at);
      before.insert(lineage.versions()[place].dot);
    }
    RC_ASSERT(version.dot == plain.versions[at].dot);
    RC_ASSERT(before == plain.versions[at].before);
    RC_ASSERT(before.size() == version.before.size());
    RC_ASSERT(version.left_out == plain.versions[at].left_out);
  }
}

std::size_t below(std::size_t n) { return *rc::gen::resize(100, rc::gen::inRange<std::size_t>(0, n)); }

}  // namespace

TEST_CASE("writers who go on from each other's lineages, thinned here and there: as the rules say in plain words") {
  constexpr std::size_t writers = 4, actors = 12;  // more actors than spans
  const bool holds = rc::check([] {
    std::vector<Lineage> lineages(writers);
    std::vector<PlainLineage> plain(writers);
    std::map<std::size_t, std::uint64_t> counters;
    const std::uint64_t settled_up_to = below(8), modulus = 1 + below(3);
    const auto settled = [&](const Dot& dot) { return dot.counter <= settled_up_to && dot.counter % modulus == 0; };
    for (std::size_t steps = 10 + below(50); steps > 0; --steps) {
      const std::size_t one = below(writers), other = below(writers), what = below(8);
      if (what < 4) {
        const std::size_t actor = below(actors);
        const Dot dot{{NodeId("n" + std::to_string(actor % 5)), {actor, 1}}, ++counters[actor]};
        lineages[one].add_newest(dot, {}, 0);
        plain[one].add_newest(dot);
      } else if (what < 6) {
        lineages[one].join(lineages[other]);
        plain[one].join(plain[other]);
      } else if (what < 7) {
        const std::size_t few = below(6), most = few + below(6);
        lineages[one].thin({few, most}, settled);
        plain[one].thin({few, most}, settled);
      } else {
        const std::size_t few = below(10), most = few + below(10), enough = below(40);
        lineages[one].thin({few, most}, settled,
                           [&](const Lineage& thinned, const std::vector<char>&) { return weight(thinned) <= enough; });
        plain[one].thin({few, most}, settled);
        for (std::size_t left = plain[one].versions.size(); weight(plain[one]) > enough && left > 0;) {
          plain[one].thin({0, --left}, settled);
        }
      }
      same(lineages[one], plain[one]);
    }
    // All at once, as a reader of all their values has it.
    JoinedLineage joined;
    PlainLineage all;
    for (std::size_t one = 0; one < writers; ++one) {
      joined.add(lineages[one]);
      all.join(plain[one]);
    }
    same(joined.lineage(), all);
    for (const PlainVersion& version : all.versions) RC_ASSERT(joined.lineage().has(version.dot));
  });
  CHECK(holds);
}
