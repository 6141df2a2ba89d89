#include "node/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "common/cli/parsed_command.hpp"
#include "common/cli/wrong_line.hpp"
#include "common/config/arguments.hpp"
#include "common/listed.hpp"
#include "node/protocols/registry.hpp"

namespace kin {
namespace {

constexpr int bad_usage = 2;

struct Flags {
  std::string config, id;
  std::string host = "127.0.0.1", hosts, ports;
  int port = -1, n = -1;
  std::string data_dir, log_dir, log_level, durability;
  bool enable_faults = false, check_config = false, set_aside_damaged = false;
};

void declare(CLI::App& app, Flags& flags) {
  app.footer("Exit codes: 0 ended as asked; 1 it cannot start or go on; 2 usage or configuration");
  app.set_version_flag("--version", "kin-node " KIN_VERSION, "which version this is");
  app.add_option("--config", flags.config, "the cluster file")->group("Start from a cluster file");
  app.add_option("--id", flags.id, "this node's id in it")->group("Start from a cluster file");
  const std::string by_flags = "Start without a file";
  app.add_option("--host", flags.host, "address to listen on")->capture_default_str()->group(by_flags);
  app.add_option("--port", flags.port, "port to listen on")->group(by_flags);
  app.add_option("-N", flags.n, "number of replicas, this one included")->group(by_flags);
  app.add_option("--hosts", flags.hosts, "hosts of the other replicas, separated by commas")->group(by_flags);
  app.add_option("--ports", flags.ports, "their ports, in the same order")->group(by_flags);
  app.add_option("--data-dir", flags.data_dir, "where this node keeps its data");
  app.add_option("--log-dir", flags.log_dir, "where this node keeps its logs");
  app.add_option("--log-level", flags.log_level, "trace, debug, info, warn, error or off");
  app.add_option("--durability", flags.durability, "fsync: acknowledged means on disk; os: in the page cache")
      ->check(CLI::IsMember({"fsync", "os"}));
  app.add_flag("--enable-faults", flags.enable_faults, "allow fault commands");
  app.add_flag("--check-config", flags.check_config, "check the configuration and end");
  app.add_flag("--set-aside-damaged", flags.set_aside_damaged,
               "when the data is damaged, move it aside and refill from the other nodes");
}

std::vector<std::string> long_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
  }
  return names;
}

std::vector<std::string> known_tiers() {
  std::vector<std::string> names;
  for (const ProtocolEntry& entry : protocols()) names.emplace_back(entry.name);
  return names;
}

tl::unexpected<Ending> refuse(const std::string& why) {
  return tl::unexpected(Ending{bad_usage, "kin-node: " + why + '\n'});
}

int items_in(const std::string& list) {
  return list.empty() ? 0 : 1 + static_cast<int>(std::count(list.begin(), list.end(), ','));
}

tl::expected<StartOptions, Ending> from_flags(const CLI::App& app, const Flags& flags) {
  if (!flags.id.empty()) return refuse("--id goes with --config");
  if (app.count("--port") == 0) {
    return refuse("say which node to start: --config FILE --id ID, or without a file --port PORT\nsee kin-node --help");
  }
  if (flags.port < 0 || flags.port > 65535) return refuse("--port must be a number from 0 to 65535");
  const auto port = static_cast<std::uint16_t>(flags.port);
  auto cluster =
      config_from_flags(flags.host, port, flags.n < 0 ? 1 + items_in(flags.hosts) : flags.n, flags.hosts, flags.ports);
  if (!cluster) return refuse(cluster.error());
  StartOptions options;
  options.cluster = std::move(*cluster);
  options.id = NodeConfig{"", flags.host, port}.endpoint();
  return options;
}

tl::expected<StartOptions, Ending> from_file(const CLI::App& app, const Flags& flags) {
  for (const char* flag : {"--host", "--port", "-N", "--hosts", "--ports"}) {
    if (app.count(flag) > 0) return refuse(std::string(flag) + " and --config exclude each other");
  }
  auto cluster = load_cluster_and_tokens(flags.config, known_tiers());
  if (!cluster) return refuse(cluster.error().text());
  StartOptions options;
  options.cluster = std::move(*cluster);
  options.id = flags.id;
  return options;
}

// Ids may hold what a file name must not.
std::string file_name(std::string id) {
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c == ':' || c == '/'; }, '_');
  if (id.starts_with('.')) id.front() = '_';
  return id;
}

std::string summary(const StartOptions& options, const Flags& flags) {
  std::string line = flags.config.empty() ? "flags" : flags.config;
  line += ": good; " + std::to_string(options.cluster.nodes.size()) + " nodes, buckets";
  for (const BucketConfig& bucket : options.cluster.buckets) line += ' ' + bucket.name + '(' + bucket.tier + ')';
  if (!options.cluster.tokens.empty()) line += ", " + std::to_string(options.cluster.tokens.size()) + " tokens";
  return line;
}

}  // namespace

tl::expected<StartOptions, Ending> read_command_line(int argc, const char* const* argv) {
  CLI::App app("A node of kin, a replicated store that never hides a conflict", "kin-node");
  Flags flags;
  declare(app, flags);
  const std::vector<std::string> arguments = normalise_arguments(argc, argv, long_names(app));
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(Ending{0, help_of(app)});
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      const WrongLine wrong = wrong_line(error, app, arguments);
      return refuse(wrong.problem + '\n' + wrong.hint);
    }
    std::ostringstream out;
    app.exit(error, out, out);
    return tl::unexpected(Ending{0, out.str()});
  }

  auto options = flags.config.empty() ? from_flags(app, flags) : from_file(app, flags);
  if (!options) return options;
  ClusterConfig& cluster = options->cluster;
  const bool only_check = flags.check_config && options->id.empty();
  if (!only_check && cluster.node(options->id) == nullptr) {
    const std::string there = listed(names_of(cluster));
    return refuse(options->id.empty() ? "--config needs --id, one of " + there
                                      : flags.config + " has no node " + options->id + "; there are " + there);
  }
  const auto level = parse_log_level(flags.log_level.empty() ? cluster.log_level : flags.log_level);
  if (!level) return refuse(level.error());
  if (flags.check_config) return tl::unexpected(Ending{0, summary(*options, flags) + '\n'});

  if (!flags.durability.empty()) cluster.durability = flags.durability == "os" ? Durability::os : Durability::fsync;
  cluster.faults_enabled = cluster.faults_enabled || flags.enable_faults;
  const std::filesystem::path name = file_name(options->id);
  const std::filesystem::path logs = flags.log_dir.empty() ? cluster.log_dir : flags.log_dir;
  options->log_level = *level;
  options->log_dir = logs.string();
  options->log_file = (logs / name).string() + ".log";
  options->trace_file = (logs / name).string() + ".trace";
  options->data_dir =
      flags.data_dir.empty() ? (std::filesystem::path(cluster.data_dir) / name).string() : flags.data_dir;
  options->set_aside_damaged = flags.set_aside_damaged;
  return options;
}

}  // namespace kin
