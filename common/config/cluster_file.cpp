#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "common/config/yaml_reader.hpp"

namespace kin {
namespace config {
namespace {

void read_nodes(Section& root, ClusterConfig& out) {
  std::set<NodeId> ids;
  std::set<std::string> endpoints;
  root.list("nodes", [&](const YAML::Node& item) {
    Section section(item, "a node", {"id", "host", "port"});
    NodeConfig node;
    const std::string id = section.need("id");
    check_name(id, "a node's id", section.line("id"));
    if (!valid_node_id(id)) section.fail("id", "a node's id must not be longer than 240 bytes");
    node.id = NodeId(id);
    node.host = section.need("host");
    check_name(node.host, "a node's host", section.line("host"));
    if (node.host == "*") section.fail("host", "a node's host is where the others reach it, and nobody can reach *");
    node.port = static_cast<std::uint16_t>(section.need_number("port", 1, 65535));
    section.done();
    if (!ids.insert(node.id).second) section.fail("id", "two nodes are called " + node.id);
    if (!endpoints.insert(node.endpoint()).second) section.fail("port", "two nodes listen on " + node.endpoint());
    out.nodes.push_back(std::move(node));
  });
  if (out.nodes.empty()) throw Wrong{root.line("nodes"), "a cluster needs at least one node under nodes:"};
  if (out.nodes.size() > max_cluster_nodes) {
    throw Wrong{root.line("nodes"), "more than " + std::to_string(max_cluster_nodes) + " nodes"};
  }
  std::sort(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

// A number, `quorum` or `all`.
std::uint32_t level(Section& section, const std::string& key, const ClusterConfig& cluster) {
  std::string text = "1";
  section.take(key, text);
  const auto nodes = static_cast<std::uint32_t>(cluster.nodes.size());
  if (text == "quorum") return cluster.majority();
  if (text == "all") return nodes;
  std::uint32_t value = 1;
  if (!text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos) {
    value = static_cast<std::uint32_t>(std::stoul(text));
    if (value >= 1 && value <= nodes) return value;
  }
  section.fail(key, key + " must be quorum, all or a number from 1 to " + std::to_string(nodes) +
                        " (the number of nodes), not " + text);
}

template <class Enum>
void choose(Section& section, const std::string& key, Enum& value,
            const std::vector<std::pair<std::string, Enum>>& words) {
  std::string text;
  section.take(key, text);
  if (!section.has(key)) return;
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (text == word) {
      value = meaning;
      return;
    }
    known += (known.empty() ? "" : ", ") + word;
  }
  section.fail(key, key + " must be one of " + known + ", not " + text);
}

void read_buckets(Section& root, ClusterConfig& out, const std::vector<std::string>& known_tiers) {
  if (!root.has("buckets")) return root.list("buckets", [](const YAML::Node&) {});
  out.buckets.clear();
  root.list("buckets", [&](const YAML::Node& item) {
    Section section(item, "a bucket", {"name", "tier", "read", "write", "on_conflict", "keep_base"});
    BucketConfig bucket;
    bucket.name = section.need("name");
    check_name(bucket.name, "a bucket's name", section.line("name"));
    section.take("tier", bucket.tier);
    const bool known = std::find(known_tiers.begin(), known_tiers.end(), bucket.tier) != known_tiers.end();
    if (!known_tiers.empty() && !known) {
      std::string names;
      for (const std::string& tier : known_tiers) names += (names.empty() ? "" : ", ") + tier;
      section.fail("tier", "there is no tier " + bucket.tier + "; this program has: " + names);
    }
    bucket.read = level(section, "read", out);
    bucket.write = level(section, "write", out);
    choose(section, "on_conflict", bucket.on_conflict,
           {{"siblings", OnConflict::siblings},
            {"latest", OnConflict::latest},
            {"max", OnConflict::max},
            {"union", OnConflict::union_of_lines}});
    section.take("keep_base", bucket.keep_base);
    for (const char* key : {"on_conflict", "keep_base"}) {
      if (bucket.tier != "causal" && section.has(key)) {
        section.fail(
            key, std::string(key) + " is of the causal tier; values of the tier " + bucket.tier + " never conflict");
      }
    }
    section.done();
    if (out.bucket(bucket.name) != nullptr) section.fail("name", "two buckets are called " + bucket.name);
    out.buckets.push_back(std::move(bucket));
  });
  if (out.buckets.empty()) root.fail("buckets", "there must be at least one bucket");
}

void read_faults(Section& root, ClusterConfig& out) {
  root.section("faults", [&](Section& section) {
    section.take("enabled", out.faults_enabled);
    section.list("silent", [&](const YAML::Node& item) {
      Section silent(item, "a silent fault", {"token", "node", "after", "since"});
      SilentFault fault;
      fault.line = silent.line("token");
      fault.token = silent.need("token");
      check_token_id(fault.token, silent.line("token"));
      const std::string silent_node = silent.need("node");
      const NodeConfig* known = out.node(silent_node);
      if (known == nullptr) silent.fail("node", "there is no node " + silent_node);
      fault.node = known->id;
      if (silent.has("after")) fault.after_ms = milliseconds(item["after"], "after");
      std::string after;
      silent.take("after", after);
      choose(silent, "since", fault.since_start, {{"create", false}, {"start", true}});
      silent.done();
      const auto same = [&](const SilentFault& other) {
        return other.token == fault.token && other.node == fault.node;
      };
      if (std::any_of(out.silent.begin(), out.silent.end(), same)) {
        silent.fail("token", fault.node + " falls silent about token " + fault.token + " twice");
      }
      out.silent.push_back(std::move(fault));
    });
  });
}

ClusterConfig read_cluster(const YAML::Node& yaml, const std::string& file,
                           const std::vector<std::string>& known_tiers) {
  ClusterConfig out;
  Section root(
      yaml, "a cluster file",
      {"cluster", "nodes", "storage", "gossip", "timeouts", "limits", "log", "buckets", "tokens_file", "faults"});
  root.take("cluster", out.cluster);
  check_name(out.cluster, "the cluster's name", root.line("cluster"));
  read_nodes(root, out);
  root.section("storage", [&](Section& s) {
    s.take("dir", out.data_dir);
    check_path(out.data_dir, "the data directory", s.line("dir"));
    choose(s, "durability", out.durability, {{"fsync", Durability::fsync}, {"os", Durability::os}});
  });
  root.section("gossip", [&](Section& s) { s.take("interval_ms", out.gossip_interval_ms, 10, 60'000); });
  root.section("timeouts", [&](Section& s) {
    s.take("request_ms", out.request_ms, 10, 600'000);
    s.take("suspect_ms", out.suspect_ms, 50, 600'000);
  });
  root.section("limits", [&](Section& s) {
    s.take("key_bytes", out.limits.key_bytes, 1, 64 * 1024);
    s.take("value_bytes", out.limits.value_bytes, 1, 16 * 1024 * 1024);
    s.take("siblings_warn", out.limits.siblings_warn, 2, 10'000);
    s.take("siblings_max", out.limits.siblings_max, 2, 10'000);
    s.take("cache_bytes", out.limits.cache_bytes, 0, 2'000'000'000);
    s.take("token_domain", out.limits.token_domain, 1, std::numeric_limits<std::uint64_t>::max());
    if (out.limits.siblings_warn > out.limits.siblings_max) {
      s.fail("siblings_warn", "siblings_warn is above siblings_max");
    }
  });
  root.section("log", [&](Section& s) {
    s.take("dir", out.log_dir);
    check_path(out.log_dir, "the log directory", s.line("dir"));
    static const std::vector<std::string> levels{"trace", "debug", "info", "warn", "error", "off"};
    s.take("level", out.log_level);
    if (std::find(levels.begin(), levels.end(), out.log_level) == levels.end()) {
      s.fail("level", "level must be one of trace, debug, info, warn, error, off, not " + out.log_level);
    }
    s.take("trace", out.trace);
    choose(s, "values", out.trace_values,
           {{"hash", TraceValues::hash}, {"full", TraceValues::full}, {"none", TraceValues::none}});
  });
  read_buckets(root, out, known_tiers);
  root.take("tokens_file", out.tokens_file);
  if (root.has("tokens_file")) check_path(out.tokens_file, "tokens_file", root.line("tokens_file"));
  if (!out.tokens_file.empty() && std::filesystem::path(out.tokens_file).is_relative()) {
    out.tokens_file = (std::filesystem::path(file).parent_path() / out.tokens_file).string();
  }
  read_faults(root, out);
  root.done();
  return out;
}

}  // namespace
}  // namespace config

tl::expected<ClusterConfig, ConfigError> parse_cluster_config(const std::string& text, const std::string& file,
                                                              const std::vector<std::string>& known_tiers) {
  try {
    return config::read_cluster(config::parse(text), file, known_tiers);
  } catch (const config::Wrong& wrong) {
    return tl::unexpected(config::error_in(file, wrong));
  }
}

tl::expected<ClusterConfig, ConfigError> load_cluster_config(const std::string& path,
                                                             const std::vector<std::string>& known_tiers) {
  try {
    return config::read_cluster(config::parse(config::read_file(path)), path, known_tiers);
  } catch (const config::Wrong& wrong) {
    return tl::unexpected(config::error_in(path, wrong));
  }
}

}  // namespace kin
