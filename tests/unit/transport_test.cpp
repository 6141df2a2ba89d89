// The transport between real sockets on this machine.
#include "common/transport/transport.hpp"

#include <pthread.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "tests/unit/interrupted_poll.hpp"
#include "tests/unit/raw_sockets.hpp"

using namespace kin;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t suspect_ms = 600;

std::unique_ptr<NodeTransport> node(const std::string& id, std::uint16_t port = 0) {
  auto bound = NodeTransport::bind("127.0.0.1", port, id, suspect_ms);
  INFO((bound ? "" : bound.error()));
  REQUIRE(bound.has_value());
  return std::move(*bound);
}

// Waits at `at` between looks; what arrives there stays.
bool until(NodeTransport& at, const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    at.wait(5);
  }
  return true;
}

// The next message that arrives at `at`.
std::string next(NodeTransport& at, RouterIdentity& from) {
  std::string frame;
  return until(at, [&] { return at.receive(from, frame); }) ? frame : "(nothing came)";
}
std::string next(NodeTransport& at) {
  RouterIdentity from;
  return next(at, from);
}

// Sends `text` and has it answered by `at`.
std::string echo(ClientTransport& client, NodeTransport& at, const std::string& text) {
  if (!client.writable(20'000) || !client.send(text)) return "(not sent)";
  RouterIdentity from;
  if (!at.send_to_client(from, next(at, from))) return "(not answered)";
  std::string back;
  return client.receive(back, 20'000) ? back : "(no answer)";
}

const std::string large(64 << 10, 'x');
constexpr std::uint64_t refusals_in_a_row = 100;

// Sends `large` to a peer until it is refused for a while; returns how often it was not.
int accepted_until_refused(NodeTransport& at, const std::string& peer) {
  constexpr int too_many = 100'000;
  int accepted = 0;
  for (std::uint64_t refused = 0; refused < refusals_in_a_row && accepted < too_many;) {
    if (at.send_to_peer(peer, large)) {
      ++accepted;
      refused = 0;
    } else {
      ++refused;
      at.wait(1);
    }
  }
  return accepted;
}

void ignore_signal(int) {}

// Sends this thread one signal after the other, as fast as they go, until it is gone.
class SignalStorm {
 public:
  SignalStorm() : target_(pthread_self()) {
    struct sigaction action {};
    action.sa_handler = ignore_signal;  // without SA_RESTART: system calls break off
    sigaction(SIGUSR1, &action, &before_);
    storm_ = std::thread([this] {
      while (!over_) {
        pthread_kill(target_, SIGUSR1);
        std::this_thread::yield();
      }
    });
  }
  ~SignalStorm() {
    over_ = true;
    storm_.join();
    sigaction(SIGUSR1, &before_, nullptr);
  }
  SignalStorm(const SignalStorm&) = delete;
  SignalStorm& operator=(const SignalStorm&) = delete;

 private:
  pthread_t target_;
  struct sigaction before_ {};
  std::atomic<bool> over_ = false;
  std::thread storm_;
};

}  // namespace

TEST_CASE("port 0 takes a free port") {
  const auto a = node("a"), b = node("b");
  CHECK(a->port() != 0);
  CHECK(b->port() != 0);
  CHECK(a->port() != b->port());
}

TEST_CASE("a client is answered") {
  const auto a = node("a");
  const auto client = ClientTransport::connect("127.0.0.1", a->port());
  CHECK(echo(*client, *a, "hello") == "hello");
  CHECK(echo(*client, *a, "").empty());
  CHECK(echo(*client, *a, std::string("\0\xff\n", 3)) == std::string("\0\xff\n", 3));
  CHECK(client->fd() >= 0);
  CHECK(a->counters().received == 3);
  CHECK(a->counters().sent == 3);
  CHECK(a->counters().received_bytes == 8);
  CHECK(a->counters().sent_bytes == 8);
  CHECK(a->counters().dropped_client == 0);
}

TEST_CASE("a host may be a name") {
  const auto a = node("a");
  const auto client = ClientTransport::connect("localhost", a->port());
  CHECK(echo(*client, *a, "hello") == "hello");
}

TEST_CASE("two clients of one node do not get each other's answers") {
  const auto a = node("a");
  const auto x = ClientTransport::connect("127.0.0.1", a->port());
  const auto y = ClientTransport::connect("127.0.0.1", a->port());
  for (int i = 0; i < 50; ++i) {
    CHECK(echo(*x, *a, "x") == "x");
    CHECK(echo(*y, *a, "y") == "y");
  }
}

TEST_CASE("peers reach each other, and nothing is kept for one that is away") {
  const auto a = node("a.1");
  auto b = node("b.1");
  const std::uint16_t port = b->port();
  CHECK_FALSE(a->connected("b"));
  a->connect_peer("b", "127.0.0.1", port);
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "first"); }));
  RouterIdentity from;
  CHECK(next(*b, from) == "first");
  CHECK(from == "a.1");

  b.reset();
  REQUIRE(until(*a, [&] { return !a->connected("b"); }));
  REQUIRE(until(*a, [&] { return !a->send_to_peer("b", "into the air"); }));
  const std::uint64_t dropped = a->counters().dropped_peer;
  for (int i = 0; i < 100; ++i) CHECK_FALSE(a->send_to_peer("b", "while away"));
  CHECK(a->counters().dropped_peer == dropped + 100);

  b = node("b.2", port);
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "after"); }));
  CHECK(next(*b) == "after");
  CHECK_FALSE(a->send_to_peer("nobody", "x"));
}

