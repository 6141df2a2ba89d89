// Few items that are asked for often, and many that hardly ever are.
//
// Paper: Gray, Sundaresan, Englert, Baclawski, Weinberger, "Quickly Generating Billion-Record Synthetic Databases",
// SIGMOD 1994, section 3.2; with the exponent 0.99 as in YCSB (Cooper et al., SoCC 2010).
#pragma once

#include <cstdint>

namespace kin {

class Zipf {
 public:
  // `items` >= 1. Takes time in proportion to them, about a millisecond for a hundred thousand.
  explicit Zipf(std::uint64_t items);

  // The rank, 0 being the most popular, that belongs to a number drawn evenly from [0, 1).
  std::uint64_t rank(double even) const;

 private:
  std::uint64_t items_;
  double zeta_, eta_;
};

}  // namespace kin
