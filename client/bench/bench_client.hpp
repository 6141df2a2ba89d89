// One client of a load: its own connection, its own draws, so many operations in flight.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/async_client.hpp"
#include "client/bench/latency_histogram.hpp"
#include "client/bench/workload.hpp"
#include "client/history_file.hpp"

namespace kin {

using BenchClock = std::chrono::steady_clock;

struct BenchPlan {
  const Mix* mix = nullptr;
  Favour favour = Favour::uniform;
  std::string bucket, prefix;
  std::size_t value_bytes = 100;
  std::size_t depth = 16;  // of each client
  wire::Level read, write;
  unsigned unseeing = 0;       // per cent of the writes that have seen nothing, so that siblings arise
  double rate = 0;             // operations a second of each client; 0: as many as go
  bool one_a_message = false;  // see ClientOptions
};

struct BenchTally {
  std::array<LatencyHistogram, number_of_acts> latencies;
  std::map<Status, std::uint64_t> failures;
  std::optional<Failure> first_failure;
  std::uint64_t conflicts = 0;  // reads that showed several values, writes that left several
  std::uint64_t absent = 0;     // reads of a key that was not there

  void join(const BenchTally& other);
  std::uint64_t done() const;  // without failures
  std::uint64_t failed() const;
};

// Told from other threads how far a client is.
struct BenchProgress {
  std::atomic<std::uint64_t> done{0}, failed{0};
};

// Belongs to one thread at a time.
class BenchClient {
 public:
  // `name` tells this client from the others; `plan` and `progress` outlive it.
  BenchClient(const BenchPlan& plan, std::string name, std::vector<Endpoint> endpoints, ClientOptions options,
              const Workload& workload, BenchProgress& progress);

  // Appends to the history from now on, the writes of a load too. Error: a sentence.
  tl::expected<void, std::string> keep_history(const std::string& path);

  // Asks for one key, and waits for the answer or an interrupt. Failure: of that read, so no node can be reached, or it
  // does not serve the bucket.
  std::optional<Failure> greet();

  // Writes the keys with these numbers, without measuring. Failure: of the first write that was not taken.
  std::optional<Failure> load(std::uint64_t from, std::uint64_t to);

  // Runs from `begin` to `end`, or until `stop`, and then waits for what is in flight. With a rate, each operation has
  // a time at which it is due, and its latency counts from then, also when it could not be sent yet: a store that
  // stalls is not spared the questions that it kept from being asked (coordinated omission).
  void run(BenchClock::time_point begin, BenchClock::time_point end, const std::atomic<bool>& stop);

  const BenchTally& tally() const { return tally_; }
  // Of the history; it ends the writing of it, not the load.
  const std::optional<std::string>& history_error() const { return history_error_; }
  bool interrupted() const { return interrupted_; }

 private:
  struct Operation {
    Act act = Act::read;
    std::string key;
    BenchClock::time_point due;
    HistoryEvent event;
  };

  // There are as many as the depth, made once: a load that waits for its own memory measures that.
  Operation& open_operation();
  void close(Operation& operation);
  void start(BenchClock::time_point due);
  void read(Operation& operation);
  void begin_write(Operation& operation, wire::Seen seen, const std::string& context);
  void write(Operation& operation, wire::Seen seen, const std::string& context);
  void have_read(Operation& operation, const Outcome& outcome);
  void have_written(Operation& operation, const Outcome& outcome);
  void done(Operation& operation);
  void failed(Operation& operation, const Failure& failure);
  void begin_event(Operation& operation, const char* op);
  template <class Reply>
  void end_event(Operation& operation, const Reply& reply);
  void put_fresh_value(std::string& value);
  // Waits at most so long for answers. False after an interrupt.
  bool poll(std::chrono::milliseconds longest);

  const BenchPlan& plan_;
  const std::string name_;
  AsyncClient client_;
  Workload workload_;
  BenchProgress& progress_;
  BenchTally tally_;
  std::optional<HistoryFile> history_;
  std::optional<std::string> history_error_;
  std::vector<std::unique_ptr<Operation>> operations_;
  std::vector<Operation*> closed_;  // those of them that are not ongoing
  wire::Read read_;                 // the last ones that were sent, for their memory
  wire::AddUpdate write_;
  std::size_t ongoing_ = 0;
  std::uint64_t values_ = 0, events_ = 0;
  bool interrupted_ = false;
};

}  // namespace kin
