// Bytes that no honest peer sends: refused without a crash, without much memory, and never understood as something
// else.
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <set>

#include "common/wire/codec.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/requests.hpp"
#include "node/protocols/causal/messages.hpp"
#include "tests/wire/allocations.hpp"
#include "tests/wire/samples.hpp"

using namespace kin;
using namespace kin::wire;

namespace {

// What is understood must be something that can be said: it encodes to bytes that mean the same.
bool sound(const Sample& sample, const std::string& bytes) {
  const auto once = sample.recode(bytes);
  return !once || sample.recode(*once) == *once;
}

std::string array32(std::uint32_t n) {
  std::string out = "\xdd";
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 0xff);
  return out;
}

std::string repeated(const std::string& what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

// Where the elements of an encoded array begin, and its end.
std::vector<std::size_t> element_offsets(std::string_view bytes) {
  const std::size_t count = static_cast<unsigned char>(bytes[0]) & 0x0f;  // all of our structs have at most 15 fields
  std::vector<std::size_t> out{1};
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t offset = out.back();
    REQUIRE(skip(bytes, offset));
    out.push_back(offset);
  }
  REQUIRE(out.back() == bytes.size());
  return out;
}

struct Bomb {
  const char* name;
  std::string bytes;
};

std::vector<Bomb> bombs() {
  return {
      {"nothing", ""},
      {"10^6 nested arrays", repeated("\x91", 1'000'000)},
      {"10^6 nested maps", repeated("\x81", 1'000'000)},
      {"an array of 2^32-1", "\xdd\xff\xff\xff\xff"},
      {"a map of 2^32-1", "\xdf\xff\xff\xff\xff"},
      {"a map of 2^31", from_hex("df80000000")},
      {"bytes, 2^32-1 of them", "\xc6\xff\xff\xff\xff"},
      {"a str of 2^32-1", "\xdb\xff\xff\xff\xff"},
      {"an ext of 2^32-1", "\xc9\xff\xff\xff\xff\x01"},
      {"100 nested arrays of 10^7", repeated(array32(10'000'000), 100)},
      {"15 nested arrays of 2^20", repeated(array32(1u << 20), 15)},
      {"15 nested arrays of 2^20 and a megabyte behind them",
       repeated(array32(1u << 20), 15) + std::string(1u << 20, '\0')},
      {"an array32 one longer than its bytes", array32(1001) + std::string(1000, '\0')},
      {"a byte that msgpack never uses", "\xc1"},
  };
}

// Whether all of it is read over as one object.
bool is_skipped(std::string_view bytes) {
  std::size_t offset = 0;
  const bool read = skip(bytes, offset).has_value();
  REQUIRE(offset == (read ? bytes.size() : 0));
  return read;
}

}  // namespace

TEST_CASE("objects of every usual form are read over to their end, and no sooner") {
  using namespace std::string_literals;
  const std::vector<std::string> objects{
      "\x00"s,
      "\x7f"s,
      "\xc0"s,
      "\xc3"s,
      "\xc4\x00"s,
      "\xc4\x03"s + "abc",
      "\xc4\xff"s + std::string(255, 'v'),
      "\xc5\x01\x00"s + std::string(256, 'v'),
      "\xa2"s + "ab",
      "\xcc\x80"s,
      "\xcd\x01\x00"s,
      "\xce\x00\x01\x00\x00"s,
      "\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s,
      "\xe0"s,
      "\x90"s,
      "\x92\x01\xcc\x80"s,
      "\x81\x01\xc4\x01"s + "v",
      "\xdc\x00\x01\x05"s,
  };
  std::string all;
  for (const std::string& object : objects) {
    CAPTURE(object);
    CHECK(is_skipped(object));
    for (std::size_t size = 0; size < object.size(); ++size) CHECK_FALSE(is_skipped(object.substr(0, size)));
    all += object;
  }
  std::size_t offset = 0;
  for (const std::string& object : objects) {
    const std::size_t behind = offset + object.size();
    REQUIRE(skip(all, offset));
    REQUIRE(offset == behind);
  }
}

TEST_CASE("what is read over may be nested as deeply as anything, and no deeper") {
  CHECK(is_skipped(repeated("\x91", max_depth) + "\x01"));
  CHECK_FALSE(is_skipped(repeated("\x91", max_depth + 1) + "\x01"));
  CHECK(is_skipped(repeated("\x91", max_depth - 1) + "\x90"));
  CHECK_FALSE(is_skipped(repeated("\x91", max_depth) + "\x90"));
}

