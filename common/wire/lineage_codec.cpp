#include "common/wire/lineage_codec.hpp"

#include <algorithm>
#include <vector>

namespace kin::wire {
namespace {

constexpr std::size_t max_versions = 4096;
constexpr std::uint64_t anywhere_mark = 1000;

struct PackedActor {
  std::uint32_t node = 0;
  std::uint64_t born = 0;
  std::uint32_t ordinal = 0;

  template <class V>
  void fields(V& v) {
    v(node, born, ordinal);
  }
};

struct PackedLineage {
  std::vector<NodeId> nodes;
  std::vector<PackedActor> actors;
  std::vector<std::uint64_t> numbers;

  template <class V>
  void fields(V& v) {
    v(nodes, actors, numbers);
  }
};

EntryClock join_before(const Lineage& lineage, const Version& version) {
  if (version.before.size() == 1) return lineage.find(version.before.front())->clock;
  EntryClock out;
  for (const Dot& dot : version.before) out.join(lineage.find(dot)->clock);
  return out;
}

bool all_different(const std::vector<Version>& versions) {
  std::vector<Dot> dots;
  dots.reserve(versions.size());
  for (const Version& version : versions) dots.push_back(version.dot);
  std::sort(dots.begin(), dots.end());
  return std::adjacent_find(dots.begin(), dots.end()) == dots.end();
}

class Writing {
 public:
  std::string pack(const Lineage& lineage) {
    const std::vector<Version>& versions = lineage.versions();
    number(versions.size());
    for (std::size_t at = 0; at < versions.size(); ++at) {
      const Version& version = versions[at];
      number(actor(version.dot.actor));
      number(version.dot.counter);
      number(version.tag);
      number(version.before.size());
      for (std::size_t back = 1; back <= at; ++back) {
        const Dot& dot = versions[at - back].dot;
        if (std::find(version.before.begin(), version.before.end(), dot) != version.before.end()) number(back);
      }
      clock(version.clock, join_before(lineage, version));
      spans(version.left_out);
    }
    spans(lineage.left_out());
    return encode(out_);
  }

 private:
  void number(std::uint64_t n) { out_.numbers.push_back(n); }

  std::size_t node(const NodeId& id) {
    const auto found = std::find(out_.nodes.begin(), out_.nodes.end(), id);
    const auto at = static_cast<std::size_t>(found - out_.nodes.begin());
    if (found == out_.nodes.end()) out_.nodes.push_back(id);
    return at;
  }

  std::size_t actor(const Actor& actor) {
    const auto found = std::find(actors_.begin(), actors_.end(), actor);
    const auto at = static_cast<std::size_t>(found - actors_.begin());
    if (found == actors_.end()) {
      actors_.push_back(actor);
      out_.actors.push_back({static_cast<std::uint32_t>(node(actor.node)), actor.life.born, actor.life.ordinal});
    }
    return at;
  }

  void clock(const EntryClock& clock, const EntryClock& before) {
    const Relation relation = before.compare(clock);
    const bool above = relation == Relation::before || relation == Relation::equal;
    std::vector<std::pair<std::size_t, std::uint64_t>> counts;
    for (const auto& [id, count] : clock.counts()) {
      if (!above || before.at(id) < count) counts.emplace_back(node(id), count);
    }
    number(2 * counts.size() + (above ? 0 : 1));
    for (const auto& [at, count] : counts) {
      number(at);
      number(count);
    }
  }

  void spans(const Spans& spans) {
    number(spans.anywhere ? anywhere_mark : spans.runs.size());
    for (const auto& [who, run] : spans.runs) {
      number(actor(who));
      number(run.first);
      number(run.last);
    }
  }

  PackedLineage out_;
  std::vector<Actor> actors_;
};

class Reading {
 public:
  explicit Reading(PackedLineage packed) : in_(std::move(packed)) {}

  tl::expected<Lineage, Malformed> lineage() {
    std::vector<Version> versions;
    for (std::uint64_t n = number(max_versions); n > 0 && sound_; --n) versions.push_back(version(versions));
    Spans left_out = spans();
    if (!sound_ || left() != 0 || !all_different(versions)) return tl::unexpected(Malformed{"a lineage that is none"});
    return Lineage::of(std::move(versions), std::move(left_out));
  }

 private:
  std::size_t left() const { return in_.numbers.size() - at_; }
  std::uint64_t number(std::uint64_t below) {
    if (!sound_ || left() == 0 || in_.numbers[at_] >= below) {
      sound_ = false;
      return 0;
    }
    return in_.numbers[at_++];
  }
  std::uint64_t counter() { return number(max_counter + 1); }

  Actor actor() {
    const std::uint64_t at = number(in_.actors.size());
    if (!sound_) return {};
    const PackedActor& packed = in_.actors[at];
    if (packed.node >= in_.nodes.size()) {
      sound_ = false;
      return {};
    }
    return {in_.nodes[packed.node], {packed.born, packed.ordinal}};
  }

  Version version(const std::vector<Version>& earlier) {
    Version out;
    out.dot.actor = actor();
    out.dot.counter = counter();
    if (out.dot.counter == 0) sound_ = false;
    out.tag = number(~std::uint64_t{0});
    EntryClock before;
    for (std::uint64_t n = number(earlier.size() + 1); n > 0 && sound_; --n) {
      const std::uint64_t back = number(earlier.size() + 1);
      if (back == 0) sound_ = false;
      if (!sound_) break;
      const Version& seen = earlier[earlier.size() - back];
      out.before.push_back(seen.dot);
      before.join(seen.clock);
    }
    const std::uint64_t counts = number(2 * in_.numbers.size());
    if (counts % 2 == 0) out.clock = before;
    for (std::uint64_t n = counts / 2; n > 0 && sound_; --n) {
      const std::uint64_t node = number(in_.nodes.size());
      const std::uint64_t count = counter();
      if (sound_) out.clock.raise(in_.nodes[node], count);
    }
    out.left_out = spans();
    return out;
  }

  Spans spans() {
    Spans out;
    const std::uint64_t runs = number(anywhere_mark + 1);
    if (runs == anywhere_mark) return {{}, true};
    if (runs > max_spans) sound_ = false;
    for (std::uint64_t n = runs; n > 0 && sound_; --n) {
      const Actor who = actor();
      const std::uint64_t first = counter(), last = counter();
      if (first == 0 || last < first || !out.runs.emplace(who, CounterSet::Run{first, last}).second) sound_ = false;
    }
    return out;
  }

  const PackedLineage in_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

}  // namespace

std::string pack(const Lineage& lineage) { return lineage.empty() ? std::string() : Writing().pack(lineage); }

std::string pack_thinned(Lineage lineage, const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
  lineage.thin(bounds, settled);
  std::string out = pack(lineage);
  for (std::size_t most = lineage.versions().size(); out.size() > max_lineage_bytes && most > 0;) {
    lineage.thin({0, --most}, settled);
    out = pack(lineage);
  }
  return out.size() > max_lineage_bytes ? pack(Lineage::of({}, {{}, true})) : out;
}

tl::expected<Lineage, Malformed> unpack_lineage(std::string_view bytes) {
  if (bytes.empty()) return Lineage{};
  return decode<PackedLineage>(bytes).and_then(
      [](PackedLineage&& packed) { return Reading(std::move(packed)).lineage(); });
}

bool may_have_tag(std::string_view packed, std::uint64_t tag) { return packed.find(encode(tag)) != packed.npos; }

}  // namespace kin::wire
