#include "client/commands/converging.hpp"

#include <algorithm>

#include "common/listed.hpp"

namespace kin {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds between_looks{100};

}  // namespace

Convergence wait_until_converged(Client& client, Clock::time_point deadline, const TellReasons& tell) {
  std::string told;
  while (true) {
    Convergence now{survey(client), {}, client.interrupted()};
    if (now.interrupted) return now;
    now.reasons = why_not_converged(now.last);
    if (now.reasons.empty() || !members_not_asked(now.last).empty() || Clock::now() >= deadline) return now;
    const std::string reasons = listed(now.reasons, "; ");
    if (reasons != told) tell(reasons);
    told = reasons;
    const auto next_look = std::min(Clock::now() + between_looks, deadline);
    while (Clock::now() < next_look) {
      if (client.core().poll(std::chrono::ceil<milliseconds>(next_look - Clock::now()))) continue;
      now.interrupted = true;
      return now;
    }
  }
}

}  // namespace kin
