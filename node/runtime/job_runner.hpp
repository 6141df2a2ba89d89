// What the loop asks to have computed elsewhere, and what it hears of it. Tests put a stand-in here.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "node/runtime/replica_host.hpp"

namespace kin {

// A job that has ended, with what it returned.
struct JobResult {
  JobId id = 0;
  std::string bytes;
};

// To be stepped into the tier that asked: JobProgress as it is, JobResult as a JobDone.
struct JobNews {
  TierIndex tier = 0;
  std::variant<JobProgress, JobResult> what;
};

class JobRunner {
 public:
  virtual ~JobRunner() = default;

  // Never blocks. Jobs begin in the order in which they were given.
  virtual void run(TierJob job) = 0;
  // No news of this job is given from now on. Nothing happens where it has ended already.
  virtual void cancel(const TierCancel& cancel) = 0;
  // What has happened since the last call: of one job at most its newest progress, and a result once.
  virtual std::vector<JobNews> take_news() = 0;
};

}  // namespace kin