TEST_CASE("a peer that was connected before can be connected anew") {
  const auto a = node("a.1"), b = node("b.1"), c = node("c.1");
  for (int round = 0; round < 5; ++round) {
    for (NodeTransport* to : {b.get(), c.get()}) {
      a->connect_peer("peer", "127.0.0.1", to->port());
      REQUIRE(until(*a, [&] { return a->connected("peer"); }));
      REQUIRE(until(*a, [&] { return a->send_to_peer("peer", "x"); }));
      CHECK(next(*to) == "x");
    }
  }
}

TEST_CASE("S-48: a restarted peer with the identity of its ghost is heard") {
  const auto a = node("a.1");
  const auto first = node("b.1"), second = node("b.1");
  for (const auto* peer : {&first, &second}) {
    (*peer)->connect_peer("a", "127.0.0.1", a->port());
    REQUIRE(until(**peer, [&] { return (*peer)->send_to_peer("a", "x"); }));
    CHECK(next(*a) == "x");
  }
}

TEST_CASE("a peer that accepts and says nothing is never there") {
  const auto a = node("a.1");
  test::Listener mute;
  a->connect_peer("b", "127.0.0.1", mute.port());
  REQUIRE(until(*a, [&] { return mute.accept_one(0); }));
  CHECK_FALSE(a->connected("b"));
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(a->send_to_peer("b", "x"));
  CHECK(a->counters().dropped_peer == 1000);
  CHECK(a->counters().sent == 0);
}

TEST_CASE("a peer that freezes takes a bounded number of messages, and is given up after the time of suspicion") {
  const auto a = node("a.1");
  test::Listener frozen;
  a->connect_peer("b", "127.0.0.1", frozen.port());
  REQUIRE(until(*a, [&] { return frozen.accept_one(0); }));
  frozen.shake_hands();
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "first"); }));

  CHECK(accepted_until_refused(*a, "b") < 1000);
  CHECK(a->counters().dropped_peer >= refusals_in_a_row);
  CHECK(until(*a, [&] { return !a->connected("b"); }));
  CHECK(until(*a, [&] { return !a->send_to_peer("b", "x"); }));
}

TEST_CASE("a peer whose program hangs takes a bounded number of messages, and gets the rest when it goes on") {
  const auto a = node("a.1"), b = node("b.1");
  a->connect_peer("b", "127.0.0.1", b->port());
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "first"); }));

  const int accepted = accepted_until_refused(*a, "b");
  CHECK(accepted < 10'000);
  CHECK(a->connected("b"));  // its heart beats in ZeroMQ's own thread
  CHECK(next(*b) == "first");
  for (int i = 0; i < accepted; ++i) REQUIRE(next(*b).size() == large.size());
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "last"); }));
  CHECK(next(*b) == "last");
}

