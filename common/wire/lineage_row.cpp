#include "common/wire/lineage_row.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "common/wire/codec.hpp"
#include "common/wire/lineage_codec.hpp"
#include "common/wire/packed_lineage.hpp"

namespace kin::wire {
namespace {

using Slice = std::span<const std::uint64_t>;
using Counts = boost::container::small_vector<std::uint64_t, 8>;  // by node; 0 where there is none
using Numbers = boost::container::small_vector<std::uint64_t, 24>;

Slice all_of(const Numbers& numbers) { return {numbers.data(), numbers.size()}; }

constexpr std::size_t most_in_row = 32;  // versions; more are seldom, and every two of them are compared
constexpr std::size_t most_in_table = 16;
constexpr std::size_t numbers_of_count = 2;  // node, count
constexpr std::size_t numbers_of_run = 3;    // actor, first, last

struct PackedSpans {
  bool anywhere = false;
  Slice runs;
};

// A version as it stands among the numbers of a row; what is before it is the one in front of it.
struct Link {
  std::uint64_t actor = 0;  // its place, and so are all nodes and actors here
  std::uint64_t counter = 0;
  std::uint64_t tag = 0;
  Slice clock;  // what it says beyond the one in front
  PackedSpans left_out;
};

template <class Items, class Same>
bool all_differ(const Items& items, const Same& same) {
  for (auto one = items.begin(); one != items.end(); ++one) {
    if (std::any_of(items.begin(), one, [&](const auto& other) { return same(other, *one); })) return false;
  }
  return true;
}

class Row {
 public:
  // False where it is none, or its bytes are not those that a node writes.
  bool read(std::string_view bytes) {
    if (bytes.empty()) return true;
    return !decode_into(bytes, in_) && sound_tables() && read_numbers();
  }

  // False where the new clock does not hold the one in front, or the dot is there already.
  bool add(const Dot& dot, const EntryClock& clock, std::uint64_t tag) {
    const Counts counts = counts_up_to(links_.size());
    for (std::size_t node = 0; node < counts.size(); ++node) {
      if (counts[node] > clock.at(in_.names.nodes[node])) return false;
    }
    const std::uint64_t actor = in_.names.place_of(dot.actor);
    for (const auto& [id, count] : clock.counts()) {
      const std::uint64_t node = in_.names.place_of(id);
      if (node >= counts.size() || counts[node] < count) beyond_.insert(beyond_.end(), {node, count});
    }
    links_.push_back({actor, dot.counter, tag, all_of(beyond_), std::exchange(left_out_, {})});
    return all_differ(links_,
                      [](const Link& a, const Link& b) { return a.counter == b.counter && a.actor == b.actor; });
  }

  // What Lineage::thin() leaves out where only the oldest have to go; false where others have to.
  bool thin(const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
    if (links_.size() > bounds.few) {
      std::size_t newest_settled = links_.size();
      while (newest_settled > 0 && !settled(dot_of(links_[newest_settled - 1]))) --newest_settled;
      // Those in front of it are known to all members.
      gone_ = std::min(links_.size() - bounds.few, std::max<std::size_t>(newest_settled, 1) - 1);
    }
    return links_.size() - gone_ <= bounds.most;
  }

  std::string packed() {
    number(links_.size() - gone_);
    for (std::size_t at = gone_; at < links_.size(); ++at) {
      const Link& link = links_[at];
      number(now_of_actor(link.actor));
      number(link.counter);
      number(link.tag);
      number(at > gone_ ? 1 : 0);
      if (at > gone_) number(1);
      if (at == gone_ && gone_ > 0) {
        add_whole_clock(counts_up_to(at + 1));
        add_all_left_out();
      } else {
        add_clock(link.clock);
        add_spans(link.left_out);
      }
    }
    add_spans(left_out_);
    return out_.encoded();
  }

 private:
  bool sound_tables() const {
    const auto& nodes = in_.names.nodes;
    const auto& actors = in_.names.actors;
    if (nodes.size() > most_in_table || actors.size() > most_in_table) return false;
    const auto has_node = [&](const PackedActor& actor) { return actor.node < nodes.size(); };
    return std::all_of(actors.begin(), actors.end(), has_node) && all_differ(nodes, std::equal_to<>()) &&
           all_differ(actors, std::equal_to<>());
  }

