// The cluster file, read once into checked plain structs. The file's shape: docs/operations.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/causality/node_id.hpp"

namespace kin {

struct NodeConfig {
  NodeId id;
  std::string host;
  std::uint16_t port = 0;

  std::string endpoint() const;  // host:port; [host]:port for IPv6, whether or not `host` has the brackets already
};

enum class Durability { fsync, os };
enum class TraceValues { hash, full, none };

// What a read shows of several values that did not see each other.
enum class OnConflict : std::uint8_t {
  siblings,       // all of them
  latest,         // the one that was written last by its coordinator's wall clock
  max,            // the greatest by its bytes
  union_of_lines  // one value of all their lines, each once, sorted
};
const char* to_string(OnConflict rule);  // siblings, latest, max, union

struct BucketConfig {
  std::string name;
  std::string tier = "causal";
  static constexpr std::uint32_t all = 0;  // as read or write: every member that was not removed
  std::uint32_t read = 1;                  // default R
  std::uint32_t write = 1;                 // default W
  OnConflict on_conflict = OnConflict::siblings;
  bool keep_base = false;  // a value brings the one that it replaced, so that a conflict can show what was before it
};

struct Limits {
  std::uint32_t key_bytes = 1024;
  std::uint32_t value_bytes = 1048576;
  std::uint32_t siblings_warn = 16;
  std::uint32_t siblings_max = 64;
  std::uint64_t token_domain = std::uint64_t{1} << 32;  // numbers from a token's low to its high
  std::uint32_t batch_keys = 512;          // of one message between members, and what else is kept in pages;
                                           // no file sets it, simulated clusters do
  std::uint32_t tidy_keys = 2000;          // that are looked at in one tick for leftovers; no file sets it either
  std::uint32_t cache_bytes = 192u << 20;  // of entries that a node keeps unpacked in memory, about
  std::uint32_t lineage = 16;              // versions of a key that a value names as seen; no file sets it
};

// Of the values of one key that all nodes may come to hold together. A message has room for that and what is said
// beside.
inline constexpr std::size_t most_entry_bytes = 56u << 20;

// A node falls silent about one token, some time after the token was created or after the node started.
struct SilentFault {
  std::string token;
  NodeId node;
  std::uint64_t after_ms = 0;
  bool since_start = false;
  int line = 0;  // of the cluster file; 0 where it was made otherwise
};

// One entry of tokens.yml: who holds a token. The file names nodes by host:port, this names them by id.
struct TokenScheme {
  std::string id;
  NodeId writer;
  std::vector<NodeId> readers;  // the writer may be one of them
  bool all = false;             // `quorum: all`: every holder must take part, where a majority is enough otherwise

  std::vector<NodeId> holders() const;  // writer and readers, each once, sorted
  std::size_t quorum() const;           // how many of the holders must take part
};

struct ClusterConfig {
  std::string cluster = "kin";
  std::vector<NodeConfig> nodes;  // sorted by id
  std::string data_dir = "data";
  Durability durability = Durability::fsync;
  std::uint32_t gossip_interval_ms = 200;
  std::uint32_t request_ms = 2000;
  std::uint32_t suspect_ms = 1500;
  Limits limits;
  std::string log_dir = "logs";
  std::string log_level = "info";
  bool trace = true;
  TraceValues trace_values = TraceValues::hash;
  std::vector<BucketConfig> buckets{{"default", "causal", 1, 1}};
  std::string tokens_file;  // resolved against the cluster file's folder; empty where there is none
  bool faults_enabled = false;
  std::vector<SilentFault> silent;
  std::vector<TokenScheme> tokens;  // of the tokens file; sorted by id

  const NodeConfig* node(std::string_view id) const;        // nullptr when there is no such node
  const BucketConfig* bucket(std::string_view name) const;  // nullptr when there is no such bucket
  const TokenScheme* token(std::string_view id) const;      // nullptr when there is no such token
  std::vector<NodeId> ids() const;                          // in the order in which clocks are printed
  // Of the values of a key together, above which a node takes no more that would stand beside others: so that what all
  // nodes took apart fits into one message.
  std::size_t entry_bytes() const { return most_entry_bytes / nodes.size(); }
  std::uint32_t majority() const { return static_cast<std::uint32_t>(nodes.size() / 2 + 1); }
};

// The ids as words, for who shows or completes them.
std::vector<std::string> names_of(const ClusterConfig& config);

// Points at the line that is wrong.
struct ConfigError {
  std::string file;
  int line = 0;  // from 1; 0 when the whole file is meant
  std::string message;

  std::string text() const;  // file:line: message
};

// Most nodes that a cluster can have.
constexpr std::size_t max_cluster_nodes = 64;

// Whether a name of a node, host, bucket or cluster may stand in a log line, a trace and a JSON key: 1 to 255 printable
// ASCII characters without spaces, '"', '{', '}' and '\'.
bool valid_name(std::string_view name);
// A node's id is at most 240 bytes of such a name: with the number of its incarnation behind it, it is its identity in
// the transport, which has room for 255.
bool valid_node_id(std::string_view id);
// A token's id is one line of 1 to 255 bytes, without control characters.
bool valid_token_id(std::string_view id);

// Reads and checks. Unknown keys, wrong types and impossible combinations are errors, and so are files
// above 1 MiB, YAML aliases and duplicate keys. `known_tiers` are the tiers that this program has; an empty list takes
// every tier, for programs that only need the nodes.
tl::expected<ClusterConfig, ConfigError> load_cluster_config(const std::string& path,
                                                             const std::vector<std::string>& known_tiers);
// The same from text; `file` is only named in errors.
tl::expected<ClusterConfig, ConfigError> parse_cluster_config(const std::string& text, const std::string& file,
                                                              const std::vector<std::string>& known_tiers);

// A word as YAML in double quotes, which keep every byte of it a word: `no`, `1e3` and `a: b` would be something else
// without.
std::string yaml_word(std::string_view text);

// The configuration as a cluster file that load_cluster_config reads back.
std::string print_cluster_config(const ClusterConfig& config);

// The seed's start without a file: this node and the other replicas, ids are `host:port`. Lists are separated by
// commas; n is 1 + their length. Error: a sentence that names what does not fit.
tl::expected<ClusterConfig, std::string> config_from_flags(const std::string& host, std::uint16_t port, int n,
                                                           const std::string& hosts, const std::string& ports);

// Reads and checks: the writer and the readers are nodes of the cluster, no token and no reader of it stands there
// twice. The result is what ClusterConfig::tokens wants.
tl::expected<std::vector<TokenScheme>, ConfigError> load_tokens(const std::string& path, const ClusterConfig& cluster);

// load_cluster_config, and the tokens of its tokens file. Silent faults are held against these: each names a token of
// the file and one of its holders, and no two name the same; `path` is blamed otherwise.
tl::expected<ClusterConfig, ConfigError> load_cluster_and_tokens(const std::string& path,
                                                                 const std::vector<std::string>& known_tiers);

}  // namespace kin
