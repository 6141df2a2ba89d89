#include "common/causality/common_past.hpp"

#include <algorithm>
#include <set>

namespace kin {
namespace {

// What may be left out of this lineage, and is not before something that all have seen.
Spans left_out_beyond(const Lineage& lineage, const std::set<Dot>& common) {
  Spans out = lineage.left_out();
  for (const Version& version : lineage.versions()) {
    if (!common.contains(version.dot)) out.widen(version.left_out);
  }
  return out;
}

}  // namespace

CommonPast common_past(const std::vector<ToldVersion>& values) {
  CommonPast out;
  if (values.empty()) return out;
  JoinedLineage joined;
  for (const ToldVersion& value : values) joined.add(value.lineage);
  const Lineage& all = joined.lineage();
  std::set<Dot> common;
  for (const Version& version : all.versions()) {
    const bool seen = std::all_of(values.begin(), values.end(),
                                  [&](const ToldVersion& value) { return value.lineage.has(version.dot); });
    if (seen) common.insert(version.dot);
  }
  const auto before_common = [&](const Dot& dot) {
    return std::any_of(common.begin(), common.end(), [&](const Dot& other) { return all.saw(other, dot); });
  };
  // Something that all have seen may have seen this one too, by way of what it lost: who was shown this one elsewhere
  // brought it back, and not the way to it.
  const auto maybe_before_common = [&](const Dot& dot) {
    return std::any_of(all.versions().begin(), all.versions().end(), [&](const Version& version) {
      return version.dot != dot && version.left_out.has(dot) && !all.saw(dot, version.dot) &&
             (common.contains(version.dot) || before_common(version.dot));
    });
  };
  for (const Dot& dot : common) {
    if (before_common(dot)) continue;
    out.last.push_back(*all.find(dot));
    if (maybe_before_common(dot)) out.certain = false;
  }

  std::vector<Spans> missing;
  missing.reserve(values.size());
  for (const ToldVersion& value : values) missing.push_back(left_out_beyond(value.lineage, common));
  const auto maybe_seen = [&](const Dot& dot) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].lineage.has(dot) && !missing[i].has(dot)) return false;
    }
    return true;
  };
  for (const Version& version : all.versions()) {
    if (!common.contains(version.dot) && maybe_seen(version.dot)) out.certain = false;
  }
  Spans by_all = missing.front();
  for (const Spans& spans : missing) by_all = by_all.both(spans);
  if (!by_all.empty()) out.certain = false;
  return out;
}

Knew had_seen(const ToldVersion& writer, const ToldVersion& other) {
  const auto has = [&](const Dot& dot) { return writer.lineage.has(dot); };
  if (std::any_of(other.dots.begin(), other.dots.end(), has)) return Knew::yes;
  Spans left_out = writer.lineage.left_out();
  for (const Version& version : writer.lineage.versions()) left_out.widen(version.left_out);
  const auto may_be = [&](const Dot& dot) { return left_out.has(dot); };
  return std::any_of(other.dots.begin(), other.dots.end(), may_be) ? Knew::unknown : Knew::no;
}

}  // namespace kin
