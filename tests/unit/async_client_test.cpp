// How the client's core paces itself, over a transport that the test plays, and its timers.
#include "client/async_client.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "client/timers.hpp"

using namespace kin;
using namespace std::chrono_literals;

namespace {

struct Script {
  std::deque<std::string> replies;  // messages that have come
  std::deque<bool> takes;           // whether the next frames are taken; all when it is empty
  std::vector<std::uint64_t> sent;  // the requests that left
  std::vector<std::size_t> frames;  // how many were in each
  bool writable = true;
};

class ScriptedTransport : public ClientTransport {
 public:
  explicit ScriptedTransport(Script& script) : script_(script), fd_(eventfd(0, EFD_NONBLOCK)) {}
  ~ScriptedTransport() override { ::close(fd_); }

  bool writable(int) override { return script_.writable; }
  bool send(std::string_view frame) override {
    if (!script_.takes.empty()) {
      const bool takes = script_.takes.front();
      script_.takes.pop_front();
      if (!takes) return false;
    }
    std::size_t items = 0;
    for (std::size_t offset = 0; offset < frame.size(); ++items) {
      const auto item = wire::next_item(frame, offset);
      REQUIRE(item.has_value());
      script_.sent.push_back(item->envelope.request_id);
    }
    script_.frames.push_back(items);
    return true;
  }
  bool receive(std::string& frame, int) override {
    if (script_.replies.empty()) return false;
    frame = std::move(script_.replies.front());
    script_.replies.pop_front();
    return true;
  }
  int fd() const override { return fd_; }

 private:
  Script& script_;
  int fd_;
};

ClientOptions played_by(Script& script) {
  ClientOptions options;
  options.name = "test";
  options.timeout = 20s;
  options.connect = [&script](const Endpoint&) { return std::make_unique<ScriptedTransport>(script); };
  return options;
}

const std::vector<Endpoint> one_node{{"n1", "127.0.0.1", 7001}};

void append_reply(std::string& message, std::uint64_t id) {
  wire::EnvelopeView envelope;
  envelope.kind = wire::Kind::read_reply;
  envelope.request_id = id;
  wire::append_item(message, envelope, wire::ReadReply{});
}

wire::Read some_read() { return {"default", "k", {}}; }

// Two nodes, played by these, in this order; whoever does not answer has only so long.
ClientOptions played_by(Script& a, Script& b) {
  ClientOptions options;
  options.name = "test";
  options.timeout = 200ms;
  options.connect = [&a, &b](const Endpoint& to) {
    return std::make_unique<ScriptedTransport>(to.node == "a" ? a : b);
  };
  return options;
}

const std::vector<Endpoint> two_nodes{{"a", "127.0.0.1", 7001}, {"b", "127.0.0.1", 7002}};

}  // namespace

TEST_CASE("a poll takes so many replies, and what they led to leaves before the next are taken") {
  Script script;
  AsyncClient client(one_node, played_by(script));
  const std::size_t some = AsyncClient::replies_a_poll;
  const std::size_t asked = 2 * some + 10;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    client.submit(some_read(), [&](const Outcome& outcome) {
      REQUIRE(outcome.has_value());
      if (++answered <= some) client.submit(some_read(), [](const Outcome&) {});
    });
  }
  std::string all;
  const std::size_t in_one_message = some + 5;  // so the end of a message and the end of a poll are apart
  for (std::uint64_t id = 1; id <= asked; ++id) {
    append_reply(all, id);
    if (id == in_one_message || id == asked) script.replies.push_back(std::exchange(all, {}));
  }

  CHECK(client.poll(60s));
  CHECK(answered == some);
  CHECK(script.frames == std::vector<std::size_t>{asked});
  CHECK(client.poll(60s));  // does not wait: there is more
  CHECK(answered == 2 * some);
  CHECK(script.frames == std::vector<std::size_t>{asked, some});
  CHECK(client.poll(60s));
  CHECK(answered == asked);
  CHECK(client.counters().replies == asked);
  CHECK(client.in_flight() == some);
}

TEST_CASE("the rest of a message that cannot be read is dropped, and the next message is read from its start") {
  Script script;
  AsyncClient client(one_node, played_by(script));
  std::vector<std::uint64_t> answered;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    client.submit(some_read(), [&answered, id](const Outcome&) { answered.push_back(id); });
  }
  std::string torn, whole;
  append_reply(torn, 1);
  torn += '\xc1';
  append_reply(torn, 2);
  append_reply(whole, 3);
  script.replies = {torn, "", whole};
  CHECK(client.poll(60s));
  CHECK(answered == std::vector<std::uint64_t>{1, 3});
  CHECK(client.counters().malformed == 1);
  CHECK(client.in_flight() == 1);
}

