// The command line of kin-node, checked and turned into what a node needs to start.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/config/cluster_config.hpp"
#include "common/log/human_log.hpp"

namespace kin {

struct StartOptions {
  ClusterConfig cluster;  // flags laid over the file
  std::string id;         // of this node; one of the cluster's
  std::string data_dir;   // of this node alone
  std::string log_dir;
  std::string log_file;  // in log_dir
  std::string trace_file;
  LogLevel log_level = LogLevel::info;
  bool set_aside_damaged = false;
};

// The program ends without starting a node.
struct Ending {
  int exit_code = 0;  // 0: help, version or a configuration that was to be checked and is good; 2 otherwise
  std::string text;   // for standard output when exit_code is 0, else for standard error
};

// As main gets them. Single-dash spellings of long flags (`-hosts`) and typographic dashes are understood. Reads the
// cluster file and checks the tokens file that it names.
tl::expected<StartOptions, Ending> read_command_line(int argc, const char* const* argv);

}  // namespace kin
