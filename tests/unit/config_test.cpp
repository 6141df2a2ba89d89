// The cluster file: what is read from it, and that every slip is named with its line.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "common/config/cluster_config.hpp"
#include "tests/temporary_folder.hpp"

using namespace kin;

namespace {

const std::string two_nodes =
    "nodes:\n"
    "  - {id: n1, host: 127.0.0.1, port: 7001}\n"
    "  - {id: n2, host: 127.0.0.1, port: 7002}\n";

tl::expected<ClusterConfig, ConfigError> parse(const std::string& text) {
  return parse_cluster_config(text, "folder/c.yml", {"causal", "atomic"});
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  while (times-- > 0) out += part;
  return out;
}

std::string nodes(int count) {
  std::string out = "nodes:\n";
  for (int i = 1; i <= count; ++i) {
    out += "  - {id: n" + std::to_string(i) + ", host: h, port: " + std::to_string(i) + "}\n";
  }
  return out;
}

struct BadFile {
  std::string text;
  int line;
  std::string says;
};

void check_refused(const std::vector<BadFile>& files) {
  for (const BadFile& file : files) {
    INFO(file.text.substr(0, 300));
    const auto config = parse(file.text);
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().file == "folder/c.yml");
    CHECK(config.error().line == file.line);
    INFO(config.error().message);
    CHECK(config.error().message.find(file.says) != std::string::npos);
  }
}