TEST_CASE("an answer to nobody is dropped and counted") {
  const auto a = node("a");
  CHECK_FALSE(a->send_to_client("stranger", "x"));
  CHECK(a->counters().dropped_client == 1);

  auto client = ClientTransport::connect("127.0.0.1", a->port());
  REQUIRE(client->writable(20'000));
  REQUIRE(client->send("x"));
  RouterIdentity gone;
  CHECK(next(*a, gone) == "x");
  client.reset();
  REQUIRE(until(*a, [&] { return !a->send_to_client(gone, "x"); }));

  const auto other = ClientTransport::connect("127.0.0.1", a->port());
  CHECK(echo(*other, *a, "still here") == "still here");
}

TEST_CASE("a client that does not read its answers loses them, and nobody else waits") {
  const auto a = node("a");
  const auto lazy = ClientTransport::connect("127.0.0.1", a->port());
  REQUIRE(lazy->writable(20'000));
  REQUIRE(lazy->send("x"));
  RouterIdentity from;
  next(*a, from);
  const std::string answer(4096, 'a');
  int sent = 0;
  while (sent < 200'000 && a->send_to_client(from, answer)) ++sent;
  CHECK(sent < 200'000);
  CHECK(a->counters().dropped_client == 1);
  const auto other = ClientTransport::connect("127.0.0.1", a->port());
  CHECK(echo(*other, *a, "hello") == "hello");
}

TEST_CASE("an address that cannot be had is named") {
  const auto a = node("a");
  const auto taken = NodeTransport::bind("127.0.0.1", a->port(), "b", suspect_ms);
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error() == "127.0.0.1:" + std::to_string(a->port()) + " is in use by another program");

  // An address of the documentation's network, which no machine has.
  const auto foreign = NodeTransport::bind("192.0.2.1", 7001, "b", suspect_ms);
  REQUIRE_FALSE(foreign.has_value());
  CHECK(foreign.error() == "cannot listen on 192.0.2.1:7001: this machine has no such address");

  const auto nonsense = NodeTransport::bind("no such host", 7001, "b", suspect_ms);
  REQUIRE_FALSE(nonsense.has_value());
  CHECK(nonsense.error().find("cannot listen on no such host:7001") == 0);
}

TEST_CASE("connecting to what is no address is only a peer that is never there") {
  const auto a = node("a");
  a->connect_peer("b", "no such host", 1);
  a->connect_peer("c", "", 1);
  CHECK_FALSE(a->send_to_peer("b", "x"));
  CHECK_FALSE(a->connected("c"));
  const auto client = ClientTransport::connect("no such host", 1);
  CHECK_FALSE(client->writable(0));
  CHECK_FALSE(client->send("x"));
}

TEST_CASE("wake ends a wait, also one that has not begun") {
  const auto a = node("a");
  const auto begin = std::chrono::steady_clock::now();
  a->wake();
  a->wake();
  CHECK(a->wait(20'000));
  std::thread other([&] { a->wake(); });
  CHECK(a->wait(20'000));
  other.join();
  CHECK(std::chrono::steady_clock::now() - begin < 15s);
  CHECK(a->wait(0));
}

TEST_CASE("a signal breaks off a wait and no message") {
  const auto a = node("a.1"), b = node("b.1");
  const auto client = ClientTransport::connect("127.0.0.1", a->port());
  a->connect_peer("b", "127.0.0.1", b->port());
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(echo(*client, *a, "before") == "before");
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "before"); }));
  REQUIRE(next(*b) == "before");

  SignalStorm storm;
  const auto begin = std::chrono::steady_clock::now();
  while (a->wait(20'000)) {
  }
  CHECK(std::chrono::steady_clock::now() - begin < 15s);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i);
    REQUIRE(client->writable(20'000));
    REQUIRE(client->send(text));
    RouterIdentity from;
    REQUIRE(next(*a, from) == text);
    REQUIRE(a->send_to_client(from, text));
    std::string back;
    REQUIRE(client->receive(back, 20'000));
    REQUIRE(back == text);
    REQUIRE(a->send_to_peer("b", text));
    REQUIRE(next(*b) == text);
    REQUIRE(a->connected("b"));
  }
}

TEST_CASE("a signal within any call of ZeroMQ loses no message") {
  const auto a = node("a.1"), b = node("b.1");
  const auto client = ClientTransport::connect("127.0.0.1", a->port());
  a->connect_peer("b", "127.0.0.1", b->port());
  REQUIRE(until(*a, [&] { return a->connected("b"); }));
  REQUIRE(echo(*client, *a, "before") == "before");
  REQUIRE(until(*a, [&] { return a->send_to_peer("b", "before"); }));
  REQUIRE(next(*b) == "before");

  const test::InterruptedPoll signals;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = std::to_string(i);
    REQUIRE(echo(*client, *a, text) == text);
    REQUIRE(a->send_to_peer("b", text));
    REQUIRE(next(*b) == text);
    REQUIRE(a->connected("b"));
  }
  CHECK(signals.count() > 2000);
  CHECK(a->counters().dropped_client == 0);
}

TEST_CASE("bytes that are no ZeroMQ disturb nobody") {
  const auto a = node("a");
  const auto client = ClientTransport::connect("127.0.0.1", a->port());
  CHECK(echo(*client, *a, "before") == "before");
  std::vector<test::Stream> strangers;
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: kin\r\n\r\n"), std::string(70'000, '\xff'), std::string(1, '\0'),
        std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16), std::string("\x01\x01"), std::string()}) {
    strangers.emplace_back(a->port());
    strangers.back().write(bytes);
  }
  CHECK(echo(*client, *a, "during") == "during");
  // Silence and rubbish are both cut off once the time for a handshake is over.
  CHECK(until(*a, [&] { return strangers.front().closed(); }));
  CHECK(until(*a, [&] { return strangers.back().closed(); }));
  CHECK(echo(*client, *a, "after") == "after");
  CHECK(a->counters().received == 3);
}

TEST_CASE("a message above the limit cuts only its own connection") {
  const auto a = node("a");
  const auto client = ClientTransport::connect("127.0.0.1", a->port());
  CHECK(echo(*client, *a, "before") == "before");
  test::Dealer dealer(a->port());

  const std::size_t most = 64u << 20;
  dealer.send({std::string(most, 'x')});
  CHECK(next(*a).size() == most);

  dealer.send({std::string(most + 8192, 'x')});
  CHECK(echo(*client, *a, "during") == "during");
  std::string frame;
  RouterIdentity from;
  REQUIRE(until(*a, [&] {
    dealer.try_send("small");
    return a->receive(from, frame);
  }));
  CHECK(frame == "small");
}

TEST_CASE("a message of several frames is dropped and counted") {
  const auto a = node("a");
  test::Dealer dealer(a->port());
  dealer.send({"", "a request of REQ"});
  dealer.send({"1", "2", "3", ""});
  dealer.send({"single"});
  CHECK(next(*a) == "single");
  CHECK(a->counters().malformed == 2);
  CHECK(a->counters().received == 1);
}

TEST_CASE("a client drops an answer of several frames") {
  test::Router router;
  const auto client = ClientTransport::connect("127.0.0.1", router.port());
  REQUIRE(client->writable(20'000));
  REQUIRE(client->send("x"));
  const std::string from = router.receive();
  router.send({from, "1", "2"});
  router.send({from, "single"});
  std::string back;
  CHECK(client->receive(back, 20'000));
  CHECK(back == "single");
  CHECK_FALSE(client->receive(back, 0));
}

TEST_CASE("IPv6 addresses are taken with and without brackets") {
  for (const char* host : {"::1", "[::1]"}) {
    auto bound = NodeTransport::bind(host, 0, "a", suspect_ms);
    if (!bound) {
      WARN("not tested, this machine has no IPv6: " << bound.error());
      continue;
    }
    const auto client = ClientTransport::connect(host, (*bound)->port());
    CHECK(echo(*client, **bound, "hello") == "hello");
  }
}
