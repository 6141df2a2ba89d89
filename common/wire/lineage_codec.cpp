#include "common/wire/lineage_codec.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/assert.hpp"
#include "common/wire/lineage_parts.hpp"
#include "common/wire/packed_lineage.hpp"

namespace kin::wire {
namespace {

constexpr std::size_t max_versions = 4096;

bool all_different(const std::vector<Version>& versions) {
  const auto not_above = [](const Version& a, const Version& b) { return a.dot.counter >= b.dot.counter; };
  if (std::adjacent_find(versions.begin(), versions.end(), not_above) == versions.end()) return true;  // mostly
  std::vector<const Dot*> dots;
  dots.reserve(versions.size());
  for (const Version& version : versions) dots.push_back(&version.dot);
  const auto less = [](const Dot* a, const Dot* b) {
    return a->counter != b->counter ? a->counter < b->counter : a->actor < b->actor;
  };
  std::sort(dots.begin(), dots.end(), less);
  const auto same = [](const Dot* a, const Dot* b) { return *a == *b; };
  return std::adjacent_find(dots.begin(), dots.end(), same) == dots.end();
}

class Writing {
 public:
  Writing(const Lineage& lineage, const LineageParts& parts) {
    const std::vector<Version>& versions = lineage.versions();
    number(versions.size());
    for (std::size_t at = 0; at < versions.size(); ++at) {
      const Version& version = versions[at];
      number(out_.names.place_of(version.dot.actor));
      number(version.dot.counter);
      number(version.tag);
      number(version.before.size());
      for (auto place = version.before.rbegin(); place != version.before.rend(); ++place) number(at - *place);
      clock(version.clock, parts.clock(at));
      spans(version.left_out);
    }
    spans(lineage.left_out());
  }

  std::string encoded() const { return out_.encoded(); }

 private:
  void number(std::uint64_t n) { out_.number(n); }

  void clock(const EntryClock& clock, const ClockPart& part) {
    number(2 * part.counts.size() + (part.whole ? 1 : 0));
    for (const std::uint32_t place : part.counts) {
      const auto& [id, count] = *clock.counts().nth(place);
      number(out_.names.place_of(id));
      number(count);
    }
  }

  void spans(const Spans& spans) {
    number(spans.anywhere ? anywhere_mark : spans.runs.size());
    for (const auto& [who, run] : spans.runs) {
      number(out_.names.place_of(who));
      number(run.first);
      number(run.last);
    }
  }

  LineageText out_;
};

class Reading {
 public:
  explicit Reading(const PackedLineage& packed) : in_(packed) {}

  tl::expected<Lineage, Malformed> lineage() {
    std::vector<Version> versions;
    std::uint64_t n = number(max_versions);
    constexpr std::size_t least_numbers = 6;                                 // of a version
    versions.reserve(std::min<std::size_t>(n, left() / least_numbers) + 1);  // who reads it mostly adds one
    for (; n > 0 && sound_; --n) add_version(versions);
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
    const std::uint64_t at = number(in_.names.actors.size());
    if (!sound_) return {};
    const PackedActor& packed = in_.names.actors[at];
    if (packed.node >= in_.names.nodes.size()) {
      sound_ = false;
      return {};
    }
    return {in_.names.nodes[packed.node], {packed.born, packed.ordinal}};
  }

  void add_version(std::vector<Version>& versions) {
    const std::size_t at = versions.size();
    Version& out = versions.emplace_back();
    out.dot.actor = actor();
    out.dot.counter = counter();
    if (out.dot.counter == 0) sound_ = false;
    out.tag = number(~std::uint64_t{0});
    std::uint64_t last = 0;
    for (std::uint64_t n = number(at + 1); n > 0 && sound_; --n) {
      const std::uint64_t back = number(at + 1);
      if (back <= last) sound_ = false;
      if (sound_) out.before.push_back(static_cast<std::uint32_t>(at - back));
      last = back;
    }
    std::reverse(out.before.begin(), out.before.end());
    const std::uint64_t counts = number(2 * in_.numbers.size());
    if (counts % 2 == 0 && sound_) out.clock = ClockBefore(versions, out.before).take();
    for (std::uint64_t n = counts / 2; n > 0 && sound_; --n) {
      const std::uint64_t node = number(in_.names.nodes.size());
      const std::uint64_t count = counter();
      if (sound_) out.clock.raise(in_.names.nodes[node], count);
    }
    out.left_out = spans();
  }

  Spans spans() {
    Spans out;
    const std::uint64_t runs = number(anywhere_mark + 1);
    if (runs == anywhere_mark) return {{}, true};
    if (runs > max_spans) sound_ = false;
    for (std::uint64_t n = runs; n > 0 && sound_; --n) {
      Actor who = actor();
      const std::uint64_t first = counter(), last = counter();
      const CounterSet::Run run{first, last};
      if (first == 0 || last < first || !out.runs.emplace(std::move(who), run).second) sound_ = false;
    }
    return out;
  }

  const PackedLineage& in_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

}  // namespace

std::string pack(const Lineage& lineage) {
  return lineage.empty() ? std::string() : Writing(lineage, LineageParts(lineage.versions())).encoded();
}

std::string pack_thinned(Lineage lineage, const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
  std::string out;
  std::optional<LineageParts> parts;
  const auto fits = [&](const Lineage& left, const std::vector<char>& gone) {
    if (left.empty()) return true;
    parts ? parts->leave_out(left.versions(), gone) : void(parts.emplace(left.versions()));
    if (parts->least_bytes() > max_lineage_bytes) return false;
    std::string packed = Writing(left, *parts).encoded();
    const bool fit = packed.size() <= max_lineage_bytes;
    if (fit) out = std::move(packed);
    return fit;
  };
  lineage.thin(bounds, settled, fits);
  return out.empty() && !lineage.empty() ? pack(Lineage::of({}, {{}, true})) : out;
}

tl::expected<Lineage, Malformed> unpack_lineage(std::string_view bytes) {
  if (bytes.empty()) return Lineage{};
  PackedLineage packed;
  if (auto malformed = decode_into(bytes, packed)) return tl::unexpected(std::move(*malformed));
  return Reading(packed).lineage();
}

// Without its head, which nearly all tags have.
bool may_have_tag(std::string_view packed, std::uint64_t tag) {
  std::string bytes;
  Packer(bytes).put(tag);
  return packed.find(std::string_view(bytes).substr(1)) != packed.npos;
}

}  // namespace kin::wire
