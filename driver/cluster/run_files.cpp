#include "driver/cluster/run_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "client/identity.hpp"
#include "common/listed.hpp"
#include "driver/cluster/process.hpp"

namespace kin::driver {

namespace fs = std::filesystem;

namespace {

using Ids = std::map<NodeId, NodeId>;  // of the pattern's nodes -> of ours; absent: we have no such node

Failure failure(Status status, const std::string& message) { return {status, Applied::no, message, "", 0, 0}; }

tl::expected<void, Failure> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.flush();
  if (!file) return tl::unexpected(failure(Status::internal, path + " cannot be written"));
  return {};
}

// A node of the pattern that has the id of one of ours is that one; of any other ids, the first becomes n1.
Ids new_ids(const ClusterConfig& pattern, const ClusterConfig& ours) {
  Ids out;
  for (std::size_t i = 0; i < pattern.nodes.size(); ++i) {
    const NodeConfig* node = ours.node(pattern.nodes[i].id);
    if (node == nullptr && pattern.node("n1") == nullptr) node = ours.node('n' + std::to_string(i + 1));
    if (node != nullptr) out[pattern.nodes[i].id] = node->id;
  }
  return out;
}

// Without the holders that we lack, and without the tokens that then lack their writer or all readers.
std::vector<TokenScheme> placed_tokens(const std::vector<TokenScheme>& tokens, const Ids& ids) {
  std::vector<TokenScheme> out;
  for (const TokenScheme& token : tokens) {
    const auto writer = ids.find(token.writer);
    if (writer == ids.end()) continue;
    TokenScheme placed{token.id, writer->second, {}, token.all};
    for (const NodeId& reader : token.readers) {
      if (const auto found = ids.find(reader); found != ids.end()) placed.readers.push_back(found->second);
    }
    if (!placed.readers.empty()) out.push_back(std::move(placed));
  }
  return out;
}

// Those of holders that are left.
std::vector<SilentFault> placed_silent(const std::vector<SilentFault>& faults, const Ids& ids,
                                       const ClusterConfig& ours) {
  std::vector<SilentFault> out;
  for (SilentFault fault : faults) {
    const auto node = ids.find(fault.node);
    const TokenScheme* token = ours.token(fault.token);
    if (node == ids.end() || token == nullptr) continue;
    fault.node = node->second;
    const std::vector<NodeId> holders = token->holders();
    if (std::find(holders.begin(), holders.end(), fault.node) != holders.end()) out.push_back(std::move(fault));
  }
  return out;
}

std::string print_tokens(const ClusterConfig& config) {
  const auto address = [&](const NodeId& node) { return '"' + config.node(node)->endpoint() + '"'; };
  std::string out;
  for (const TokenScheme& token : config.tokens) {
    out += "- token: " + yaml_word(token.id) + "\n  writer: " + address(token.writer) + "\n  readers: [" +
           listed(token.readers, ", ", address) + "]\n";
    if (token.all) out += "  quorum: all\n";
  }
  return out;
}

// As paths of processes that run in other folders.
std::string absolute(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

tl::expected<ClusterConfig, Failure> load_pattern(const ClusterRecipe& recipe) {
  const std::string file = recipe.like.empty() ? project_file("cluster.yml") : recipe.like;
  if (file.empty()) return ClusterConfig();
  auto pattern = load_cluster_and_tokens(file, recipe.tiers);
  if (!pattern) return tl::unexpected(failure(Status::bad_config, pattern.error().text()));
  return *pattern;
}

// Data belong to a cluster of one name, so those that are there keep theirs. Else no two have the same: where a port of
// a node that was killed is taken by another cluster, its members and clients are known as strangers.
std::string name_in(const std::string& run, const std::string& like) {
  const auto before = load_cluster_config(cluster_file(run), {});
  if (before && !nodes_with_data(run).empty() && before->cluster.starts_with(like)) return before->cluster;
  return like + '-' + to_hex(new_operation_id()).substr(0, 8);
}

}  // namespace

std::string data_dir(const std::string& run, const std::string& node) { return absolute(run + '/' + node); }
std::string log_dir(const std::string& run) { return absolute(run + "/logs"); }
std::string cluster_file(const std::string& run) { return absolute(run + "/cluster.yml"); }
std::string output_file(const std::string& run, const std::string& node) { return log_dir(run) + '/' + node + ".out"; }

std::string project_file(const std::string& name) {
  std::error_code error;
  for (fs::path folder = fs::path(own_path()).parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (fs::exists(folder / "config" / name, error)) return (folder / "config" / name).string();
  const fs::path source = fs::path(KIN_SOURCE_DIR) / "config" / name;
  return fs::exists(source, error) ? source.string() : std::string();
}

std::string sibling_program(const std::string& name) { return (fs::path(own_path()).parent_path() / name).string(); }

tl::expected<ClusterConfig, Failure> cluster_of(const ClusterRecipe& recipe, const std::vector<std::uint16_t>& ports) {
  const auto pattern = load_pattern(recipe);
  if (!pattern) return tl::unexpected(pattern.error());
  tl::expected<ClusterConfig, Failure> config = *pattern;
  config->nodes.clear();
  for (std::size_t i = 0; i < ports.size(); ++i)
    config->nodes.push_back({NodeId('n' + std::to_string(i + 1)), "127.0.0.1", ports[i]});
  // More than nine nodes: printed clocks follow the order of the ids as bytes.
  std::sort(config->nodes.begin(), config->nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  config->faults_enabled = true;
  config->tokens_file.clear();
  if (recipe.durability) config->durability = *recipe.durability;
  if (recipe.trace_values) config->trace_values = *recipe.trace_values;
  if (recipe.gossip_interval_ms) config->gossip_interval_ms = *recipe.gossip_interval_ms;
  const Ids ids = new_ids(*pattern, *config);
  config->tokens = placed_tokens(pattern->tokens, ids);
  config->silent = placed_silent(pattern->silent, ids, *config);
  return config;
}

tl::expected<WrittenCluster, Failure> write_cluster_files(const std::string& run, const ClusterRecipe& recipe,
                                                          const std::vector<std::uint16_t>& ports) {
  auto pattern = load_pattern(recipe);
  if (!pattern) return tl::unexpected(pattern.error());
  std::error_code error;
  fs::create_directories(log_dir(run), error);
  if (error) return tl::unexpected(failure(Status::internal, log_dir(run) + ": " + error.message()));

  auto placed = cluster_of(recipe, ports);
  if (!placed) return tl::unexpected(placed.error());
  WrittenCluster out{std::move(*placed), {}};
  ClusterConfig& config = out.config;
  config.cluster = name_in(run, config.cluster);
  config.data_dir = absolute(run);
  config.log_dir = log_dir(run);

  for (const TokenScheme& token : pattern->tokens) {
    if (config.token(token.id) == nullptr) {
      out.notes.push_back("token " + token.id + " is left out: these nodes lack its writer or all its readers");
    }
  }
  if (!config.tokens.empty()) {
    config.tokens_file = "tokens.yml";
    if (auto written = write_file(run + "/tokens.yml", print_tokens(config)); !written) {
      return tl::unexpected(written.error());
    }
  }
  if (auto written = write_file(cluster_file(run), print_cluster_config(config)); !written)
    return tl::unexpected(written.error());
  // Read back what the nodes will read: what does not fit this number of nodes comes to light here.
  auto read_back = load_cluster_and_tokens(cluster_file(run), recipe.tiers);
  if (!read_back) return tl::unexpected(failure(Status::bad_config, read_back.error().text()));
  config = *read_back;
  return out;
}

std::vector<std::string> nodes_with_data(const std::string& run) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(run, error)) {
    const std::string name = item.path().filename().string();
    const bool is_id = name.size() > 1 && name[0] == 'n' &&
                       std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (is_id && item.is_directory(error) && !fs::is_empty(item.path(), error)) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

tl::expected<void, Failure> remove_earlier_run(const std::string& run) {
  std::error_code error;
  if (!fs::exists(run, error)) return {};
  const std::vector<std::string> with_data = nodes_with_data(run);
  if (!fs::exists(cluster_file(run), error)) {
    if (with_data.empty()) return {};
    return tl::unexpected(failure(Status::usage, run + " holds " + with_data.front() +
                                                     "/ but no cluster.yml: it is no folder of kin-driver, and "
                                                     "nothing in it is removed. Give another --dir"));
  }
  std::vector<std::string> names{"logs", "history.jsonl", "tokens.yml", "run.jsonl", "report.html"};
  names.insert(names.end(), with_data.begin(), with_data.end());
  for (const std::string& name : names) {
    const fs::path path = fs::path(run) / name;
    fs::remove_all(path, error);
    if (error)
      return tl::unexpected(failure(Status::internal, path.string() + " cannot be removed: " + error.message()));
  }
  return {};
}

}  // namespace kin::driver
