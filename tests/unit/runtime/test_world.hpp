// Stand-ins for what surrounds a node: a disk that fails on demand, a network that is two lists, a clock that stands
// still, a log that remembers.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/runtime/node_loop.hpp"
#include "node/runtime/peer_body.hpp"
#include "node/storage/memory_store.hpp"
#include "tests/unit/runtime/counter_tier.hpp"

namespace kin {

class FailingStore : public MemoryStore {
 public:
  std::optional<std::string> get(std::string_view key) const override {
    if (reads_fail) throw StorageFailure{{false, "a read of db/000003.log"}};
    return MemoryStore::get(key);
  }
  [[nodiscard]] tl::expected<void, StorageError> commit(const WriteBatch& batch) override {
    if (before_commit) before_commit();
    if (writes_fail) return tl::unexpected(StorageError{false, "a write of db/000003.log"});
    ++commits;
    return MemoryStore::commit(batch);
  }

  bool reads_fail = false, writes_fail = false;
  int commits = 0;
  std::function<void()> before_commit;
};

class ManualTime : public TimeSource {
 public:
  std::uint64_t now_us() const override { return ms * 1000 + (looks_ += look_us); }
  std::uint64_t wall_ns() const override { return 1'800'000'000'000'000'000u + ms * 1'000'000; }
  std::uint64_t ms = 1'000;
  std::uint64_t look_us = 0;  // that go by whenever somebody looks

 private:
  mutable std::uint64_t looks_ = 0;
};

class ListLog : public HumanLog {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view line) override { lines.emplace_back(line); }
  void flush() override {}

  // Lines that contain the words.
  std::size_t count(std::string_view words) const {
    std::size_t n = 0;
    for (const std::string& line : lines) n += line.find(words) != std::string::npos ? 1 : 0;
    return n;
  }
  std::vector<std::string> lines;
};

class ListTransport : public NodeTransport {
 public:
  std::uint16_t port() const override { return 1; }
  void connect_peer(const std::string&, const std::string&, std::uint16_t) override {}
  bool wait(int timeout_ms) override {
    last_wait_ms = timeout_ms;
    return true;
  }
  bool receive(RouterIdentity& from, std::string& frame) override {
    if (incoming.empty()) return false;
    std::tie(from, frame) = std::move(incoming.front());
    incoming.pop_front();
    return true;
  }
  bool send_to_peer(const std::string& id, std::string_view frame) override {
    if (on_send) on_send();
    to_peers.emplace_back(id, frame);
    return true;
  }
  bool send_to_client(const RouterIdentity& to, std::string_view frame) override {
    to_clients.emplace_back(to, frame);
    return true;
  }
  bool connected(const std::string&) const override { return true; }
  const TransportCounters& counters() const override { return counters_; }
  void wake() override {}

  std::deque<std::pair<RouterIdentity, std::string>> incoming;
  std::vector<std::pair<std::string, std::string>> to_peers, to_clients;
  std::function<void()> on_send;
  int last_wait_ms = -1;

 private:
  TransportCounters counters_;
};

// Jobs run when a test says so.
class ListJobs : public JobRunner {
 public:
  void run(TierJob job) override { jobs.push_back(std::move(job)); }
  void cancel(const TierCancel& cancel) override { cancelled.push_back(cancel.id); }
  std::vector<JobNews> take_news() override { return std::exchange(news, {}); }

  std::vector<TierJob> jobs;
  std::vector<JobId> cancelled;
  std::vector<JobNews> news;
};

// Commits what is handed over at once or, where it holds it, when a test says so.
class HeldCommits : public Committer {
 public:
  explicit HeldCommits(Store& store) : store_(store) {}

  Result commit(const WriteBatch& batch) override { return {store_.commit(batch), took_us}; }
  void begin(const WriteBatch& batch) override {
    batch_ = &batch;
    ++handed_over;
    if (!holds) end();
  }
  bool has_ended() const override { return result_.has_value(); }
  std::optional<Result> take_result() override { return std::exchange(result_, std::nullopt); }
  Result wait() override {
    if (!result_) end();
    return *take_result();
  }
  void end() { result_ = commit(*std::exchange(batch_, nullptr)); }

  bool holds = false;
  std::uint64_t took_us = 0;  // each of them
  int handed_over = 0;

 private:
  Store& store_;
  const WriteBatch* batch_ = nullptr;
  std::optional<Result> result_;
};

struct ParsedItem {
  wire::Envelope envelope;
  std::string body;

  template <class T>
  T as() const {
    const auto value = wire::decode<T>(body);
    return value ? *value : T{};
  }
};

inline std::vector<ParsedItem> items_of(const std::string& message) {
  std::vector<ParsedItem> items;
  for (std::size_t offset = 0; offset < message.size();) {
    auto item = wire::next_item(message, offset);
    if (!item) break;
    items.push_back({item->envelope.owned(), std::string(item->body)});
  }
  return items;
}

template <class Request>
std::string request_item(const Request& request, std::uint64_t id = 1, wire::Kind kind = Request::kind) {
  wire::Envelope envelope;
  envelope.kind = kind;
  envelope.request_id = id;
  envelope.sender = "tester";
  std::string message;
  wire::append_item(message, envelope, request);
  return message;
}

inline wire::AddUpdate write_of(const std::string& value, const std::string& bucket = "default",
                                const std::string& key = "k") {
  wire::AddUpdate write;
  write.bucket = bucket;
  write.key = key;
  write.value = value;
  return write;
}

inline std::string peer_item(const std::string& from, const std::string& body, std::uint32_t tier = 9,
                             const std::string& cluster = "demo") {
  wire::Envelope envelope;
  envelope.cluster = cluster;
  envelope.kind = wire::Kind::peer;
  envelope.sender = from;
  envelope.born = 5;
  envelope.ordinal = 2;
  envelope.clock = {{from + ".2", 3}};
  std::string message;
  wire::append_item(message, envelope, PeerBody{tier, body});
  return message;
}

}  // namespace kin