TEST_CASE("a message that is cut off anywhere is refused") {
  for (const Sample& sample : samples()) {
    for (std::size_t n = sample.may_be_empty() ? 1 : 0; n < sample.bytes.size(); ++n) {
      INFO(sample.name << " cut off at " << n);
      CHECK_FALSE(sample.recode(std::string_view(sample.bytes).substr(0, n)));
    }
  }
}

TEST_CASE("a byte behind a message is refused") {
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    CHECK_FALSE(sample.recode(sample.bytes + '\0'));
    CHECK_FALSE(sample.recode(sample.bytes + sample.bytes));
  }
}

TEST_CASE("whatever one byte is changed to, what is understood can be said again") {
  for (const Sample& sample : samples()) {
    for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
      std::string bytes = sample.bytes;
      const auto honest = static_cast<unsigned char>(bytes[at]);
      // Each bit, and the first bytes of what msgpack has: numbers, arrays, maps, nil, bytes, the lengths of all sizes.
      std::set<int> others{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xc0, 0xc1, 0xc3, 0xc4, 0xc6,
                           0xc7, 0xcb, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff};
      for (int bit = 0; bit < 8; ++bit) others.insert(honest ^ 1 << bit);
      for (int to : others) {
        bytes[at] = static_cast<char>(to);
        if (sound(sample, bytes)) continue;
        FAIL_CHECK(sample.name << ", byte " << at << " as " << to);
      }
    }
  }
}

TEST_CASE("a context, frontier or watch token with any byte changed is refused") {
  for (const Sample& sample : samples()) {
    if (!sample.is_word()) continue;
    for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
      for (char to : {'A', 'b', '7', '-', '_', ' ', '\n', '=', '\0', '\x80'}) {
        std::string text = sample.bytes;
        if (text[at] == to) continue;
        text[at] = to;
        INFO("byte " << at << " as " << static_cast<int>(to));
        CHECK_FALSE(sample.recode(text));
      }
    }
  }
}

TEST_CASE("no field takes a type that it never has") {
  const std::vector<std::string> foreign{
      from_hex("ff"), from_hex("d3ffffffffffffffff"), from_hex("ca3f800000"), from_hex("cb7ff8000000000000"),
      from_hex("80"), from_hex("81a16101"),           from_hex("d40100")};
  for (const Sample& sample : samples()) {
    if (sample.is_word()) continue;
    for (const std::string& object : foreign) CHECK_FALSE(sample.recode(object));
    CHECK_FALSE(sample.recode(from_hex("c0")));
    const auto offsets = element_offsets(sample.bytes);
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      for (const std::string& object : foreign) {
        std::string bytes = sample.bytes;
        bytes.replace(offsets[i], offsets[i + 1] - offsets[i], object);
        INFO(sample.name << ", field " << i << " as " << to_hex(object));
        CHECK_FALSE(sample.recode(bytes));
      }
    }
  }
}

TEST_CASE("a field too few is refused, a field more is not") {
  for (const Sample& sample : samples()) {
    if (sample.is_word() || sample.grows() || sample.bytes == "\x90") continue;
    INFO(sample.name);
    const auto offsets = element_offsets(sample.bytes);
    std::string fewer = sample.bytes.substr(0, offsets[offsets.size() - 2]);
    fewer[0] = static_cast<char>(fewer[0] - 1);
    CHECK_FALSE(sample.recode(fewer));
    std::string more = sample.bytes + "\xc3";
    more[0] = static_cast<char>(more[0] + 1);
    CHECK(sample.recode(more) == sample.bytes);
  }
}

