// Reads of what a node has are answered together, and each as it would be by itself: several calls in one turn.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "common/wire/requests.hpp"
#include "node/protocols/causal/causal.hpp"
#include "node/storage/memory_store.hpp"

using namespace kin;
using namespace kin::causal;

namespace {

using Strings = std::vector<std::string>;

class Turn {
 public:
  explicit Turn(std::uint32_t cache_bytes = Limits{}.cache_bytes) {
    cluster_.limits.cache_bytes = cache_bytes;
    cluster_.nodes.push_back({NodeId("n1"), "127.0.0.1", 1});
    protocol_.emplace(Environment{NodeId("n1"), {1, 1}, cluster_, disk_, rng_});
    protocol_->step(Started{1000}, out_);
  }

  void read(const std::string& key) { step(wire::Read{"default", key, {}}); }
  void put(const std::string& key, const std::string& value) { step(wire::AddUpdate{"default", key, value}); }

  // Ends it. For each reply, in the order of the calls, the values that it shows.
  std::vector<Strings> shown() {
    protocol_->finish_turn(out_);
    REQUIRE(store_.commit(disk_.take()));
    std::vector<Strings> out;
    CallId call = answered_;
    for (const Reply& reply : std::exchange(out_.replies, {})) {
      CHECK(reply.to == ++call);
      Strings& values = out.emplace_back();
      const auto take = [&](const auto& decoded) {
        REQUIRE(decoded);
        for (const auto& sibling : decoded->siblings) values.push_back(sibling.value);
      };
      if (reply.kind == wire::Kind::read_reply) take(wire::decode<wire::ReadReply>(reply.body));
      if (reply.kind == wire::Kind::write_reply) take(wire::decode<wire::WriteReply>(reply.body));
    }
    CHECK(call == calls_);
    answered_ = call;
    return out;
  }

 private:
  template <class Request>
  void step(const Request& request) {
    const std::string body = wire::encode(request);
    protocol_->step(ClientCall{++calls_, Request::kind, body, "ann", 2000, 0}, out_);
  }

  ClusterConfig cluster_;
  MemoryStore store_;
  Overlay disk_{store_, ""};
  Rng rng_{1};
  Outputs out_{disk_};
  std::optional<CausalProtocol> protocol_;
  CallId calls_ = 0, answered_ = 0;
};

}  // namespace

TEST_CASE("a read shows what the calls before it wrote, and nothing of those behind it") {
  Turn turn;
  turn.read("a");
  turn.put("a", "1");
  turn.read("a");
  turn.read("b");
  turn.put("a", "2");
  turn.put("b", "3");
  turn.read("b");
  turn.read("a");
  CHECK(turn.shown() == std::vector<Strings>{{}, {"1"}, {"1"}, {}, {"2"}, {"3"}, {"3"}, {"2"}});
  turn.read("a");  // its answer is kept by now
  turn.put("a", "4");
  CHECK(turn.shown() == std::vector<Strings>{{"2"}, {"4"}});
}

TEST_CASE("many reads in a turn are all answered, also of one key and of keys that are not there") {
  const bool in_memory = GENERATE(true, false);
  CAPTURE(in_memory);
  Turn turn(in_memory ? Limits{}.cache_bytes : 0);
  std::vector<Strings> wanted;
  for (int i = 0; i < 50; ++i) {
    turn.put("key-" + std::to_string(i), std::to_string(i));
    wanted.push_back({std::to_string(i)});
  }
  CHECK(turn.shown() == wanted);
  wanted.clear();
  for (int i = 0; i < 300; ++i) {
    turn.read("key-" + std::to_string(i % 70));
    wanted.push_back(i % 70 < 50 ? Strings{std::to_string(i % 70)} : Strings{});
  }
  CHECK(turn.shown() == wanted);
}
