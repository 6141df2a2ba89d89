// A pipelined load on the tokens of a running cluster: all that its tokens file names are created and written first.
//
//   kin-token-load CONFIG NODE read|write DEPTH SECONDS
//
// One client, one connection, DEPTH requests in flight; a write has one number to hash. Prints one line of JSON:
// operations a second, and p50 and p99 in microseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "client/async_client.hpp"
#include "client/bench/latency_histogram.hpp"
#include "common/config/cluster_config.hpp"
#include "node/protocols/rng.hpp"

namespace {

using Clock = std::chrono::steady_clock;

class TokenLoad {
 public:
  TokenLoad(const kin::ClusterConfig& config, const kin::NodeConfig& node, bool reads)
      : tokens_(config.tokens),
        reads_(reads),
        client_({kin::Endpoint{node.id, node.host, node.port}}, options(config)) {}

  // False: some of them could not be created and written.
  bool prepare() {
    for (const auto& token : tokens_) client_.submit(kin::wire::TokenCreate{token.id, true}, noted());
    drain();
    for (const auto& token : tokens_) client_.submit(written(token.id), noted());
    drain();
    return failed_ == 0;
  }

  void run(std::size_t depth, Clock::time_point begin, Clock::time_point end) {
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      while (client_.in_flight() < depth) {
        submit([this, begin, end, sent = Clock::now()](const kin::Outcome& outcome) {
          const auto at = Clock::now();
          failed_ += outcome ? 0 : 1;
          if (at < begin || at >= end) return;
          latencies_.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(at - sent).count()));
        });
      }
      client_.poll(std::chrono::milliseconds(100));
    }
  }

  std::uint64_t failed() const { return failed_; }
  const kin::LatencyHistogram& latencies() const { return latencies_; }

 private:
  static kin::ClientOptions options(const kin::ClusterConfig& config) {
    kin::ClientOptions out;
    out.cluster = config.cluster;
    out.timeout = std::chrono::seconds(10);
    return out;
  }
  static kin::wire::TokenWrite written(const std::string& id) { return {id, std::string(100, 'v'), 0, 0, 1, false}; }

  kin::OnOutcome noted() {
    return [this](const kin::Outcome& outcome) { failed_ += outcome ? 0 : 1; };
  }
  void drain() {
    while (client_.in_flight() > 0) client_.poll(std::chrono::milliseconds(100));
  }
  void submit(const kin::OnOutcome& done) {
    const std::string& id = tokens_[random_.below(tokens_.size())].id;
    if (reads_) {
      client_.submit(kin::wire::TokenRead{id}, done);
    } else {
      client_.submit(written(id), done);
    }
  }

  const std::vector<kin::TokenScheme>& tokens_;
  bool reads_;
  kin::AsyncClient client_;
  kin::Rng random_{42};
  kin::LatencyHistogram latencies_;
  std::uint64_t failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 6 ? argv[3] : "";
  if (what != "read" && what != "write") {
    std::fprintf(stderr, "usage: kin-token-load CONFIG NODE read|write DEPTH SECONDS\n");
    return 2;
  }
  const auto config = kin::load_cluster_and_tokens(argv[1], {});
  const kin::NodeConfig* node = config ? config->node(argv[2]) : nullptr;
  if (node == nullptr || config->tokens.empty()) {
    std::fprintf(stderr, "kin-token-load: %s\n",
                 config ? "no such node, or no tokens in the cluster file" : config.error().text().c_str());
    return 2;
  }
  TokenLoad load(*config, *node, what == "read");
  if (!load.prepare()) {
    std::fprintf(stderr, "kin-token-load: not all tokens could be created and written\n");
    return 1;
  }
  const double seconds = std::min(60.0, std::atof(argv[5]));
  const auto begin = Clock::now() + std::chrono::milliseconds(300);  // warm
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  load.run(std::max<std::size_t>(1, std::strtoul(argv[4], nullptr, 10)), begin, end);
  const kin::LatencyHistogram& latencies = load.latencies();
  const auto micros = [&](double share) { return static_cast<double>(latencies.at_share_ns(share)) / 1000; };
  std::printf("{\"rate\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"failed\": %llu}\n",
              static_cast<double>(latencies.count()) / seconds, micros(.5), micros(.99),
              static_cast<unsigned long long>(load.failed()));
  return load.failed() == 0 ? 0 : 1;
}
