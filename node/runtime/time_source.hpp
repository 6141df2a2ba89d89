// The only way to the clocks of the machine. Protocols see time as Tick inputs; tests hand in a clock of their own.
#pragma once

#include <cstdint>

namespace kin {

class TimeSource {
 public:
  virtual ~TimeSource() = default;
  // Microseconds since some moment before this process; never goes back.
  virtual std::uint64_t now_us() const = 0;
  // Nanoseconds since 1970. May jump in both directions: to show, and for the birth of an incarnation.
  virtual std::uint64_t wall_ns() const = 0;

  std::uint64_t now_ms() const { return now_us() / 1000; }
  std::uint64_t wall_us() const { return wall_ns() / 1000; }
};

class SystemTime : public TimeSource {
 public:
  std::uint64_t now_us() const override;
  std::uint64_t wall_ns() const override;
};

}  // namespace kin
