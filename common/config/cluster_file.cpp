#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "common/config/yaml_reader.hpp"
#include "common/listed.hpp"

namespace kin {
namespace config {
namespace {

void read_nodes(Section& root, const std::string& nodes, ClusterConfig& out) {
  std::set<NodeId> ids;
  std::set<std::string> endpoints;
  root.list(nodes, [&](const YAML::Node& item) {
    Section section(item, "a node");
    NodeConfig node;
    section.each({
        {"id",
         [&](auto& key) {
           const std::string id = section.need(key);
           check_name(id, "a node's id", section.line(key));
           if (!valid_node_id(id)) section.fail(key, "a node's id must not be longer than 240 bytes");
           node.id = NodeId(id);
           if (!ids.insert(node.id).second) section.fail(key, "two nodes are called " + node.id);
         }},
        {"host",
         [&](auto& key) {
           node.host = section.need(key);
           check_name(node.host, "a node's host", section.line(key));
           if (node.host == "*")
             section.fail(key, "a node's host is where the others reach it, and nobody can reach *");
         }},
        {"port",
         [&](auto& key) {
           node.port = static_cast<std::uint16_t>(section.need_number(key, 1, 65535));
           if (!endpoints.insert(node.endpoint()).second) section.fail(key, "two nodes listen on " + node.endpoint());
         }},
    });
    out.nodes.push_back(std::move(node));
  });
  if (out.nodes.empty()) root.fail(nodes, "a cluster needs at least one node under nodes:");
  if (out.nodes.size() > max_cluster_nodes) {
    root.fail(nodes, "more than " + std::to_string(max_cluster_nodes) + " nodes");
  }
  std::sort(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

// A number, `quorum` or `all`.
std::uint32_t level(Section& section, const std::string& key, const ClusterConfig& cluster) {
  std::string text = "1";
  section.take(key, text);
  const auto nodes = static_cast<std::uint32_t>(cluster.nodes.size());
  if (text == "quorum") return cluster.majority();
  if (text == "all") return BucketConfig::all;
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
  for (const auto& [word, meaning] : words) {
    if (text == word) {
      value = meaning;
      return;
    }
  }
  const std::string known = listed(words, ", ", [](const auto& one) { return one.first; });
  section.fail(key, key + " must be one of " + known + ", not " + text);
}

void check_tier(const BucketConfig& bucket, const std::vector<std::string>& known_tiers, int line) {
  if (known_tiers.empty()) return;
  if (std::find(known_tiers.begin(), known_tiers.end(), bucket.tier) != known_tiers.end()) return;
  throw Wrong{line, "there is no tier " + bucket.tier + "; this program has: " + listed(known_tiers)};
}

void read_buckets(Section& root, const std::string& buckets, ClusterConfig& out,
                  const std::vector<std::string>& known_tiers) {
  if (!root.has(buckets)) return;
  out.buckets.clear();
  root.list(buckets, [&](const YAML::Node& item) {
    Section section(item, "a bucket");
    BucketConfig bucket;
    const auto only_where_values_conflict = [&](const std::string& key) {
      if (bucket.tier == "causal" || !section.has(key)) return;
      section.fail(key, key + " is of the causal tier; values of the tier " + bucket.tier + " never conflict");
    };
    section.each({
        {"name",
         [&](auto& key) {
           bucket.name = section.need(key);
           check_name(bucket.name, "a bucket's name", section.line(key));
           if (out.bucket(bucket.name) != nullptr) section.fail(key, "two buckets are called " + bucket.name);
         }},
        {"tier",
         [&](auto& key) {
           section.take(key, bucket.tier);
           check_tier(bucket, known_tiers, section.line(key));
         }},
        {"read", [&](auto& key) { bucket.read = level(section, key, out); }},
        {"write", [&](auto& key) { bucket.write = level(section, key, out); }},
        {"on_conflict",
         [&](auto& key) {
           choose(section, key, bucket.on_conflict,
                  {{"siblings", OnConflict::siblings},
                   {"latest", OnConflict::latest},
                   {"max", OnConflict::max},
                   {"union", OnConflict::union_of_lines}});
           only_where_values_conflict(key);
         }},
        {"keep_base",
         [&](auto& key) {
           section.take(key, bucket.keep_base);
           only_where_values_conflict(key);
         }},
    });
    out.buckets.push_back(std::move(bucket));
  });
  if (out.buckets.empty()) root.fail(buckets, "there must be at least one bucket");
}

void read_faults(Section& section, ClusterConfig& out) {
  section.take("enabled", out.faults_enabled);
  section.list("silent", [&](const YAML::Node& item) {
    Section silent(item, "a silent fault");
    SilentFault fault;
    silent.each({
        {"token",
         [&](auto& key) {
           fault.line = silent.line(key);
           fault.token = silent.need(key);
           check_token_id(fault.token, fault.line);
         }},
        {"node",
         [&](auto& key) {
           const std::string node = silent.need(key);
           const NodeConfig* known = out.node(node);
           if (known == nullptr) silent.fail(key, "there is no node " + node);
           fault.node = known->id;
         }},
        {"after",
         [&](auto& key) {
           if (silent.has(key)) fault.after_ms = milliseconds(item[key], key);
         }},
        {"since",
         [&](auto& key) {
           choose(silent, key, fault.since_start, {{"create", false}, {"start", true}});
         }},
    });
    const auto same = [&](const SilentFault& other) { return other.token == fault.token && other.node == fault.node; };
    if (std::any_of(out.silent.begin(), out.silent.end(), same)) {
      throw Wrong{fault.line, fault.node + " falls silent about token " + fault.token + " twice"};
    }
    out.silent.push_back(std::move(fault));
  });
}

void read_limits(Section& section, std::size_t nodes, Limits& out) {
  section.take("key_bytes", out.key_bytes, 1, 64 * 1024);
  section.take("value_bytes", out.value_bytes, 1, 16 * 1024 * 1024);
  const std::size_t most = std::max<std::size_t>(most_entry_bytes / nodes, Limits{}.value_bytes);
  if (out.value_bytes > most) {
    section.fail("value_bytes", "value_bytes is above " + std::to_string(most) +
                                    ": values of all nodes may conflict, and must fit into one message");
  }
  section.take("siblings_warn", out.siblings_warn, 2, 10'000);
  section.take("siblings_max", out.siblings_max, 2, 10'000);
  section.take("cache_bytes", out.cache_bytes, 0, 2'000'000'000);
  section.take("token_domain", out.token_domain, 1, std::numeric_limits<std::uint64_t>::max());
  if (out.siblings_warn > out.siblings_max) section.fail("siblings_warn", "siblings_warn is above siblings_max");
}

void read_log(Section& section, ClusterConfig& out) {
  section.take("dir", out.log_dir);
  check_path(out.log_dir, "the log directory", section.line("dir"));
  static const std::vector<std::string> levels{"trace", "debug", "info", "warn", "error", "off"};
  section.take("level", out.log_level);
  if (std::find(levels.begin(), levels.end(), out.log_level) == levels.end()) {
    section.fail("level", "level must be one of trace, debug, info, warn, error, off, not " + out.log_level);
  }
  section.take("trace", out.trace);
  choose(section, "values", out.trace_values,
         {{"hash", TraceValues::hash}, {"full", TraceValues::full}, {"none", TraceValues::none}});
}

void read_tokens_file(Section& root, const std::string& key, const std::string& file, ClusterConfig& out) {
  if (!root.has(key)) return;
  root.take(key, out.tokens_file);
  check_path(out.tokens_file, key, root.line(key));
  if (std::filesystem::path(out.tokens_file).is_relative()) {
    out.tokens_file = (std::filesystem::path(file).parent_path() / out.tokens_file).string();
  }
}

ClusterConfig read_cluster(const YAML::Node& yaml, const std::string& file,
                           const std::vector<std::string>& known_tiers) {
  ClusterConfig out;
  Section root(yaml, "a cluster file");
  const auto section = [&](const std::function<void(Section&)>& read) {
    return [&root, read](auto& key) { root.section(key, read); };
  };
  root.each({
      {"cluster",
       [&](auto& key) {
         root.take(key, out.cluster);
         check_name(out.cluster, "the cluster's name", root.line(key));
       }},
      {"nodes", [&](auto& key) { read_nodes(root, key, out); }},
      {"storage", section([&](Section& s) {
         s.take("dir", out.data_dir);
         check_path(out.data_dir, "the data directory", s.line("dir"));
         choose(s, "durability", out.durability, {{"fsync", Durability::fsync}, {"os", Durability::os}});
       })},
      {"gossip", section([&](Section& s) { s.take("interval_ms", out.gossip_interval_ms, 10, 60'000); })},
      {"timeouts", section([&](Section& s) {
         s.take("request_ms", out.request_ms, 10, 600'000);
         s.take("suspect_ms", out.suspect_ms, 50, 600'000);
       })},
      {"limits", section([&](Section& s) { read_limits(s, out.nodes.size(), out.limits); })},
      {"log", section([&](Section& s) { read_log(s, out); })},
      {"buckets", [&](auto& key) { read_buckets(root, key, out, known_tiers); }},
      {"tokens_file", [&](auto& key) { read_tokens_file(root, key, file, out); }},
      {"faults", section([&](Section& s) { read_faults(s, out); })},
  });
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