  bool read_numbers() {
    const std::uint64_t count = take(most_in_row);
    Counts counts(in_.names.nodes.size(), 0);
    while (sound_ && links_.size() < count) {
      const bool first = links_.empty();
      Link& link = links_.emplace_back();
      link.actor = take_actor();
      link.counter = take_counter();
      link.tag = take(~std::uint64_t{0} - 1);
      if (take(1) != (first ? 0u : 1u) || (!first && take(1) != 1)) return false;
      link.clock = take_clock(counts);
      link.left_out = take_spans();
    }
    left_out_ = take_spans();
    return sound_ && at_ == in_.numbers.size();
  }

  std::uint64_t take(std::uint64_t most) {
    sound_ = sound_ && at_ < in_.numbers.size() && in_.numbers[at_] <= most;
    return sound_ ? in_.numbers[at_++] : 0;
  }
  std::uint64_t take_counter() {
    const std::uint64_t counter = take(max_counter);
    sound_ = sound_ && counter > 0;
    return counter;
  }
  std::uint64_t take_actor() {
    const std::uint64_t actor = take(max_counter);
    sound_ = sound_ && actor < in_.names.actors.size();
    return sound_ ? actor : 0;
  }
  Slice taken_since(std::size_t begin) const { return Slice(in_.numbers).subspan(begin, at_ - begin); }

  // Only what is above `counts`, by ascending ids.
  Slice take_clock(Counts& counts) {
    const std::uint64_t twice = take(2 * most_in_table);
    sound_ = sound_ && twice % 2 == 0;  // else it is a whole clock, which does not hold the one in front
    const std::size_t begin = at_;
    const NodeId* last = nullptr;
    for (std::uint64_t left = twice / 2; left > 0 && sound_; --left) {
      const std::uint64_t node = take(max_counter), count = take_counter();
      sound_ = sound_ && node < counts.size() && counts[node] < count;
      if (!sound_) break;
      sound_ = last == nullptr || *last < in_.names.nodes[node];
      last = &in_.names.nodes[node];
      counts[node] = count;
    }
    return taken_since(begin);
  }

  PackedSpans take_spans() {
    const std::uint64_t runs = take(anywhere_mark);
    if (runs == anywhere_mark) return {true, {}};
    sound_ = sound_ && runs <= max_spans;
    const std::size_t begin = at_;
    std::optional<Actor> last;
    for (std::uint64_t left = runs; left > 0 && sound_; --left) {
      const std::uint64_t actor = take_actor(), first = take_counter(), end = take_counter();
      sound_ = sound_ && first <= end;
      if (runs == 1 || !sound_) continue;
      Actor now = actor_at(actor);
      sound_ = !last || *last < now;
      last = std::move(now);
    }
    return {false, taken_since(begin)};
  }

  Actor actor_at(std::uint64_t place) const {
    const PackedActor& packed = in_.names.actors[place];
    return {in_.names.nodes[packed.node], {packed.born, packed.ordinal}};
  }
  Dot dot_of(const Link& link) const { return {actor_at(link.actor), link.counter}; }

  // The clock of the last of so many versions, by node.
  Counts counts_up_to(std::size_t links) const {
    Counts out(in_.names.nodes.size(), 0);
    for (std::size_t at = 0; at < links; ++at) {
      const Slice clock = links_[at].clock;
      for (std::size_t i = 0; i < clock.size(); i += numbers_of_count) out[clock[i]] = clock[i + 1];
    }
    return out;
  }

  void number(std::uint64_t n) { out_.number(n); }

