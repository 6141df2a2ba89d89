// What each version of a lineage is packed as, and how many bytes that takes, kept while versions are left out one by
// one: only what had seen one that is gone is looked at again.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/causality/lineage.hpp"

namespace kin::wire {

// How many bytes Packer makes of a number.
inline std::size_t bytes_of(std::uint64_t n) {
  if (n < 0x80) return 1;
  if (n < 0x100) return 2;
  if (n < 0x10000) return 3;
  return n >> 32 == 0 ? 5 : 9;
}

// The join of the clocks of what stands before a version. The versions must outlive it unchanged.
class ClockBefore {
 public:
  ClockBefore(const std::vector<Version>& versions, const Places& before);
  ClockBefore(const ClockBefore&) = delete;
  ClockBefore& operator=(const ClockBefore&) = delete;

  const EntryClock& operator*() const { return one_ == nullptr ? joined_ : *one_; }
  EntryClock take() && {
    if (one_ != nullptr) return *one_;
    return std::move(joined_);
  }

 private:
  const EntryClock* one_ = nullptr;  // mostly there is one, and then it is its own clock
  EntryClock joined_;
};

// What a clock says beyond the clocks of what stands before its version.
struct ClockPart {
  bool whole = false;                                       // it is not above those: all of it
  boost::container::small_vector<std::uint32_t, 4> counts;  // where they stand in the clock
};

class LineageParts {
 public:
  explicit LineageParts(const std::vector<Version>& versions);

  // These versions are those of the last time without the marked ones.
  void leave_out(const std::vector<Version>& versions, const std::vector<char>& gone);

  // Of the version that stands there now.
  const ClockPart& clock(std::size_t place) const { return parts_[stand_[place]].clock; }
  // All versions together, and a little less than what is packed: without the names of nodes and actors, and as if
  // every position were small.
  std::size_t least_bytes() const { return bytes_; }

 private:
  struct Part {
    ClockPart clock;
    Places before;  // which parts these are
    std::size_t bytes = 0;
  };

  Part part_of(const std::vector<Version>& versions, const Version& version) const;

  std::vector<Part> parts_;           // of all versions that there ever were: they stay where they are
  std::vector<std::uint32_t> stand_;  // the part of each version that there is
  std::size_t bytes_ = 0;
};

}  // namespace kin::wire
