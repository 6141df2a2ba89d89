#include "client/bench/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace kin {
namespace {

constexpr unsigned fine_bits = 6;
constexpr std::uint64_t fine = 1u << fine_bits;

// Values below `fine` have a bucket each; of a larger one the highest bit and the six behind it count.
std::size_t bucket_of(std::uint64_t value) {
  if (value < fine) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - fine_bits;
  return (shift + 1) * fine + ((value >> shift) & (fine - 1));
}

std::uint64_t last_of(std::size_t bucket) {
  if (bucket < fine) return bucket;
  const std::uint64_t shift = bucket / fine - 1;
  return ((bucket % fine + fine + 1) << shift) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : buckets_(bucket_of(~std::uint64_t{0}) + 1) {}

void LatencyHistogram::add(std::uint64_t nanoseconds) {
  ++buckets_[bucket_of(nanoseconds)];
  ++count_;
  sum_ns_ += nanoseconds;
  max_ns_ = std::max(max_ns_, nanoseconds);
}

void LatencyHistogram::join(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

std::uint64_t LatencyHistogram::at_share_ns(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size() && count_ > 0; ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(last_of(i), max_ns_);
  }
  return max_ns_;
}

}  // namespace kin
