#include "node/runtime/time_source.hpp"

#include <chrono>

namespace kin {
namespace {

template <class Unit, class Clock>
std::uint64_t since_epoch() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<Unit>(Clock::now().time_since_epoch()).count());
}

}  // namespace

std::uint64_t SystemTime::now_us() const { return since_epoch<std::chrono::microseconds, std::chrono::steady_clock>(); }

std::uint64_t SystemTime::wall_ns() const { return since_epoch<std::chrono::nanoseconds, std::chrono::system_clock>(); }

}  // namespace kin
