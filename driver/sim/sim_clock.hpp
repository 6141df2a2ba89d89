// The clocks of one simulated machine: a monotonic one that may run fast or slow, and a wall clock that may also jump.
#pragma once

#include <cstdint>

#include "driver/sim/agenda.hpp"

namespace kin::sim {

class SimClock {
 public:
  // `offset_us`: what the wall clock shows when the world begins, microseconds since 1970.
  SimClock(Micros booted_us, std::uint64_t offset_us) : local_us_(booted_us), wall_offset_us_(offset_us) {}

  // Microseconds since the machine was booted.
  Micros local_us(Micros now) const { return local_us_ + (now - since_) * ppm_ / million; }
  std::uint64_t local_ms(Micros now) const { return local_us(now) / 1000; }
  std::uint64_t wall_us(Micros now) const { return local_us(now) + wall_offset_us_; }

  // How long the world goes on while this clock does by `local`.
  Micros world_us(Micros local) const { return local * million / ppm_; }

  // ppm: 1,000,000 is right, 1,100,000 runs a tenth too fast.
  void run_at(std::uint64_t ppm, Micros now) {
    local_us_ = local_us(now);
    since_ = now;
    ppm_ = ppm;
  }
  // Moves the wall clock, back for a negative value.
  void jump(std::int64_t by_us) { wall_offset_us_ += static_cast<std::uint64_t>(by_us); }

 private:
  static constexpr std::uint64_t million = 1'000'000;

  Micros since_ = 0;
  Micros local_us_;
  std::uint64_t ppm_ = million;
  std::uint64_t wall_offset_us_;
};

}  // namespace kin::sim
