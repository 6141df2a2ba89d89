#include "client/bench/bench_run.hpp"

#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "client/identity.hpp"

namespace kin {
namespace {

constexpr std::chrono::milliseconds between_words{500};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double seconds_since(BenchClock::time_point begin) {
  return std::chrono::duration<double>(BenchClock::now() - begin).count();
}

// ZeroMQ ends the process when it gets no file, and a client needs up to this many for each node that it tries.
constexpr rlim_t files_of_connection = 8, files_of_program = 64;

// Lets this process open as many files as it may. Failure: LIMIT, where that is too few for one connection a client.
std::optional<Failure> make_room(std::size_t clients) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return std::nullopt;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t needed = clients * files_of_connection + files_of_program;
  if (files.rlim_cur >= needed) return std::nullopt;
  return Failure{Status::limit, Applied::no,
                 std::to_string(clients) + " clients may need " + std::to_string(needed) +
                     " open files, and this process may have " + std::to_string(files.rlim_cur) + ": see ulimit -n"};
}

class Bench {
 public:
  Bench(const BenchOptions& options, const ClientOptions& client, const ChooseEndpoints& endpoints,
        const TellStage& tell)
      : options_(options), tell_(tell), zipf_(options.keys), progress_(options.clients) {
    keys_.size = options.keys;
    // Names of two loads differ, or their values and operations would be taken for each other's.
    const std::string run = to_hex(new_operation_id()).substr(0, 8);
    for (std::size_t i = 0; i < options.clients; ++i) {
      const Workload workload(*options.plan.mix, options.plan.favour, keys_, zipf_, options.seed * 1'000'003 + i);
      clients_.push_back(std::make_unique<BenchClient>(options.plan, "bench-" + run + '.' + std::to_string(i + 1),
                                                       endpoints(), client, workload, progress_[i]));
    }
  }

  tl::expected<BenchResult, Failure> run() {
    if (auto wrong = reach()) return tl::unexpected(*wrong);
    for (const auto& client : clients_) {
      if (options_.history.empty()) break;
      if (auto kept = client->keep_history(options_.history); !kept) {
        return tl::unexpected(Failure{Status::usage, Applied::no, kept.error()});
      }
    }
    if (auto wrong = load()) return tl::unexpected(*wrong);
    return measure();
  }

 private:
  // A load on nodes that are not there would be a long row of time-outs.
  std::optional<Failure> reach() {
    std::optional<Failure> wrong;
    for (const auto& client : clients_) {
      if (!wrong && !interrupted()) wrong = client->greet();
    }
    return wrong;
  }

  std::optional<Failure> load() {
    if (!options_.load || !options_.plan.mix->needs_keys() || interrupted()) return std::nullopt;
    const std::uint64_t share = options_.keys / clients_.size() + 1;
    std::vector<std::future<std::optional<Failure>>> parts;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      const std::uint64_t from = std::min(i * share, options_.keys), to = std::min(from + share, options_.keys);
      parts.push_back(std::async(std::launch::async, [this, i, from, to] { return clients_[i]->load(from, to); }));
    }
    std::optional<Failure> wrong;
    wait(parts, BenchStage{true, 0, 0, options_.keys, 0, 0});
    for (auto& part : parts) {
      auto ended = part.get();
      if (!wrong) wrong = std::move(ended);
    }
    for (BenchProgress& one : progress_) one.done = 0;
    return wrong;
  }

  BenchResult measure() {
    const double cpu = cpu_seconds();
    const auto begin = BenchClock::now();
    std::atomic<bool> stop{false};
    std::vector<std::future<void>> parts;
    if (!interrupted()) {
      for (const auto& client : clients_) {
        parts.push_back(std::async(std::launch::async, [&, one = client.get()] {
          one->run(begin, begin + options_.duration, stop);
          if (one->interrupted()) stop = true;
        }));
      }
    }
    wait(parts, BenchStage{false, 0, 0, 0, 0, std::chrono::duration<double>(options_.duration).count()});
    BenchResult result;
    result.seconds = seconds_since(begin);
    result.client_cpu_seconds = cpu_seconds() - cpu;
    result.keys = keys_.size;
    result.interrupted = interrupted();
    for (const auto& client : clients_) {
      result.tally.join(client->tally());
      if (client->history_error()) result.history_error = *client->history_error();
    }
    return result;
  }

  bool interrupted() const {
    return std::any_of(clients_.begin(), clients_.end(), [](const auto& one) { return one->interrupted(); });
  }

  template <class Part>
  void wait(const std::vector<std::future<Part>>& parts, BenchStage stage) {
    const auto begin = BenchClock::now();
    for (const auto& part : parts) {
      while (part.wait_for(between_words) != std::future_status::ready) {
        stage.seconds = seconds_since(begin);
        stage.done = stage.failed = 0;
        for (const BenchProgress& one : progress_) {
          stage.done += one.done;
          stage.failed += one.failed;
        }
        tell_(stage);
      }
    }
  }

  const BenchOptions& options_;
  const TellStage& tell_;
  KeySpace keys_{};
  Zipf zipf_;
  std::vector<BenchProgress> progress_;
  std::vector<std::unique_ptr<BenchClient>> clients_;
};

}  // namespace

tl::expected<BenchResult, Failure> run_bench(const BenchOptions& options, const ClientOptions& client,
                                             const ChooseEndpoints& endpoints, const TellStage& tell) {
  if (auto full = make_room(options.clients)) return tl::unexpected(std::move(*full));
  return Bench(options, client, endpoints, tell).run();
}

}  // namespace kin
