// A pipelined load on a running cluster, for ./dev bench.
//
//   kin-load CONFIG NODE get|put DEPTH SECONDS [W] [KEYS] [VALUE_BYTES]
//
// One client, one connection, DEPTH requests in flight, 16-byte keys, values of 100 bytes unless told otherwise. Prints
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "kin-load CONFIG NODE get|put DEPTH SECONDS [W] [KEYS] [VALUE_BYTES]\n");
    return 2;
  }
  const auto config = kin::load_cluster_config(argv[1], {});
  const kin::NodeConfig* node = config ? config->node(argv[2]) : nullptr;
  if (node == nullptr) {
    std::fprintf(stderr, "kin-load: %s\n", config ? "no such node" : config.error().text().c_str());
    return 2;
  }
  const bool puts = std::string(argv[3]) == "put";
  const std::size_t depth = std::strtoul(argv[4], nullptr, 10);
  const double seconds = std::min(60.0, std::atof(argv[5]));
  const auto w = static_cast<std::uint32_t>(argc > 6 ? std::strtoul(argv[6], nullptr, 10) : 1);
  const std::uint64_t keys = argc > 7 ? std::strtoul(argv[7], nullptr, 10) : 100'000;
  const std::string value(argc > 8 ? std::strtoul(argv[8], nullptr, 10) : 100, 'v');

  kin::ClientOptions options;
  options.cluster = config->cluster;
  options.timeout = std::chrono::seconds(10);
  kin::AsyncClient client({kin::Endpoint{node->id, node->host, node->port}}, options);
  kin::Rng rng(42);
  std::vector<double> latencies;
  std::size_t failed = 0;
  std::uint64_t operation = 0;
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
      if (puts) {
        kin::wire::AddUpdate request{"default", key_of(rng.below(keys)), value};
        request.level = {kin::wire::Quorum::count, w};
        request.operation = std::to_string(++operation);
        client.submit(request, done);
      } else {
        client.submit(kin::wire::Read{"default", key_of(rng.below(keys)), {}}, done);
      }
    }
    client.poll(std::chrono::milliseconds(100));
  }
  const double spent = cpu_seconds() - cpu;
  std::sort(latencies.begin(), latencies.end());
  const auto n = static_cast<double>(latencies.size());
  std::printf("%s W %u depth %4zu | %9.0f op/s | p50 %8.1f us p99 %9.1f us | client CPU %.2f us | failed %zu\n",
              argv[3], w, depth, n / seconds, percentile(latencies, .5), percentile(latencies, .99), 1e6 * spent / n,
              failed);
  return failed == 0 ? 0 : 1;
}