std::string write(TemporaryFolder& folder, const std::string& text) {
  std::string path = folder.fresh();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace

TEST_CASE("a file that says little has the documented values") {
  const auto config = parse(two_nodes);
  REQUIRE(config.has_value());
  CHECK(config->ids() == std::vector<NodeId>{"n1", "n2"});
  CHECK(config->durability == Durability::fsync);
  CHECK(config->gossip_interval_ms == 200);
  CHECK(config->request_ms == 2000);
  CHECK(config->suspect_ms == 1500);
  CHECK(config->limits.key_bytes == 1024);
  CHECK(config->limits.value_bytes == 1048576);
  CHECK(config->limits.siblings_warn == 16);
  CHECK(config->limits.siblings_max == 64);
  CHECK(config->trace_values == TraceValues::hash);
  REQUIRE(config->bucket("default") != nullptr);
  CHECK(config->bucket("default")->tier == "causal");
  CHECK(config->bucket("none") == nullptr);
  CHECK_FALSE(config->faults_enabled);
  CHECK(config->tokens_file.empty());
}

TEST_CASE("every setting is read") {
  const auto config = parse(
      "cluster: demo\n"
      "nodes:\n"
      "  - {id: b, host: localhost, port: 65535}\n"
      "  - {id: a, host: '::1', port: 1}\n"
      "  - {id: c, host: '[::1]', port: 2}\n"
      "storage: {dir: /var/kin, durability: os}\n"
      "gossip: {interval_ms: 50}\n"
      "timeouts: {request_ms: 300, suspect_ms: 700}\n"
      "limits: {key_bytes: 10, value_bytes: 20, siblings_warn: 3, siblings_max: 4, cache_bytes: 5}\n"
      "log: {dir: there, level: debug, trace: false, values: none}\n"
      "buckets:\n"
      "  - {name: plain}\n"
      "  - {name: tokens, tier: atomic, read: quorum, write: all}\n"
      "  - {name: numbers, read: 3, write: 2, on_conflict: union, keep_base: true}\n"
      "tokens_file: tokens.yml\n"
      "faults:\n"
      "  enabled: true\n"
      "  silent:\n"
      "    - {token: '1020', node: a, after: 10s}\n"
      "    - {token: x y, node: b, after: 500ms, since: start}\n"
      "    - {token: z, node: c, after: 2m, since: create}\n");
  REQUIRE(config.has_value());
  CHECK(config->cluster == "demo");
  CHECK(config->ids() == std::vector<NodeId>{"a", "b", "c"});  // clocks are printed in this order
  CHECK(config->node("a")->endpoint() == "[::1]:1");
  CHECK(config->node("b")->endpoint() == "localhost:65535");
  CHECK(config->node("c")->endpoint() == "[::1]:2");
  CHECK(config->node("d") == nullptr);
  CHECK(config->majority() == 2);
  CHECK(config->data_dir == "/var/kin");
  CHECK(config->durability == Durability::os);
  CHECK(config->gossip_interval_ms == 50);
  CHECK(config->request_ms == 300);
  CHECK(config->suspect_ms == 700);
  CHECK(config->limits.key_bytes == 10);
  CHECK(config->limits.siblings_max == 4);
  CHECK(config->limits.cache_bytes == 5);
  CHECK(config->log_dir == "there");  // as it is written
  CHECK(config->log_level == "debug");
  CHECK_FALSE(config->trace);
  CHECK(config->trace_values == TraceValues::none);
  REQUIRE(config->buckets.size() == 3);
  CHECK(config->bucket("plain")->write == 1);
  CHECK(config->bucket("tokens")->read == 2);
  CHECK(config->bucket("tokens")->write == BucketConfig::all);
  CHECK(print_cluster_config(*config).find("read: 2, write: all") != std::string::npos);
  CHECK(config->bucket("numbers")->read == 3);
  CHECK(config->bucket("numbers")->on_conflict == OnConflict::union_of_lines);
  CHECK(config->bucket("numbers")->keep_base);
  CHECK(config->bucket("plain")->on_conflict == OnConflict::siblings);
  CHECK_FALSE(config->bucket("plain")->keep_base);
  CHECK(config->tokens_file == "folder/tokens.yml");
  CHECK(config->faults_enabled);
  REQUIRE(config->silent.size() == 3);
  CHECK(config->silent[0].after_ms == 10'000);
  CHECK_FALSE(config->silent[0].since_start);
  CHECK(config->silent[1].token == "x y");
  CHECK(config->silent[1].after_ms == 500);
  CHECK(config->silent[1].since_start);
  CHECK(config->silent[2].after_ms == 120'000);
}

TEST_CASE("a slip among the nodes is named with its line") {
  check_refused({
      {"", 0, "must be a mapping"},
      {"# nothing\n", 0, "must be a mapping"},
      {"- a\n", 1, "must be a mapping"},
      {"cluster: x\n", 1, "at least one node"},
      {"cluster: x\nnodes: []\n", 2, "at least one node"},
      {"cluster: x\nnodes:\nlog: {}\n", 2, "nodes has no value"},
      {"nodes: 5\n", 1, "nodes must be a list"},
      {"nodes:\n  - n1\n", 2, "must be a mapping"},
      {"nodes:\n  - {id: n1, host: h}\n", 2, "needs a port"},
      {"nodes:\n  - {id: n1, port: 1}\n", 2, "needs a host"},
      {"nodes:\n  - {host: h, port: 1}\n", 2, "needs a id"},
      {"nodes:\n  - id: n1\n    host: h\n    port: 0\n", 4, "from 1 to 65535"},
      {"nodes:\n  - id: n1\n    host: h\n    port: 65536\n", 4, "from 1 to 65535"},
      {"nodes:\n  - {id: n1, host: h, port: -1}\n", 2, "from 1 to 65535"},
      {"nodes:\n  - {id: n1, host: h, port: 7001x}\n", 2, "not 7001x"},
      {"nodes:\n  - {id: n1, host: h, port: [1]}\n", 2, "port must be a word or a number"},
      {"nodes:\n  - {id: n1, host: h, port: 99999999999999999999}\n", 2, "from 1 to 65535"},
      {"nodes:\n  - {id: n1, host: h, port: 1, prot: tcp}\n", 2, "did you mean port?"},
      {"nodes:\n  - {id: n1, host: \"*\", port: 1}\n", 2, "nobody can reach *"},
      {two_nodes + "foo: x\n", 4, "no key foo"},
      {"nodes:\n  - host: h\n    port: 1\n    id: n 1\n", 4, "printable ASCII"},
      {"nodes:\n  - {id: '', host: h, port: 1}\n", 2, "printable ASCII"},
      {"nodes:\n  - {id: 'a{', host: h, port: 1}\n", 2, "printable ASCII"},
      {"nodes:\n  - {id: 'a\"', host: h, port: 1}\n", 2, "printable ASCII"},
      {"nodes:\n  - {id: 'a\\', host: h, port: 1}\n", 2, "printable ASCII"},
      {"nodes:\n  - {id: \"n\\u00e9\", host: h, port: 1}\n", 2, "printable ASCII"},
      {"nodes:\n  - {id: " + std::string(256, 'n') + ", host: h, port: 1}\n", 2, "255"},
      {"nodes:\n  - {id: " + std::string(241, 'n') + ", host: h, port: 1}\n", 2, "240"},
      {"nodes:\n  - {id: n1, host: '', port: 1}\n", 2, "host"},
      {"nodes:\n  - {id: n1, host: \"h\\nforged: line\", port: 1}\n", 2, "host"},
      {two_nodes + "  - {id: n1, host: other, port: 1}\n", 4, "two nodes are called n1"},
      {two_nodes + "  - {id: n3, host: 127.0.0.1, port: 7002}\n", 4, "two nodes listen on 127.0.0.1:7002"},
      {nodes(65), 2, "more than 64 nodes"},
  });
  CHECK(parse(nodes(64)).has_value());
  CHECK(parse("nodes: [{id: " + std::string(240, 'n') + ", host: h, port: 1}]").has_value());
}

TEST_CASE("a slip in a setting is named with its line") {
  check_refused({
      {two_nodes + "limts: {}\n", 4, "did you mean limits?"},
      {"cluster: x\nnodez:\n  - {id: n1, host: h, port: 1}\n", 2,
       "a cluster file has no key nodez; did you mean nodes?"},
      {"clustr: x\n", 1, "no key clustr; did you mean cluster?"},
      {"nodes:\n  - {id: n1, host: h, prt: 1}\n", 2, "no key prt; did you mean port?"},
      {two_nodes + "buckets:\n  - nam: a\n", 5, "no key nam; did you mean name?"},
      {two_nodes + "faults:\n  silent:\n    - {tokn: t, node: n1}\n", 6, "no key tokn; did you mean token?"},
      {two_nodes + "zzzzzz: {}\n", 4, "has no key zzzzzz"},
      {two_nodes + "<<: {cluster: x}\n", 4, "has no key <<"},
      {two_nodes + "cluster: [x]\n", 4, "cluster must be a word"},
      {two_nodes + "cluster: a b\n", 4, "the cluster's name"},
      {two_nodes + "cluster: a\ncluster: b\n", 5, "cluster stands here twice"},
      {two_nodes + "limits:\n  key_bytes: 1\n  value_bytes: 2\n  key_bytes: 1\n", 7, "key_bytes stands here twice"},
      {two_nodes + "? [a, b]\n: c\n", 4, "a key must be a word"},
      {two_nodes + "storage:\nlog: {}\n", 4, "storage has no value"},
      {two_nodes + "storage: data\n", 4, "must be a mapping"},
      {two_nodes + "storage:\n  dir: ''\n", 5, "the data directory"},
      {two_nodes + "storage:\n  dir: \"a\\0b\"\n", 5, "the data directory"},
      {two_nodes + "storage:\n  durability: maybe\n", 5, "one of fsync, os"},
      {two_nodes + "storage:\n  durability: ''\n", 5, "one of fsync, os"},
      {two_nodes + "gossip:\n  interval_ms: 9\n", 5, "from 10 to 60000"},
      {two_nodes + "gossip:\n  interval_ms: 200ms\n", 5, "from 10 to 60000"},
      {two_nodes + "gossip:\n  interval_ms: 1.5\n", 5, "from 10 to 60000"},
      {two_nodes + "timeouts:\n  request_ms: 1\n", 5, "request_ms must be a number from 10"},
      {two_nodes + "timeouts:\n  suspect_ms: -5\n", 5, "suspect_ms must be a number from 50"},
      {two_nodes + "limits:\n  key_bytes: 0\n", 5, "key_bytes must be a number from 1"},
      {two_nodes + "limits:\n  value_bytes: 1000000000\n", 5, "value_bytes must be a number from 1"},
      {two_nodes + "limits:\n  siblings_max: 8\n  siblings_warn: 9\n", 6, "above siblings_max"},
      {two_nodes + "limits:\n  siblings_max: 8\n", 5, "siblings_warn is above siblings_max"},
      {two_nodes + "log:\n  level: loud\n", 5, "trace, debug, info, warn, error, off, not loud"},
      {two_nodes + "log:\n  trace: yes\n", 5, "true or false, not yes"},
      {two_nodes + "log:\n  values: some\n", 5, "hash, full, none"},
      {two_nodes + "log:\n  dir: ''\n", 5, "the log directory"},
      {two_nodes + "buckets: []\n", 4, "at least one bucket"},
      {two_nodes + "buckets:\n  - {tier: causal}\n", 5, "needs a name"},
      {two_nodes + "buckets:\n  - tier: causal\n    name: a b\n", 6, "a bucket's name"},
      {two_nodes + "buckets:\n  - {name: a}\n  - {name: a}\n", 6, "two buckets are called a"},
      {two_nodes + "buckets:\n  - name: a\n    on_conflict: newest\n", 6,
       "must be one of siblings, latest, max, union, not newest"},
      {two_nodes + "buckets:\n  - name: a\n    keep_base: maybe\n", 6, "keep_base"},
      {two_nodes + "buckets:\n  - name: a\n    tier: atomic\n    keep_base: true\n", 7, "of the causal tier"},
      {two_nodes + "buckets:\n  - name: a\n    tier: casual\n", 6, "this program has: causal, atomic"},
      {two_nodes + "buckets:\n  - name: a\n    write: 3\n", 6, "from 1 to 2 (the number of nodes), not 3"},
      {two_nodes + "buckets:\n  - name: a\n    read: 0\n", 6, "from 1 to 2"},
      {two_nodes + "buckets:\n  - name: a\n    read: ''\n", 6, "read must be quorum, all or a number"},
      {two_nodes + "buckets:\n  - name: a\n    read: -1\n", 6, "read must be quorum, all or a number"},
      {two_nodes + "buckets:\n  - name: a\n    write: most\n", 6, "not most"},
      {two_nodes + "tokens_file: ''\n", 4, "tokens_file"},
      {two_nodes + "faults:\n  enabled: 1\n", 5, "true or false, not 1"},
      {two_nodes + "faults:\n  silent: n1\n", 5, "silent must be a list"},
      {two_nodes + "faults:\n  silent:\n    - {token: t}\n", 6, "needs a node"},
      {two_nodes + "faults:\n  silent:\n    - {node: n1}\n", 6, "needs a token"},
      {two_nodes + "faults:\n  silent:\n    - token: t\n      node: n3\n", 7, "there is no node n3"},
      {two_nodes + "faults:\n  silent:\n    - {node: n1, token: \"a\\nb\"}\n", 6, "a token's id"},
      {two_nodes + "faults:\n  silent:\n    - {token: t, node: n1}\n    - {token: t, node: n1, after: 1s}\n", 7,
       "n1 falls silent about token t twice"},
      {two_nodes + "limits: {token_domain: 0}\n", 4, "token_domain must be a number from 1"},
      {two_nodes + "limits: {token_domain: 18446744073709551616}\n", 4, "token_domain must be a number"},
      {two_nodes + "faults:\n  silent:\n    - {token: t, node: n1, after: soon}\n", 6, "a time such as 10s"},
      {two_nodes + "faults:\n  silent:\n    - {token: t, node: n1, after: 10h}\n", 6, "a time such as 10s"},
      {two_nodes + "faults:\n  silent:\n    - {token: t, node: n1, since: end}\n", 6, "one of create, start"},
  });
  CHECK(parse_cluster_config(two_nodes + "buckets: [{name: a, tier: new}]\n", "f", {}).has_value());
}

TEST_CASE("hostile YAML is refused with its line") {
  std::string bomb = "a: &a [x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [*" + std::string(1, static_cast<char>(c - 1)) + ", *" +
            static_cast<char>(c - 1) + "]\n";
  }
  check_refused({
      {bomb, 1, "anchors and aliases"},
      {"a: &x [*x]\n", 1, "anchors and aliases"},
      {two_nodes + "storage: &s {dir: d}\n", 4, "anchors and aliases"},
      {two_nodes + "storage: *s\n", 4, "anchor"},
      {two_nodes + "---\n" + two_nodes, 4, "one document"},
      {two_nodes + "storage: {dir\n", 5, "this is not YAML"},
      {two_nodes + "\tstorage: {}\n", 4, "this is not YAML"},
      {repeated("[", 1000), 1, "nested too deeply"},
      {repeated("[", 100) + repeated("]", 100), 1, "nested too deeply"},
      {repeated("# a long way\n", 1 << 20), 80660, "larger than 1 MiB"},
      {two_nodes + "\"\\e[31mred\": 1\n", 4, "has no key ?[31mred"},
  });
  const auto long_key = parse(two_nodes + "? " + std::string(5000, 'k') + "\n: 1\n");
  REQUIRE_FALSE(long_key.has_value());
  CHECK(long_key.error().message.size() < 500);
}

TEST_CASE("a file that cannot be read is named with the reason") {
  TemporaryFolder folder;
  const auto error = [&](const std::string& path) {
    const auto config = load_cluster_config(path, {});
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().line == 0);
    return config.error().text();
  };
  const std::string missing = folder.fresh();
  CHECK(error(missing) == missing + ": cannot be read: No such file or directory");
  CHECK(error(folder.path()).find("Is a directory") != std::string::npos);
  CHECK(error(std::string(5000, 'x')).find("File name too long") != std::string::npos);
  CHECK(error(write(folder, "")).find("must be a mapping") != std::string::npos);
  const auto endless = load_cluster_config("/dev/zero", {});
  REQUIRE_FALSE(endless.has_value());
  CHECK(endless.error().message.find("larger than 1 MiB") != std::string::npos);

  const std::string wrong = write(folder, two_nodes + "limts: {}\n");
  CHECK(load_cluster_config(wrong, {}).error().text().find(wrong + ":4: ") == 0);
}

TEST_CASE("a printed configuration is read back as it was") {
  ClusterConfig config = *parse(two_nodes);
  config.cluster = "no";  // words that YAML would take for something else
  config.nodes.push_back({"127.0.0.1:7003", "::1", 7003});
  std::sort(config.nodes.begin(), config.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  config.data_dir = "da: ta \"quoted\" # \\ \xc3\xa9";
  config.log_dir = "~";
  config.log_level = "off";
  config.durability = Durability::os;
  config.gossip_interval_ms = 10;
  config.request_ms = 11;
  config.suspect_ms = 51;
  config.limits.key_bytes = 1;
  config.limits.value_bytes = 2;
  config.limits.siblings_warn = 3;
  config.limits.siblings_max = 4;
  config.limits.cache_bytes = 5;
  config.trace = false;
  config.trace_values = TraceValues::full;
  config.buckets = {{"1e3", "causal", 2, 3}, {"null", "a: b", 1, 1}};
  config.tokens_file = "/absolute/tokens.yml";
  config.faults_enabled = true;
  config.silent = {{"10 20", "n1", 7, true}, {"true", "n2", 60'000, false}};

  const std::string printed = print_cluster_config(config);
  const auto again = parse_cluster_config(printed, "c.yml", {});
  INFO(printed);
  REQUIRE(again.has_value());
  CHECK(print_cluster_config(*again) == printed);
  CHECK(again->ids() == config.ids());
  CHECK(again->data_dir == config.data_dir);
  CHECK(again->log_dir == "~");
  CHECK(again->durability == Durability::os);
  CHECK(again->limits.siblings_max == 4);
  CHECK(again->limits.cache_bytes == 5);
  CHECK(again->trace_values == TraceValues::full);
  REQUIRE(again->buckets.size() == 2);
  CHECK(again->buckets[0].name == "1e3");
  CHECK(again->buckets[0].write == 3);
  CHECK(again->buckets[1].tier == "a: b");
  CHECK(again->tokens_file == "/absolute/tokens.yml");
  REQUIRE(again->silent.size() == 2);
  CHECK(again->silent[0].token == "10 20");
  CHECK(again->silent[0].since_start);
  CHECK(again->silent[1].after_ms == 60'000);
}

TEST_CASE("a control character in a printed word stays in its line") {
  ClusterConfig config = *parse(two_nodes);
  config.data_dir = "a\nnodes: []";
  const auto again = parse(print_cluster_config(config));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().message.find("the data directory") != std::string::npos);
}

TEST_CASE("tokens are read and checked against the nodes") {
  TemporaryFolder folder;
  const ClusterConfig cluster = *parse(two_nodes);
  const std::string good =
      "- token: '1020'\n"
      "  writer: 127.0.0.1:7001\n"
      "  readers: ['127.0.0.1:7001', '127.0.0.1:7002']\n";
  const auto tokens = load_tokens(write(folder, good), cluster);
  REQUIRE(tokens.has_value());
  REQUIRE(tokens->size() == 1);
  CHECK(tokens->front().id == "1020");
  CHECK(tokens->front().writer == "n1");
  CHECK(tokens->front().readers == std::vector<NodeId>{"n1", "n2"});
  CHECK(tokens->front().holders() == std::vector<NodeId>{"n1", "n2"});
  CHECK(tokens->front().quorum() == 2);
  CHECK_FALSE(tokens->front().all);
  CHECK(load_tokens(write(folder, good + "  quorum: all\n"), cluster)->front().all);
  CHECK_FALSE(load_tokens(write(folder, good + "  quorum: majority\n"), cluster)->front().all);
  CHECK(load_tokens(write(folder, "[]"), cluster)->empty());

  const std::string reader = "  readers: ['127.0.0.1:7002']\n";
  const std::vector<BadFile> files{
      {"", 0, "must be a list"},
      {"token: 1\n", 1, "must be a list"},
      {"- 1\n", 1, "must be a mapping"},
      {good + good, 4, "the token 1020 stands here twice"},
      {"- token: ''\n  writer: 127.0.0.1:7001\n" + reader, 1, "one line of 1 to 255 bytes"},
      {"- token: \"a\\nb\"\n  writer: 127.0.0.1:7001\n" + reader, 1, "one line of 1 to 255 bytes"},
      {"- token: " + std::string(256, 't') + "\n  writer: 127.0.0.1:7001\n" + reader, 1, "one line of 1 to 255 bytes"},
      {"- token: t\n" + reader, 1, "needs a writer"},
      {"- token: t\n  writter: 127.0.0.1:7001\n" + reader, 2, "no key writter; did you mean writer?"},
      {"- token: t\n  writer: 127.0.0.1:9\n" + reader, 2, "127.0.0.1:9 is no node"},
      {"- token: t\n  writer: 127.0.0.1:7001\n", 1, "at least one reader"},
      {"- token: t\n  writer: 127.0.0.1:7001\n  readers: []\n", 3, "at least one reader"},
      {"- token: t\n  writer: 127.0.0.1:7001\n  readers: 127.0.0.1:7002\n", 3, "readers must be a list"},
      {"- token: t\n  writer: 127.0.0.1:7001\n  readers:\n    - 127.0.0.1:7001\n    - nobody:1\n", 5, "is no node"},
      {"- token: t\n  writer: 127.0.0.1:7001\n  readers:\n    - 127.0.0.1:7001\n    - 127.0.0.1:7001\n", 5, "twice"},
      {"- token: t\n  writer: 127.0.0.1:7001\n" + reader + "  reader: x\n", 4, "did you mean readers?"},
      {good + "  quorum: most\n", 4, "majority or all, not most"},
  };
  for (const BadFile& file : files) {
    INFO(file.text);
    const std::string path = write(folder, file.text);
    const auto refused = load_tokens(path, cluster);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().file == path);
    CHECK(refused.error().line == file.line);
    INFO(refused.error().message);
    CHECK(refused.error().message.find(file.says) != std::string::npos);
  }
}

TEST_CASE("silent faults are held against the tokens file") {
  TemporaryFolder folder;
  const std::string tokens = "- token: '1020'\n  writer: 127.0.0.1:7001\n  readers: ['127.0.0.1:7002']\n";
  std::ofstream(folder.path() + "/tokens.yml") << tokens;
  const std::string nodes =
      "nodes:\n  - {id: n1, host: 127.0.0.1, port: 7001}\n  - {id: n2, host: 127.0.0.1, port: 7002}\n"
      "  - {id: n3, host: 127.0.0.1, port: 7003}\n";
  const auto load = [&](const std::string& rest) {
    const std::string path = folder.path() + "/cluster.yml";
    std::ofstream(path) << nodes << rest;
    return load_cluster_and_tokens(path, {});
  };
  const std::string file = "tokens_file: tokens.yml\n";
  const auto good = load(file + "faults:\n  silent:\n    - {token: '1020', node: n2}\n");
  REQUIRE(good.has_value());
  CHECK(good->tokens.size() == 1);
  CHECK(good->silent.size() == 1);
  const auto wrong = [&](const std::string& rest, int line, const std::string& words) {
    const auto bad = load(rest);
    REQUIRE(!bad);
    CHECK(bad.error().line == line);
    CHECK(bad.error().message.find(words) != std::string::npos);
    CAPTURE(bad.error().message);
  };
  wrong(file + "faults:\n  silent:\n    - {token: '1021', node: n2}\n", 8, "has no token 1021");
  wrong(file + "faults:\n  silent:\n    - {token: '1020', node: n3}\n", 8, "n3 does not hold token 1020");
  wrong("faults:\n  silent:\n    - {token: '1020', node: n2}\n", 7, "there is no tokens_file");
}

TEST_CASE("the sample files are good") {
  const auto config = load_cluster_config(KIN_SAMPLES "/cluster.yml", {"causal"});
  INFO((config ? "" : config.error().text()));
  REQUIRE(config.has_value());
  CHECK(config->nodes.size() == 5);
  const auto tokens = load_tokens(config->tokens_file, *config);
  INFO((tokens ? "" : tokens.error().text()));
  REQUIRE(tokens.has_value());
  CHECK(std::any_of(tokens->begin(), tokens->end(), [](const TokenScheme& t) { return t.id == "1020"; }));
}
