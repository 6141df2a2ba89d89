// COUNT writes, as fast as one pipelined client can: for tests that need a full store or a full network.
//
//   kin-fill CONFIG NODE COUNT VALUE_BYTES [FROM] [DEPTH] [KEYS]
//
// Keys are 16 bytes, numbers FROM (0) to FROM + COUNT - 1 in a mixed order, each once unless there are only KEYS of
// them. Values are random bytes, so that no compression makes a store smaller than it is. DEPTH (1024) requests are in
// flight. Prints how many writes were acknowledged and in how many seconds; exit code 1 when one was not.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "client/async_client.hpp"
#include "common/config/cluster_config.hpp"
#include "node/protocols/rng.hpp"

namespace {

std::string key_of(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(kin::Rng(number).next()));
  return {text, 16};
}

void randomize(std::string& value, kin::Rng& rng) {
  for (std::size_t i = 0; i < value.size(); i += 8) {
    const std::uint64_t word = rng.next();
    for (std::size_t b = 0; b < 8 && i + b < value.size(); ++b) value[i + b] = static_cast<char>(word >> (8 * b));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "kin-fill CONFIG NODE COUNT VALUE_BYTES [FROM] [DEPTH] [KEYS]\n");
    return 2;
  }
  const auto config = kin::load_cluster_config(argv[1], {});
  const kin::NodeConfig* node = config ? config->node(argv[2]) : nullptr;
  if (node == nullptr) {
    std::fprintf(stderr, "kin-fill: %s\n", config ? "no such node" : config.error().text().c_str());
    return 2;
  }
  const auto number = [&](int i, std::uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const std::uint64_t count = number(3, 0), from = number(5, 0), depth = number(6, 1024), keys = number(7, count);

  kin::ClientOptions options;
  options.cluster = config->cluster;
  options.timeout = std::chrono::seconds(20);
  kin::AsyncClient client({kin::Endpoint{node->id, node->host, node->port}}, options);
  kin::Rng rng(from + 1);
  kin::wire::AddUpdate request{"default", "", std::string(number(4, 0), '\0')};
  std::uint64_t sent = 0, acknowledged = 0, failed = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (acknowledged + failed < count) {
    while (sent < count && client.in_flight() < depth) {
      request.key = key_of(from + sent++ % keys);
      randomize(request.value, rng);
      client.submit(request, [&](const kin::Outcome& outcome) {
        if (outcome) {
          ++acknowledged;
        } else if (++failed == 1) {
          std::fprintf(stderr, "kin-fill: %s\n", outcome.error().message.c_str());
        }
      });
    }
    client.poll(std::chrono::milliseconds(100));
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::printf("%llu acknowledged, %llu failed, %.1f s\n", static_cast<unsigned long long>(acknowledged),
              static_cast<unsigned long long>(failed), seconds.count());
  return failed == 0 ? 0 : 1;
}
