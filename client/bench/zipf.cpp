#include "client/bench/zipf.hpp"

#include <algorithm>
#include <cmath>

namespace kin {
namespace {

constexpr double theta = 0.99;

double zeta(std::uint64_t items) {
  double sum = 0;
  for (std::uint64_t i = 1; i <= items; ++i) sum += std::pow(static_cast<double>(i), -theta);
  return sum;
}

}  // namespace

Zipf::Zipf(std::uint64_t items) : items_(items), zeta_(zeta(items)) {
  const double n = static_cast<double>(items);
  eta_ = (1 - std::pow(2 / n, 1 - theta)) / (1 - zeta(std::min<std::uint64_t>(items, 2)) / zeta_);
}

std::uint64_t Zipf::rank(double even) const {
  const double scaled = even * zeta_;
  if (scaled < 1 || items_ == 1) return 0;
  if (scaled < 1 + std::pow(0.5, theta) || items_ == 2) return 1;
  const double n = static_cast<double>(items_);
  const auto drawn = static_cast<std::uint64_t>(n * std::pow(eta_ * even - eta_ + 1, 1 / (1 - theta)));
  return std::min(drawn, items_ - 1);
}

}  // namespace kin
