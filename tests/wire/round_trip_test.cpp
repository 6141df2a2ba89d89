// Whatever a message holds comes back. Values are drawn by the same list of fields that packs them.
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <limits>

#include "common/wire/context_token.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "common/wire/status.hpp"
#include "node/protocols/causal/messages.hpp"

using namespace kin;
using namespace kin::wire;

namespace {

std::uint64_t up_to(std::uint64_t n) { return *rc::gen::inRange<std::uint64_t>(0, n + 1); }

// Small numbers, and those where the encoding changes its size.
std::uint64_t any_number(std::uint64_t largest) {
  const int bits = *rc::gen::inRange(0, 64);
  const std::uint64_t edge = (std::uint64_t{1} << bits) - 2 + up_to(3);
  return edge > largest ? up_to(largest < 1000 ? largest : 1000) : edge;
}

// Fills a struct through its own fields().
struct Draw {
  void put(bool& v) { v = up_to(1) == 1; }
  void put(std::string& v) { v = *rc::gen::arbitrary<std::string>(); }
  void put(NodeId& v) { v = NodeId(*rc::gen::container<std::string>(rc::gen::nonZero<char>())); }
  void put(Incarnation& v) { v = {any_number(~std::uint64_t{0}), static_cast<std::uint32_t>(any_number(0xffffffff))}; }
  void put(Actor& v) {
    v.node = NodeId("n" + std::to_string(up_to(3)));
    put(v.life);
  }
  void put(Dot& v) {
    put(v.actor);
    v.counter = 1 + any_number(max_counter - 1);
  }
  void put(CounterSet& v) {
    for (std::uint64_t n = up_to(4); n > 0; --n) {
      const std::uint64_t first = 1 + any_number(max_counter - 100);
      v.add_run({first, first + up_to(99)});
    }
  }
  void put(DotSet& v) {
    for (std::uint64_t n = up_to(3); n > 0; --n) {
      Actor actor;
      CounterSet counters;
      put(actor);
      put(counters);
      v.add(actor, counters);
    }
    Incarnation floor;
    put(floor);
    if (up_to(2) == 0) v.raise_floor("n1", floor);
  }
  void put(VersionVector& v) {
    for (std::uint64_t n = up_to(4); n > 0; --n) v.raise(NodeId("n" + std::to_string(n)), any_number(max_counter));
  }
  template <class T>
  requires std::is_enum_v<T>
  void put(T& v) { v = static_cast<T>(any_number(std::numeric_limits<std::underlying_type_t<T>>::max())); }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) void put(T& v) {
    v = static_cast<T>(any_number(std::numeric_limits<T>::max()));
  }
  template <class T>
  void put(std::optional<T>& v) {
    if (up_to(1) == 1) put(v.emplace());
  }
  template <class T>
  void put(std::vector<T>& v) {
    for (std::uint64_t n = up_to(3); n > 0; --n) put(v.emplace_back());
  }
  template <class A, class B>
  void put(std::pair<A, B>& v) {
    put(v.first);
    put(v.second);
  }
  template <class Map>
  requires requires(Map& map, typename Map::key_type key) { map[key]; }
  void put(Map& v) {
    for (std::uint64_t n = up_to(3); n > 0; --n) {
      typename Map::key_type key{};
      put(key);
      put(v[key]);
    }
  }
  template <class T>
  requires requires(T& t, Draw& d) { t.fields(d); }
  void put(T& v) { v.fields(*this); }
  template <std::size_t Required, class... T>
  void with_added(T&... field) {
    (put(field), ...);
  }
  template <class... T>
  void operator()(T&... field) {
    (put(field), ...);
  }
};

template <class T>
T any() {
  T out{};
  Draw().put(out);
  return out;
}