TEST_CASE("bombs are refused for the price of their own bytes") {
  for (const Bomb& bomb : bombs()) {
    INFO(bomb.name);
    for (const Sample& sample : samples()) {
      if (bomb.bytes.empty() && sample.may_be_empty()) continue;
      const std::size_t before = bytes_allocated();
      const bool refused = !sample.recode(bomb.bytes);
      const std::size_t cost = bytes_allocated() - before;
      INFO(sample.name << " asked for " << cost << " bytes");
      CHECK(refused);
      CHECK(cost < 16'384 + 2 * bomb.bytes.size());
    }
  }
}

TEST_CASE("bombs as an item's envelope and as its body") {
  for (const Bomb& bomb : bombs()) {
    INFO(bomb.name);
    std::string body_bomb;
    append_item(body_bomb, Envelope{}, std::string_view(bomb.bytes));
    for (const std::string& message : {bomb.bytes, body_bomb}) {
      const std::size_t before = bytes_allocated();
      std::size_t offset = 0;
      const auto item = next_item(message, offset);
      const std::size_t cost = bytes_allocated() - before;
      CHECK_FALSE(item);
      CHECK(cost < 16'384);
    }
  }
}

TEST_CASE("many small items in one message cannot ask for more than a few times their number") {
  // Eleven arrays of a million nils each behind the fields of a read: within each limit, above the one for all
  // together.
  std::string bytes = from_hex("98 c400 c400 920000");
  for (int i = 0; i < 11; ++i) bytes += array32(1u << 20) + std::string(1u << 20, '\xc0');
  const std::size_t before = bytes_allocated();
  CHECK_FALSE(decode<Read>(bytes));
  CHECK(bytes_allocated() - before < 16'384);
}

TEST_CASE("a message above the largest size is refused before it is looked at") {
  const std::string bytes = array32(3) + from_hex("c6 04000000") + std::string(max_message_bytes, 'x');
  CHECK(decode<Read>(bytes).error().what == "larger than any message");
}

TEST_CASE("runs of counters: one spelling only") {
  for (const char* hex : {
           "92 0000",                        // counter 0
           "92 0001",                        // a run from 0
           "92 0201",                        // ends before it begins
           "91 01",                          // no end
           "94 01030405",                    // adjacent: should be one run
           "94 01030309",                    // overlapping
           "94 05060102",                    // descending
           "94 01020102",                    // twice
           "92 01 cf4000000000000001",       // up to 2^62 + 1
           "92 01 cfffffffffffffffff",       // up to the largest number
           "94 0102 cfffffffffffffffff 05",  // a first that would wrap round
       }) {
    INFO(hex);
    CHECK_FALSE(decode<CounterSet>(from_hex(hex)));
  }
  CHECK(decode<CounterSet>(from_hex("92 01 cf4000000000000000"))->base() == max_counter);
}

TEST_CASE("runs of counters: as many as a node may name of one key, and no more") {
  CounterSet most;
  for (std::uint64_t i = 0; i < max_runs; ++i) most.add(2 * i + 1);
  const auto back = decode<CounterSet>(encode(most));
  REQUIRE(back);
  CHECK(*back == most);
  most.add(2 * max_runs + 1);
  CHECK_FALSE(decode<CounterSet>(encode(most)));
}

TEST_CASE("dots: counters from 1 to 2^62, names from 1 to 255 bytes") {
  const auto dot = [](const std::string& node, std::uint64_t counter) {
    return decode<Dot>(encode(Dot{{NodeId(node), {5, 1}}, counter})).has_value();
  };
  CHECK(dot("n1", 1));
  CHECK(dot("n1", max_counter));
  CHECK_FALSE(dot("n1", 0));
  CHECK_FALSE(dot("n1", max_counter + 1));
  CHECK_FALSE(dot("n1", ~std::uint64_t{0}));
  CHECK(dot(std::string(255, 'n'), 1));
  CHECK_FALSE(dot(std::string(256, 'n'), 1));
  CHECK_FALSE(dot("", 1));
}

TEST_CASE("a node's id has no NUL, wherever it stands") {
  const auto id = [](const std::string& text) { return decode<NodeId>(encode(text)); };
  CHECK(*id("n1") == "n1");
  CHECK(id("")->empty());  // names a failure that no node sent
  CHECK(*id(std::string(255, 'n')) == std::string(255, 'n'));
  CHECK_FALSE(id(std::string(256, 'n')));
  for (const std::size_t size : {1, 2, 8, 16, 17, 255}) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'n');
      text[at] = '\0';
      INFO("a NUL at " << at << " of " << size);
      CHECK_FALSE(id(text));
    }
  }
  CHECK(decode<Dot>(from_hex("94 c4026e31 05 01 09")));
  CHECK_FALSE(decode<Dot>(from_hex("94 c4036e3100 05 01 09")));
  CHECK_FALSE(decode<Actor>(from_hex("93 c4036e3100 05 01")));
  CHECK_FALSE(decode<DotSet>(from_hex("92 90 91 92c4036e3100920501")));
  CHECK_FALSE(decode<VersionVector>(from_hex("91 92c4036e310001")));
  CHECK_FALSE(decode<causal::Lives>(from_hex("91 92c4036e3100920501")));
}

