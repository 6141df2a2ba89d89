// A pipelined load on a running cluster, for ./dev bench.
//
//   kin-load CONFIG NODE get|put|token-read|token-write DEPTH SECONDS [LEVEL] [KEYS] [VALUE_BYTES]
//
// One client, one connection, DEPTH requests in flight, 16-byte keys, values of 100 bytes unless told otherwise; LEVEL
// is R or W. Tokens are those of the tokens file: they are created first, and a write has one number to hash. Prints
// one line: operations a second, p50 and p99 in microseconds, CPU microseconds of this client per operation.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "client/async_client.hpp"
#include "common/config/cluster_config.hpp"
#include "node/protocols/rng.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

double percentile(std::vector<double>& sorted, double p) {
  return sorted.empty() ? 0 : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * double(sorted.size())))];
}

std::string key_of(std::uint64_t i) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(kin::Rng(i).next()));
  return {text, 16};
}

// One request of the kind that is asked for, of a random key.
class Load {
 public:
  Load(const kin::ClusterConfig& config, std::string what, std::uint32_t level, std::uint64_t keys, std::size_t bytes)
      : config_(config),
        what_(std::move(what)),
        level_{kin::wire::Quorum::count, level},
        keys_(keys),
        value_(bytes, 'v') {}

  bool known() const {
    if (what_ == "get" || what_ == "put") return true;
    return (what_ == "token-read" || what_ == "token-write") && !config_.tokens.empty();
  }
  bool of_tokens() const { return what_.starts_with("token"); }

  void submit(kin::AsyncClient& client, const kin::OnOutcome& done) {
    if (what_ == "token-read") {
      client.submit(kin::wire::TokenRead{token()}, done);
    } else if (what_ == "token-write") {
      client.submit(kin::wire::TokenWrite{token(), value_, 0, 0, 1, false}, done);
    } else if (what_ == "get") {
      client.submit(kin::wire::Read{"default", key_of(rng_.below(keys_)), level_}, done);
    } else {
      kin::wire::AddUpdate request{"default", key_of(rng_.below(keys_)), value_};
      request.level = level_;
      request.operation = std::to_string(++operation_);
      client.submit(request, done);
    }
  }

  // All tokens, each written once. False: some of them could not be.
  bool prepare_tokens(kin::AsyncClient& client) const {
    bool good = true;
    const auto note = [&good](const kin::Outcome& outcome) { good &= outcome.has_value(); };
    const auto wait = [&client] {
      while (client.in_flight() > 0) client.poll(std::chrono::milliseconds(100));
    };
    for (const kin::TokenScheme& one : config_.tokens) client.submit(kin::wire::TokenCreate{one.id, true}, note);
    wait();
    for (const kin::TokenScheme& one : config_.tokens) {
      client.submit(kin::wire::TokenWrite{one.id, value_, 0, 0, 1, false}, note);
    }
    wait();
    return good;
  }

 private:
  const std::string& token() { return config_.tokens[rng_.below(config_.tokens.size())].id; }

  const kin::ClusterConfig& config_;
  std::string what_;
  kin::wire::Level level_;
  std::uint64_t keys_;
  std::string value_;
  kin::Rng rng_{42};
  std::uint64_t operation_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr,
                 "kin-load CONFIG NODE get|put|token-read|token-write DEPTH SECONDS [LEVEL] [KEYS] [VALUE_BYTES]\n");
    return 2;
  }
  const auto config = kin::load_cluster_and_tokens(argv[1], {});
  const kin::NodeConfig* node = config ? config->node(argv[2]) : nullptr;
  if (node == nullptr) {
    std::fprintf(stderr, "kin-load: %s\n", config ? "no such node" : config.error().text().c_str());
    return 2;
  }
  const std::size_t depth = std::strtoul(argv[4], nullptr, 10);
  const double seconds = std::min(60.0, std::atof(argv[5]));
  const auto w = static_cast<std::uint32_t>(argc > 6 ? std::strtoul(argv[6], nullptr, 10) : 1);
  const std::uint64_t keys = argc > 7 ? std::strtoul(argv[7], nullptr, 10) : 100'000;
  Load load(*config, argv[3], w, keys, argc > 8 ? std::strtoul(argv[8], nullptr, 10) : 100);
  if (!load.known()) {
    std::fprintf(stderr, "kin-load: no such load, or no tokens in %s\n", argv[1]);
    return 2;
  }

  kin::ClientOptions options;
  options.cluster = config->cluster;
  options.timeout = std::chrono::seconds(10);
  kin::AsyncClient client({kin::Endpoint{node->id, node->host, node->port}}, options);
  if (load.of_tokens() && !load.prepare_tokens(client)) {
    std::fprintf(stderr, "kin-load: not all tokens could be created and written\n");
    return 1;
  }
  std::vector<double> latencies;
  std::size_t failed = 0;
  const auto begin = Clock::now() + std::chrono::milliseconds(500);  // connected and warm
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  double cpu = -1;
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    if (cpu < 0 && now >= begin) cpu = cpu_seconds();
    while (client.in_flight() < depth) {
      const auto done = [&, sent = Clock::now()](const kin::Outcome& outcome) {
        const auto at = Clock::now();
        failed += outcome ? 0 : 1;
        if (at >= begin && at < end) latencies.push_back(std::chrono::duration<double, std::micro>(at - sent).count());
      };
      load.submit(client, done);
    }
    client.poll(std::chrono::milliseconds(100));
  }
  const double spent = cpu_seconds() - cpu;
  std::sort(latencies.begin(), latencies.end());
  const auto n = static_cast<double>(latencies.size());
  std::printf("%s level %u depth %4zu | %9.0f op/s | p50 %8.1f us p99 %9.1f us | client CPU %.2f us | failed %zu\n",
              argv[3], w, depth, n / seconds, percentile(latencies, .5), percentile(latencies, .99), 1e6 * spent / n,
              failed);
  return failed == 0 ? 0 : 1;
}
