// What fits into the bytes of a lineage: as much as fits, and not a version less, however the length is found out.
#include "common/wire/lineage_codec.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "common/wire/lineage_parts.hpp"
#include "common/wire/lineage_row.hpp"

using namespace kin;

namespace {

std::uint64_t below(std::uint64_t n) { return *rc::gen::resize(100, rc::gen::inRange<std::uint64_t>(0, n)); }

// Numbers of all lengths.
std::uint64_t some_number() { return (std::uint64_t{1} << below(60)) + below(2); }

// By several writers who go on from each other's, from some point on apart.
Lineage some_lineage() {
  std::vector<NodeId> nodes;
  for (std::uint64_t n = 1 + below(5); n > 0; --n)
    nodes.emplace_back("n" + std::string(below(40), 'x') + std::to_string(n));
  const std::uint64_t lives = 1 + below(30), born = some_number();
  Lineage all;
  std::uint64_t counter = some_number();
  EntryClock clock;
  for (std::uint64_t parts = 1 + below(4); parts > 0; --parts) {
    Lineage part = below(3) == 0 ? Lineage{} : all;
    for (std::uint64_t versions = below(80); versions > 0; --versions) {
      const NodeId& node = nodes[below(nodes.size())];
      clock.raise(node, clock.at(node) + 1 + below(3) * below(1000));
      const std::uint64_t life = 1 + below(lives);
      part.add_newest({{node, {born + life, 1}}, ++counter}, below(8) == 0 ? EntryClock{} : clock,
                      below(2) == 0 ? 0 : some_number());
      if (below(10) == 0) part.thin({2, 3}, [](const Dot& dot) { return dot.counter % 2 == 0; });
    }
    all.join(part);
  }
  return all;
}

// A version less, and all of it packed again, until it is short enough.
std::string one_by_one(Lineage lineage, const LineageBounds& bounds, const std::function<bool(const Dot&)>& settled) {
  lineage.thin(bounds, settled);
  std::string out = wire::pack(lineage);
  for (std::size_t most = lineage.versions().size(); out.size() > wire::max_lineage_bytes && most > 0;) {
    lineage.thin({0, --most}, settled);
    out = wire::pack(lineage);
  }
  return out.size() > wire::max_lineage_bytes ? wire::pack(Lineage::of({}, {{}, true})) : out;
}

}  // namespace

TEST_CASE("a lineage that is thinned until it fits is what one packed again for each version less would be") {
  const bool holds = rc::check([] {
    const Lineage lineage = some_lineage();
    const std::uint64_t unsettled = below(5), few = below(20);
    const auto settled = [&](const Dot& dot) { return dot.counter % 4 >= unsettled; };
    const LineageBounds bounds{few, few + below(150)};
    const std::string packed = wire::pack_thinned(lineage, bounds, settled);
    RC_ASSERT(packed == one_by_one(lineage, bounds, settled));
    RC_CLASSIFY(wire::pack(lineage).size() > wire::max_lineage_bytes, "too long at first");
    const auto again = wire::unpack_lineage(wire::pack(lineage));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == lineage);
  });
  CHECK(holds);
}

TEST_CASE("the next in a row is what the whole lineage would be packed as") {
  const bool holds = rc::check([] {
    const std::uint64_t unsettled = below(5), lives = 1 + below(3), born = some_number();
    const std::uint64_t few = below(3) == 0 ? 32 : below(8);
    const auto settled = [&](const Dot& dot) { return dot.counter % 4 >= unsettled; };
    const LineageBounds bounds{few, few + below(15)};
    std::vector<NodeId> nodes;
    for (std::uint64_t n = 1 + below(5); n > 0; --n) nodes.emplace_back("n" + std::to_string(n));
    // A value that is replaced again and again, now and then by a writer who had seen more or nothing.
    std::string packed;
    EntryClock clock;
    std::uint64_t rows = 0;
    bool full = false;
    for (std::uint64_t writes = 1 + below(60); writes > 0; --writes) {
      if (below(20) == 0) packed = wire::pack(some_lineage());
      const NodeId& node = nodes[below(nodes.size())];
      if (below(10) == 0) clock = {};
      clock.raise(node, std::max(clock.at(node), below(2) * some_number()) + 1 + below(3) * below(1000));
      const Dot dot{{node, {born + below(lives), 1}}, 1 + below(2) * some_number() + below(60)};
      const EntryClock shown = below(10) == 0 ? EntryClock{} : clock;
      const std::uint64_t tag = below(2) == 0 ? 0 : some_number();

      const auto before = wire::unpack_lineage(packed);
      RC_ASSERT(before.has_value());
      Lineage whole = *before;
      whole.add_newest(dot, shown, tag);
      const std::string wanted = wire::pack_thinned(whole, bounds, settled);
      const auto next = wire::pack_next_in_row(packed, dot, shown, tag, bounds, settled);
      if (next) RC_ASSERT(*next == wanted);
      rows += next ? 1 : 0;
      full = full || (before->versions().size() > 20 && !next);
      packed = wanted;
    }
    RC_CLASSIFY(rows > 0, "rows");
    RC_CLASSIFY(rows > 10, "long rows");
    RC_CLASSIFY(full, "full rows");
  });
  CHECK(holds);
}