TEST_CASE("sets of dots: no actor twice, no floor without a name") {
  const std::string one = "92 93c4026e310501 920101";    // n1, born 5, counters 1..1
  const std::string other = "92 93c4026e310501 920303";  // the same actor again
  CHECK(decode<DotSet>(from_hex("92 91" + one + "90")));
  CHECK_FALSE(decode<DotSet>(from_hex("92 92" + one + other + "90")));
  CHECK(decode<DotSet>(from_hex("92 90 91 92c4026e31920501")));
  CHECK_FALSE(decode<DotSet>(from_hex("92 90 91 92c400920501")));
  CHECK_FALSE(decode<DotSet>(from_hex("92 90 92 92c4026e31920501 92c4026e31920601")));
  const std::string long_name = "c50100" + to_hex(std::string(256, 'n'));
  CHECK_FALSE(decode<DotSet>(from_hex("92 90 91 92" + long_name + "920501")));
}

TEST_CASE("sets of dots: no more floors than a cluster can have nodes") {
  DotSet::Floors many;
  for (std::size_t i = 0; i < max_nodes; ++i) many[NodeId("n" + std::to_string(i))] = {1, 1};
  CHECK(decode<DotSet>(encode(DotSet({}, many)))->floors().size() == max_nodes);
  many["one more"] = {1, 1};
  CHECK_FALSE(decode<DotSet>(encode(DotSet({}, many))));
}

TEST_CASE("version vectors: bounded in ids, names and counts") {
  const auto vector = [](const VersionVector::Counts& counts) { return decode<VersionVector>(encode(counts)); };
  VersionVector::Counts many;
  for (std::size_t i = 0; i < max_nodes; ++i) many[NodeId("n" + std::to_string(i))] = 1;
  CHECK(vector(many)->counts().size() == max_nodes);
  many["one more"] = 1;
  CHECK_FALSE(vector(many));
  CHECK(vector({{"n1", max_counter}}));
  CHECK_FALSE(vector({{"n1", max_counter + 1}}));
  CHECK_FALSE(vector({{"", 1}}));
  CHECK_FALSE(vector({{NodeId(std::string(256, 'n')), 1}}));
  CHECK_FALSE(decode<VersionVector>(from_hex("92 92a26e3101 92a26e3102")));  // n1 twice
}

TEST_CASE("numbers that do not fit into their field are refused, not cut") {
  // Level: [quorum: 8 bits, count: 32 bits]
  CHECK(decode<Level>(from_hex("92 01 ceffffffff"))->count == 0xffffffff);
  CHECK_FALSE(decode<Level>(from_hex("92 01 cf0000000100000000")));
  CHECK_FALSE(decode<Level>(from_hex("92 cd0100 00")));
}

TEST_CASE("contexts: what people paste instead") {
  for (const char* text : {"", "k1", "k1.", "k2.AAAA", "k1.AAAA", "k1.AAAAAAAAAAAAAAAA", "[1,0,3]", "K1.AAAA",
                           "k1.****", "k1.kgAA kgAA"}) {
    INFO(text);
    CHECK_FALSE(parse_context(text));
  }
  CHECK_FALSE(parse_context("k1." + std::string(1'000'000, 'A')));
}

TEST_CASE("noise") {
  rc::prop("random bytes behind random beginnings of messages", [] {
    const auto& sample = samples()[*rc::gen::inRange<std::size_t>(0, samples().size())];
    const auto keep = *rc::gen::inRange<std::size_t>(0, sample.bytes.size() + 1);
    const std::string bytes = sample.bytes.substr(0, keep) + *rc::gen::arbitrary<std::string>();
    const std::size_t before = bytes_allocated();
    RC_ASSERT(sound(sample, bytes));
    RC_ASSERT(bytes_allocated() - before < 65'536 + 64 * bytes.size());
    std::size_t offset = 0;
    static_cast<void>(next_item(bytes, offset));
  });
}