template <class T>
void comes_back() {
  const std::string bytes = encode(any<T>());
  auto decoded = decode<T>(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(encode(*decoded) == bytes);
}

template <class M>
void tier_message_comes_back() {
  const std::string bytes = causal::encode(causal::Message(any<M>()));
  auto decoded = causal::decode(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(std::holds_alternative<M>(*decoded));
  RC_ASSERT(causal::encode(*decoded) == bytes);
}

}  // namespace

TEST_CASE("what is packed comes back") {
  rc::prop("a set of dots is equal, not only its bytes", [] {
    const auto set = any<DotSet>();
    RC_ASSERT(*decode<DotSet>(encode(set)) == set);
  });
  rc::prop("a version vector is equal", [] {
    const auto vector = any<VersionVector>();
    RC_ASSERT(*decode<VersionVector>(encode(vector)) == vector);
  });
  rc::prop("envelope", comes_back<Envelope>);
  rc::prop("envelopes that are packed together are as each by itself", [] {
    auto envelope = any<Envelope>();
    EnvelopeView view{envelope.version, envelope.cluster, envelope.kind,        envelope.request_id, envelope.sender,
                      envelope.born,    envelope.ordinal, envelope.deadline_ms, envelope.clock};
    const AlikeEnvelopes alike(view);
    std::string together = "in front", by_itself = together;
    for (int i = 0; i < 2; ++i) {
      view.kind = any<Envelope>().kind;
      view.request_id = any_number(std::numeric_limits<std::uint64_t>::max());
      alike.append_item(together, view.kind, view.request_id, "body");
      append_item(by_itself, view, std::string_view("body"));
    }
    RC_ASSERT(together == by_itself);
  });
  rc::prop("read", comes_back<Read>);
  rc::prop("add_update", comes_back<AddUpdate>);
  rc::prop("remove", comes_back<Remove>);
  rc::prop("keys", comes_back<Keys>);
  rc::prop("conflicts", comes_back<Conflicts>);
  rc::prop("fault", comes_back<Fault>);
  rc::prop("remove_member", comes_back<wire::RemoveMember>);
  rc::prop("failure", comes_back<Failure>);
  rc::prop("read_reply", comes_back<ReadReply>);
  rc::prop("write_reply", comes_back<WriteReply>);
  rc::prop("keys_reply", comes_back<KeysReply>);
  rc::prop("conflicts_reply", comes_back<ConflictsReply>);
  rc::prop("status_reply", comes_back<StatusReply>);
  rc::prop("push", tier_message_comes_back<causal::Push>);
  rc::prop("ack", tier_message_comes_back<causal::Ack>);
  rc::prop("gossip", tier_message_comes_back<causal::Gossip>);
  rc::prop("entries", tier_message_comes_back<causal::Entries>);
  rc::prop("page", tier_message_comes_back<causal::Page>);
  rc::prop("fetch", tier_message_comes_back<causal::Fetch>);
  rc::prop("fetched", tier_message_comes_back<causal::Fetched>);
  rc::prop("a packed answer to a read is given another tally", [] {
    auto reply = any<ReadReply>();
    reply.got = reply.wanted = 1;
    const std::string alone = encode(reply);
    reply.got = static_cast<std::uint32_t>(any_number(0xffffffff));
    reply.wanted = static_cast<std::uint32_t>(any_number(0xffffffff));
    RC_ASSERT(with_tally(alone, reply.got, reply.wanted) == encode(reply));
  });
  rc::prop("a context is printable and comes back", [] {
    const auto token = any<ContextToken>();
    const std::string text = print_context(token);
    for (char c : text) RC_ASSERT(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.');
    auto parsed = parse_context(text);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->dots == token.dots);
    RC_ASSERT(parsed->clock == token.clock);
    RC_ASSERT(parsed->bucket == token.bucket);
    RC_ASSERT(parsed->key_hash == token.key_hash);
  });
}

TEST_CASE("S-12: a clock of a thousand ids is no longer than its ids and numbers, and edges come back") {
  ReadReply reply;
  const std::size_t empty = encode(reply).size();
  VersionVector::Counts counts;
  std::size_t bytes_of_ids = 0;
  for (int i = 0; i < 1000; ++i) {
    const NodeId id("node" + std::to_string(i));
    counts[id] = max_counter - static_cast<std::uint64_t>(i);
    bytes_of_ids += id.size();
  }
  reply.clock = VersionVector(counts);
  const std::string packed = encode(reply);
  // An array's head for each pair, a string's, a number; and the head of all of them, three bytes instead of one.
  CHECK(packed.size() <= empty + bytes_of_ids + 1000 * (1 + 2 + 9) + 2);
  const auto back = decode<ReadReply>(packed);
  REQUIRE(back);
  CHECK(back->clock == reply.clock);
  for (const int power : {32, 53, 62}) {
    for (const std::uint64_t near : {std::uint64_t{0}, std::uint64_t{1}}) {
      reply.clock = VersionVector({{NodeId("n1"), (std::uint64_t{1} << power) - near}});
      CHECK(decode<ReadReply>(encode(reply))->clock == reply.clock);
    }
  }
  reply.clock = VersionVector({{NodeId("n1"), max_counter + 1}});
  CHECK_FALSE(decode<ReadReply>(encode(reply)));
}