TEST_CASE("the next in a row is told of a plain history, whoever of several writes, and however long it gets") {
  const std::vector<NodeId> nodes{"n1", "n2", "n3"};
  const auto settled = [](const Dot&) { return true; };
  std::string packed;
  EntryClock clock;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const NodeId& node = nodes[i * i % 3];
    clock.raise(node, i);
    const auto next = wire::pack_next_in_row(packed, {{node, {7, 1}}, i}, clock, i % 2, {}, settled);
    REQUIRE(next);
    packed = *next;
  }
  const auto lineage = wire::unpack_lineage(packed);
  REQUIRE(lineage);
  CHECK(lineage->versions().size() == LineageBounds{}.few);
  CHECK(lineage->versions().front().left_out.has({{"n2", {7, 1}}, 1}));
  CHECK(lineage->versions().back().clock == clock);
}

TEST_CASE("a row that gets too long is left to others") {
  const auto settled = [](const Dot&) { return false; };
  constexpr std::uint64_t large = std::uint64_t{1} << 40;
  const LineageBounds bounds{100, 100};
  Lineage whole;
  std::string packed;
  for (std::uint64_t i = 1; true; ++i) {
    const EntryClock clock({{"n1", large + i}});
    const auto next =
        wire::pack_next_in_row(packed, {{"n1", {large, 1}}, large + i}, clock, large + i, bounds, settled);
    whole.add_newest({{"n1", {large, 1}}, large + i}, clock, large + i);
    if (!next) break;
    REQUIRE(*next == wire::pack(whole));
    packed = *next;
  }
  CHECK(packed.size() <= wire::max_lineage_bytes);
  CHECK(wire::pack(whole).size() > wire::max_lineage_bytes);
}

TEST_CASE("bytes that are no lineage are no row either, and those that say more than a row are left to others") {
  const auto settled = [](const Dot&) { return true; };
  std::string packed;
  EntryClock clock;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    clock.raise(i % 2 == 0 ? "n1" : "n2", i);
    packed = wire::pack_next_in_row(packed, {{i % 2 == 0 ? "n1" : "n2", {7, 1}}, i}, clock, i, {}, settled).value();
  }
  clock.raise("n1", 9);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = packed;
      changed[at] = static_cast<char>(byte);
      const auto next = wire::pack_next_in_row(changed, {{"n1", {7, 1}}, 9}, clock, 0, {}, settled);
      if (!next) continue;
      auto whole = wire::unpack_lineage(changed);
      INFO(at << " " << byte);
      REQUIRE(whole);
      whole->add_newest({{"n1", {7, 1}}, 9}, clock, 0);
      CHECK(*next == wire::pack_thinned(*whole, {}, settled));
    }
  }
}

TEST_CASE("how long a number gets is what the codec makes of it") {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t n : {power - 1, power, power + 1}) CHECK(wire::bytes_of(n) == wire::encode(n).size());
  }
}

TEST_CASE("versions name those before them by their distance, the nearest first, each once") {
  // Three versions of one actor; the last one says what stands before it.
  const auto last_has_before = [](const std::vector<std::uint64_t>& distances) {
    std::vector<std::uint64_t> numbers{3, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 1, 0, 0, 0, 3, 0, distances.size()};
    numbers.insert(numbers.end(), distances.begin(), distances.end());
    numbers.insert(numbers.end(), {0, 0, 0});
    std::string out;
    wire::Packer(out).array(3);
    wire::append_packed(out, std::vector<std::string>{"n"}, std::vector<std::vector<std::uint64_t>>{{0, 7, 1}},
                        numbers);
    return wire::unpack_lineage(out);
  };
  REQUIRE(last_has_before({}));
  REQUIRE(last_has_before({1, 2}));
  CHECK(last_has_before({1, 2})->versions().back().before == Places{0, 1});
  CHECK(last_has_before({1})->newest() == std::vector<Dot>{{{"n", {7, 1}}, 3}});
  for (const auto& unsound : std::vector<std::vector<std::uint64_t>>{{0}, {3}, {1, 1}, {2, 1}}) {
    CHECK_FALSE(last_has_before(unsound));
  }
}
