// Counts latencies so that percentiles of any number of them fit into a few kilobytes.
//
// Buckets grow with the value, 64 to each power of two, so a percentile is wrong by less than 1.6 per cent: the idea of
// HdrHistogram (Gil Tene). Maximum and mean are exact.
#pragma once

#include <cstdint>
#include <vector>

namespace kin {

class LatencyHistogram {
 public:
  LatencyHistogram();

  void add(std::uint64_t nanoseconds);
  void join(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max_ns() const { return max_ns_; }
  double mean_ns() const { return count_ == 0 ? 0 : static_cast<double>(sum_ns_) / static_cast<double>(count_); }
  // The value that `share` of all do not exceed, 0 < share <= 1, rounded up to the end of its bucket; 0 of none.
  std::uint64_t at_share_ns(double share) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0, max_ns_ = 0, sum_ns_ = 0;
};

}  // namespace kin
