// The files of one cluster on this machine, all below RUN: cluster.yml, tokens.yml, n1/ ... (data), logs/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/config/cluster_config.hpp"
#include "common/wire/status.hpp"

namespace kin::driver {

std::string data_dir(const std::string& run, const std::string& node);
std::string log_dir(const std::string& run);
std::string cluster_file(const std::string& run);
// What a node wrote to its standard outputs.
std::string output_file(const std::string& run, const std::string& node);

// The file config/NAME of the project: looked for above the folder of this program, then where it was built from.
// Empty when it is at neither place.
std::string project_file(const std::string& name);
// A program of the project: it stands beside this one.
std::string sibling_program(const std::string& name);

// What a cluster file is made from.
struct ClusterRecipe {
  std::uint32_t nodes = 5;
  std::string like;  // a cluster file for buckets, limits and tokens; empty: config/cluster.yml, else built-in settings
  std::optional<Durability> durability;
  std::optional<std::uint32_t> gossip_interval_ms;
  std::optional<TraceValues> trace_values;
  std::vector<std::string> tiers;  // that the nodes have; empty: not checked
};

// Nodes n1, n2, ... on these ports of 127.0.0.1, with faults enabled; the rest from the pattern, without folders and
// tokens of its own. Error: BAD_CONFIG with file and line.
tl::expected<ClusterConfig, Failure> cluster_of(const ClusterRecipe& recipe, const std::vector<std::uint16_t>& ports);

struct WrittenCluster {
  ClusterConfig config;
  std::vector<std::string> notes;  // such as tokens that were left out
};

// Writes cluster.yml, and tokens.yml where the pattern has one, for nodes n1, n2, ... on these ports of 127.0.0.1, with
// faults enabled. The cluster's name is the pattern's with something random behind it; data that are there keep theirs.
// A reader of a token that would be a node that this cluster does not have is left out; so is, with a note, a token
// that lacks its writer or all readers. Errors: BAD_CONFIG with file and line; INTERNAL when a file cannot be written.
tl::expected<WrittenCluster, Failure> write_cluster_files(const std::string& run, const ClusterRecipe& recipe,
                                                          const std::vector<std::uint16_t>& ports);

// Removes data and logs of an earlier cluster, and its history. Refused (USAGE) where RUN holds files and no
// cluster.yml: then it is no folder of the driver.
tl::expected<void, Failure> remove_earlier_run(const std::string& run);
// Nodes whose data RUN holds, sorted.
std::vector<std::string> nodes_with_data(const std::string& run);

}  // namespace kin::driver