TEST_CASE("frames that are refused stay in their order, and nothing leaves twice") {
  Script script;
  ClientOptions options = played_by(script);
  options.one_a_message = true;
  AsyncClient client(one_node, options);
  for (int i = 0; i < 5; ++i) client.submit(some_read(), [](const Outcome&) {});
  script.takes = {true, false};
  client.poll(0ms);
  script.takes.push_front(true);
  script.takes.push_front(true);
  script.takes.push_back(false);
  for (int i = 0; i < 10 && script.sent.size() < 5; ++i) client.poll(0ms);
  CHECK(script.sent == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  CHECK(script.frames == std::vector<std::size_t>(5, 1));
  CHECK(client.counters().requests_sent == 5);
}

TEST_CASE("what may leave twice leaves twice where one of two nodes is there, and all else once") {
  const bool first_is_up = GENERATE(true, false);
  Script up, down;
  down.writable = false;
  AsyncClient client(two_nodes, first_is_up ? played_by(up, down) : played_by(down, up));
  wire::AddUpdate write{"default", "k", "v"};
  std::size_t copies = 1;
  SECTION("a write that names its operation") {
    write.operation = "test:1";
    copies = 2;
  }
  SECTION("a write that does not") {}
  client.submit(write, [](const Outcome& outcome) {
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status == Status::timeout);
    CHECK(outcome.error().applied == Applied::unknown);
  });
  while (client.in_flight() > 0) client.poll(1s);
  CHECK(up.sent.size() == copies);
  CHECK(down.sent.empty());
}

TEST_CASE("a node that was passed over is asked when it comes") {
  Script late, there;
  late.writable = false;
  AsyncClient client(two_nodes, played_by(late, there));
  client.submit(some_read(), [](const Outcome&) {});
  while (there.sent.empty() && client.in_flight() > 0) client.poll(1s);
  CHECK(there.sent.size() == 1);
  late.writable = true;
  while (client.in_flight() > 0) client.poll(1s);
  CHECK(late.sent.size() == 1);
  CHECK(there.sent.size() == 1);
}

TEST_CASE("timers come as from a sorted set") {
  using Time = Timers::Time;
  std::mt19937 random(7);
  Timers timers;
  std::map<std::uint64_t, Time> wakes;  // what stands
  std::set<Timers::Timer> sorted;
  const auto stands = [&](const Timers::Timer& timer) {
    const auto found = wakes.find(timer.second);
    return found != wakes.end() && found->second == timer.first;
  };
  std::uint64_t next_id = 0;
  for (int step = 0; step < 20'000; ++step) {
    const unsigned what = wakes.empty() ? 0 : random() % 10;  // 0..3 sets a new one, ..7 ends one, ..9 replaces one
    std::uint64_t id = next_id;
    if (what < 4) {
      ++next_id;
    } else {
      id = std::next(wakes.begin(), static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(wakes.size(), 8)))
               ->first;
      sorted.erase({wakes[id], id});
    }
    if (what >= 4 && what < 8) {
      wakes.erase(id);
    } else {
      wakes[id] = Time(std::chrono::milliseconds(step + static_cast<int>(random() % 100)));
      timers.add({wakes[id], id}, wakes.size(), stands);
      sorted.insert({wakes[id], id});
    }
    if (random() % 3 != 0) continue;
    const Time latest(std::chrono::milliseconds(step + static_cast<int>(random() % 60)));
    const Timers::Timer* next = timers.next(latest, stands);
    REQUIRE((next == nullptr) == (sorted.empty() || sorted.begin()->first > latest));
    if (next != nullptr) REQUIRE(*next == *sorted.begin());
  }
}

TEST_CASE("timers that do not stand any more are not kept, also when nobody asks for the next one") {
  Timers timers;
  for (std::uint64_t id = 0; id < 10'000; ++id) {
    const auto stands = [id](const Timers::Timer& timer) { return timer.second + 4 > id; };  // the last four
    timers.add({Timers::Time(std::chrono::milliseconds(id)), id}, 4, stands);
    REQUIRE(timers.kept() <= 2 * 4 + 64);
  }
  CHECK(timers.kept() >= 4);
}
