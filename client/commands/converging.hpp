// Looks at all nodes until they hold the same.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "client/cluster_survey.hpp"

namespace kin {

struct Convergence {
  ClusterSurvey last;                // of the looks
  std::vector<std::string> reasons;  // why not, a sentence each; empty: all hold the same
  bool interrupted = false;          // then `last` and `reasons` may be of half a look

  bool reached() const { return reasons.empty() && !interrupted; }
};

// Told of reasons that differ from those of the look before.
using TellReasons = std::function<void(const std::string&)>;

// Asks client.endpoints() ten times a second, each time for the client's timeout at most, until `deadline` or an
// interrupt, or until some member is not among those that are asked: see members_not_asked.
Convergence wait_until_converged(Client& client, std::chrono::steady_clock::time_point deadline,
                                 const TellReasons& tell);

}  // namespace kin
