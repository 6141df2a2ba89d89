#include "common/wire/lineage_parts.hpp"

#include <algorithm>

namespace kin::wire {

ClockBefore::ClockBefore(const std::vector<Version>& versions, const Places& before) {
  if (before.empty()) return;
  const EntryClock& first = versions[before.front()].clock;
  if (before.size() == 1) {
    one_ = &first;
    return;
  }
  joined_ = first;
  for (const std::uint32_t place : before) joined_.join(versions[place].clock);
}

LineageParts::LineageParts(const std::vector<Version>& versions) {
  parts_.reserve(versions.size());
  stand_.reserve(versions.size());
  for (const Version& version : versions) {
    stand_.push_back(static_cast<std::uint32_t>(stand_.size()));
    parts_.push_back(part_of(versions, version));
    bytes_ += parts_.back().bytes;
  }
}

void LineageParts::leave_out(const std::vector<Version>& versions, const std::vector<char>& gone) {
  std::vector<char> left_out(parts_.size(), 0);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < gone.size(); ++at) {
    const std::uint32_t part = stand_[at];
    if (gone[at] == 0) {
      stand_[kept++] = part;
      continue;
    }
    left_out[part] = 1;
    bytes_ -= parts_[part].bytes;
  }
  stand_.resize(kept);
  for (std::size_t at = 0; at < kept; ++at) {
    Part& part = parts_[stand_[at]];
    if (std::none_of(part.before.begin(), part.before.end(), [&](std::uint32_t one) { return left_out[one] != 0; })) {
      continue;
    }
    bytes_ -= part.bytes;
    part = part_of(versions, versions[at]);
    bytes_ += part.bytes;
  }
}

LineageParts::Part LineageParts::part_of(const std::vector<Version>& versions, const Version& version) const {
  constexpr std::size_t actor = 1, back = 1, node = 1;
  Part out;
  for (const std::uint32_t place : version.before) out.before.push_back(stand_[place]);
  const ClockBefore joined(versions, version.before);
  const EntryClock& before = *joined;
  const auto not_within = [&](const auto& item) { return item.second > version.clock.at(item.first); };
  out.clock.whole = std::any_of(before.counts().begin(), before.counts().end(), not_within);
  std::uint32_t place = 0;
  for (const auto& [id, count] : version.clock.counts()) {
    if (out.clock.whole || before.at(id) < count) {
      out.clock.counts.push_back(place);
      out.bytes += node + bytes_of(count);
    }
    ++place;
  }
  constexpr std::size_t lengths = 3;  // of what is before it, of its clock, of its spans
  out.bytes += actor + bytes_of(version.dot.counter) + bytes_of(version.tag) + lengths + back * version.before.size();
  for (const auto& [who, run] : version.left_out.runs) out.bytes += actor + bytes_of(run.first) + bytes_of(run.last);
  return out;
}

}  // namespace kin::wire
