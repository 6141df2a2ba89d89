// What the writer of a value had seen of its key: the versions before it, as a small graph. It explains a conflict to
// people and decides nothing.
//
// "Seen" is what a reader was shown: the values of a read and, by their own lineages, what their writers had seen. A
// delete is a version too where its writer went on with the context of its answer.
//
// A lineage is bounded. A version that is left out leaves behind what its neighbours need: whoever had seen it keeps
// its edges, and the span of counters in which it lies. So what the graph says stays true, and where something newer
// might have been left out, the spans tell (see common_past).
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/causality/counter_set.hpp"
#include "common/causality/dot.hpp"
#include "common/causality/version_vector.hpp"

namespace kin {

// Where the versions lie that are left out: for each actor between a first and a last counter. Other versions of the
// key may lie there too, and those of other keys. Of more than a few actors nothing is kept but that it may be
// anywhere.
struct Spans {
  boost::container::flat_map<Actor, CounterSet::Run> runs;
  bool anywhere = false;  // then `runs` is empty

  bool empty() const { return runs.empty() && !anywhere; }
  bool has(const Dot& dot) const;
  void widen(const Dot& dot) { widen(dot.actor, {dot.counter, dot.counter}); }
  void widen(const Spans& more);
  void widen(const Actor& actor, CounterSet::Run run);
  // Where both may be.
  Spans both(const Spans& other) const;

  bool operator==(const Spans&) const = default;
};

inline constexpr std::size_t max_spans = 8;

// Tells two operations apart; 0 for an empty id.
std::uint64_t operation_tag(std::string_view operation);  // below 2^63

// Where versions stand in Lineage::versions(); ascending, each once. Mostly there are one or two.
using Places = boost::container::small_vector<std::uint32_t, 2>;

struct Version {
  Dot dot;
  EntryClock clock;       // empty for a delete
  std::uint64_t tag = 0;  // of its operation
  Places before;          // the nearest versions of the lineage that its writer had seen; all stand in front of it
  Spans left_out;         // what its writer had seen besides, and what is seen through it

  bool operator==(const Version&) const = default;
};

// How much of a lineage is kept; `few` is not above `most`.
struct LineageBounds {
  std::size_t few = 4;    // versions, where newer ones are known to all members
  std::size_t most = 16;  // versions
};

class Lineage {
 public:
  // In an order in which no version stands behind one whose writer had seen it.
  const std::vector<Version>& versions() const { return versions_; }
  // What the writer had seen itself and is no part of the graph.
  const Spans& left_out() const { return left_out_; }
  bool empty() const { return versions_.empty() && left_out_.empty(); }

  bool has(const Dot& dot) const { return find(dot) != nullptr; }
  const Version* find(const Dot& dot) const;  // valid until the lineage changes
  // nullptr where the tag is 0 or no version has it.
  const Version* with_tag(std::uint64_t tag) const;
  // Versions that no other version of it had seen.
  std::vector<Dot> newest() const;
  // Whether the writer of `later` had seen `earlier`, both of the graph.
  bool saw(const Dot& later, const Dot& earlier) const;

  // Of a writer who has seen what both have seen.
  void join(Lineage other);
  // Of a writer who has seen the write of this lineage, and so all that it had seen. Changes nothing where the dot is
  // there already, which only a forged context can bring about.
  void add_newest(const Dot& dot, const EntryClock& clock, std::uint64_t tag);
  // Down to the bounds. `settled`: all members have this dot. The newest versions that are settled stay longest, since
  // from these a writer starts who is cut off; what lies before them goes first.
  void thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled);
  // Of what is left, and of what was asked about the last time: a mark for each version, not 0 where it is left out
  // since. Without marks the first time.
  using Fits = std::function<bool(const Lineage& left, const std::vector<char>& gone)>;
  // The same, and on in that order until what is left fits, or no version is left. `fits` is asked once at least.
  void thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled, const Fits& fits);

  bool operator==(const Lineage&) const = default;

  // From parts as versions() and left_out() gave them. The dots differ, and what is before a version stands in front of
  // it.
  static Lineage of(std::vector<Version> versions, Spans left_out);

 private:
  friend class JoinedLineage;
  enum class Worth : char;

  Places newest_places() const;
  std::vector<Worth> worth(const std::function<bool(const Dot&)>& settled) const;
  void leave_out(const std::vector<char>& gone);
  std::vector<char> leave_out_first(std::vector<Worth>& worth, Worth of, std::size_t down_to);
  void sort();

  std::vector<Version> versions_;
  Spans left_out_;
};

// Lineages joined one behind the other: what Lineage::join gives, without looking through all versions for each.
class JoinedLineage {
 public:
  JoinedLineage() = default;
  explicit JoinedLineage(Lineage first) : lineage_(std::move(first)) {}

  void add(Lineage other);
  const Lineage& lineage() const { return lineage_; }
  Lineage take() && { return std::move(lineage_); }

 private:
  struct Known {
    std::uint64_t counter;
    std::uint32_t place;
  };

  std::uint32_t place_of(const Dot& dot) const;  // no_place where it is not there
  void know(std::uint32_t place);
  void know_all();

  Lineage lineage_;
  std::vector<Known> known_;  // all versions, by counter, which tells most apart; empty until one is looked for
};

}  // namespace kin
