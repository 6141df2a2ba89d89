// What a running node is made of, as main puts it together. All of it outlives whoever is given it.
#pragma once

#include <string>

#include "common/log/causal_trace.hpp"
#include "common/log/human_log.hpp"
#include "common/transport/transport.hpp"
#include "node/runtime/commit_worker.hpp"
#include "node/runtime/fault_filter.hpp"
#include "node/runtime/job_runner.hpp"
#include "node/runtime/replica_host.hpp"
#include "node/runtime/time_source.hpp"

namespace kin {

struct NodeParts {
  ReplicaHost& host;
  NodeTransport& transport;
  FaultFilter& faults;
  CausalTrace& trace;
  HumanLog& log;
  const TimeSource& time;
  JobRunner& jobs;
  Committer& commits;                           // on the host's store
  std::string version;                          // of the program
  ValuePrinter values{ValueDisplay::hash, ""};  // what the trace shows of clients' values
};

}  // namespace kin