  // Nodes and actors are numbered as they are named first.
  std::uint64_t now_of_node(std::uint64_t node) {
    const std::uint64_t now = place_in(nodes_now_, node);
    if (now == out_.names.nodes.size()) out_.names.nodes.push_back(in_.names.nodes[node]);
    return now;
  }
  std::uint64_t now_of_actor(std::uint64_t actor) {
    const std::uint64_t now = place_in(actors_now_, actor);
    if (now == out_.names.actors.size()) {
      PackedActor packed = in_.names.actors[actor];
      packed.node = static_cast<std::uint32_t>(now_of_node(packed.node));
      out_.names.actors.push_back(packed);
    }
    return now;
  }
  // Behind all others where it is not there.
  static std::uint64_t place_in(Numbers& numbers, std::uint64_t n) {
    std::uint64_t place = 0;
    while (place < numbers.size() && numbers[place] != n) ++place;
    if (place == numbers.size()) numbers.push_back(n);
    return place;
  }

  void add_clock(Slice clock) {
    number(clock.size());  // twice as many as its counts
    for (std::size_t i = 0; i < clock.size(); i += numbers_of_count) {
      number(now_of_node(clock[i]));
      number(clock[i + 1]);
    }
  }
  void add_whole_clock(const Counts& counts) {
    Numbers nodes;
    for (std::uint64_t node = 0; node < counts.size(); ++node) {
      if (counts[node] > 0) nodes.push_back(node);
    }
    std::sort(nodes.begin(), nodes.end(), [&](auto a, auto b) { return in_.names.nodes[a] < in_.names.nodes[b]; });
    Numbers clock;
    for (const std::uint64_t node : nodes) clock.insert(clock.end(), {node, counts[node]});
    add_clock(all_of(clock));
  }

  void add_spans(const PackedSpans& spans) {
    number(spans.anywhere ? anywhere_mark : spans.runs.size() / numbers_of_run);
    for (std::size_t i = 0; i < spans.runs.size(); i += numbers_of_run) {
      number(now_of_actor(spans.runs[i]));
      number(spans.runs[i + 1]);
      number(spans.runs[i + 2]);
    }
  }
  // Of the first one that stays: its own, and the versions in front of it with theirs.
  void add_all_left_out() {
    boost::container::small_vector<CounterSet::Run, 6> all(in_.names.actors.size());  // zeros where there is none
    Numbers actors;
    bool anywhere = false;
    const auto widen = [&](std::uint64_t actor, CounterSet::Run run) {
      CounterSet::Run& mine = all[actor];
      if (mine.first == 0) {
        actors.push_back(actor);
        mine = run;
      }
      mine = {std::min(mine.first, run.first), std::max(mine.last, run.last)};
    };
    for (std::size_t at = 0; at <= gone_; ++at) {
      const Link& link = links_[at];
      if (at < gone_) widen(link.actor, {link.counter, link.counter});
      anywhere = anywhere || link.left_out.anywhere;
      const Slice runs = link.left_out.runs;
      for (std::size_t i = 0; i < runs.size(); i += numbers_of_run) widen(runs[i], {runs[i + 1], runs[i + 2]});
    }
    if (anywhere || actors.size() > max_spans) return add_spans({true, {}});
    std::sort(actors.begin(), actors.end(), [&](auto a, auto b) { return actor_at(a) < actor_at(b); });
    Numbers runs;
    for (const std::uint64_t actor : actors) runs.insert(runs.end(), {actor, all[actor].first, all[actor].last});
    add_spans({false, all_of(runs)});
  }

  PackedLineage in_;
  std::size_t at_ = 0;  // the next number of it
  bool sound_ = true;
  boost::container::small_vector<Link, 18> links_;  // the oldest first
  PackedSpans left_out_;                            // besides them
  Numbers beyond_;                                  // what the newest one's clock says
  std::size_t gone_ = 0;                            // so many of the oldest
  LineageText out_;
  Numbers nodes_now_, actors_now_;  // of out_, their places in in_
};

}  // namespace

std::optional<std::string> pack_next_in_row(std::string_view before, const Dot& dot, const EntryClock& clock,
                                            std::uint64_t tag, const LineageBounds& bounds,
                                            const std::function<bool(const Dot&)>& settled) {
  Row row;
  if (!row.read(before) || !row.add(dot, clock, tag) || !row.thin(bounds, settled)) return std::nullopt;
  std::string packed = row.packed();
  if (packed.size() > max_lineage_bytes) return std::nullopt;
  return packed;
}

}  // namespace kin::wire
