#include <sstream>

#include "common/config/cluster_config.hpp"

namespace kin {
namespace {

const char* word(TraceValues values) {
  switch (values) {
    case TraceValues::hash: return "hash";
    case TraceValues::full: return "full";
    case TraceValues::none: return "none";
  }
  return "hash";
}

std::string level_text(std::uint32_t level) { return level == BucketConfig::all ? "all" : std::to_string(level); }

}  // namespace

std::string yaml_word(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      constexpr char digits[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string print_cluster_config(const ClusterConfig& c) {
  std::ostringstream out;
  out << "cluster: " << yaml_word(c.cluster) << "\nnodes:\n";
  for (const NodeConfig& n : c.nodes) {
    out << "  - {id: " << yaml_word(n.id) << ", host: " << yaml_word(n.host) << ", port: " << n.port << "}\n";
  }
  out << "storage: {dir: " << yaml_word(c.data_dir)
      << ", durability: " << (c.durability == Durability::fsync ? "fsync" : "os") << "}\n"
      << "gossip: {interval_ms: " << c.gossip_interval_ms << "}\n"
      << "timeouts: {request_ms: " << c.request_ms << ", suspect_ms: " << c.suspect_ms << "}\n"
      << "limits: {key_bytes: " << c.limits.key_bytes << ", value_bytes: " << c.limits.value_bytes
      << ", siblings_warn: " << c.limits.siblings_warn << ", siblings_max: " << c.limits.siblings_max
      << ", cache_bytes: " << c.limits.cache_bytes << ", token_domain: " << c.limits.token_domain << "}\n"
      << "log: {dir: " << yaml_word(c.log_dir) << ", level: " << yaml_word(c.log_level)
      << ", trace: " << (c.trace ? "true" : "false") << ", values: " << word(c.trace_values) << "}\nbuckets:\n";
  for (const BucketConfig& b : c.buckets) {
    out << "  - {name: " << yaml_word(b.name) << ", tier: " << yaml_word(b.tier) << ", read: " << level_text(b.read)
        << ", write: " << level_text(b.write);
    if (b.on_conflict != OnConflict::siblings) out << ", on_conflict: " << to_string(b.on_conflict);
    if (b.keep_base) out << ", keep_base: true";
    out << "}\n";
  }
  if (!c.tokens_file.empty()) out << "tokens_file: " << yaml_word(c.tokens_file) << "\n";
  out << "faults:\n  enabled: " << (c.faults_enabled ? "true" : "false") << "\n";
  if (!c.silent.empty()) out << "  silent:\n";
  for (const SilentFault& f : c.silent) {
    out << "    - {token: " << yaml_word(f.token) << ", node: " << yaml_word(f.node) << ", after: " << f.after_ms
        << "ms, since: " << (f.since_start ? "start" : "create") << "}\n";
  }
  return out.str();
}

}  // namespace kin
