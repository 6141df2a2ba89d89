#include "driver/sim_runs/shrink.hpp"

#include <cstdint>

namespace kin::sim {

Options shrink(Options failing, const std::function<bool(const Options&)>& fails, unsigned most_runs) {
  const auto try_it = [&](const Options& shorter) {
    if (most_runs == 0) return false;
    --most_runs;
    if (!fails(shorter)) return false;
    failing = shorter;
    return true;
  };
  const auto fewer_operations = [&] {
    // Whatever fails with n operations often fails with n / 2, but not always with n - 1.
    for (std::uint32_t step = failing.operations / 2; step > 0 && most_runs > 0;) {
      Options shorter = failing;
      shorter.operations -= step;
      if (shorter.operations == 0 || !try_it(shorter)) step /= 2;
      if (step > failing.operations / 2) step = failing.operations / 2;
    }
  };
  const auto smaller = [&](std::uint32_t Options::*number, std::uint32_t least) {
    while (failing.*number > least) {
      Options shorter = failing;
      shorter.*number = std::max(least, failing.*number / 2);
      if (!try_it(shorter)) return;
    }
  };
  fewer_operations();
  for (bool again = true; again && most_runs > 0;) {
    again = false;
    for (std::size_t i = 0; i < fault_kinds; ++i) {
      if (!failing.faults[i]) continue;
      Options shorter = failing;
      shorter.faults[i] = false;
      again = try_it(shorter) || again;
    }
  }
  smaller(&Options::keys, 1);
  smaller(&Options::clients, 1);
  if (failing.nodes > 3) {
    Options shorter = failing;
    shorter.nodes = 3;
    try_it(shorter);
  }
  fewer_operations();
  return failing;
}

}  // namespace kin::sim
