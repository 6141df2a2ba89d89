// What provenance costs, on disk and on the wire, and that it comes back.
#include "node/protocols/causal/provenance.hpp"

#include <catch2/catch.hpp>

#include "common/wire/lineage_codec.hpp"
#include "node/protocols/causal/messages.hpp"

using namespace kin;

namespace {

Dot dot(std::uint64_t counter, std::uint32_t life = 1) {
  return {{"n1", {1'769'860'800'000'000'000u + life, life}}, counter};
}

Sibling plain() { return {"v", EntryClock({{"n1", 3}}), std::string(16, 'o'), "ann@host:1", 1'769'860'800'000'000}; }

std::size_t bytes_of(const Sibling& sibling) { return wire::encode(sibling).size(); }

// Versions that one node took one behind the other, as they are told of after the last one.
std::string chain(std::uint64_t versions, const std::function<bool(const Dot&)>& settled) {
  std::string packed;
  for (std::uint64_t n = 1; n <= versions; ++n) {
    Lineage lineage = *wire::unpack_lineage(packed);
    lineage.add_newest(dot(70'000 + n), EntryClock({{"n1", n}}), operation_tag("operation " + std::to_string(n)));
    packed = wire::pack_thinned(std::move(lineage), {}, settled);
  }
  return packed;
}

}  // namespace

TEST_CASE("provenance that is not given and a lineage that is empty cost no byte") {
  const Sibling sibling = plain();
  std::string five;  // the fields that there were before
  Sibling copy = sibling;
  {
    wire::Packer packer(five);
    packer(copy.value, copy.clock, copy.operation, copy.client, copy.written_us);
  }
  CHECK(wire::encode(sibling) == five);
}

TEST_CASE("what a lineage costs: about 40 bytes and 20 a version, and never more than its bound") {
  const auto all_have_all = [](const Dot&) { return true; };
  const auto nobody_has_any = [](const Dot&) { return false; };
  const std::size_t without = bytes_of(plain());
  for (const auto& [versions, settled, most] :
       {std::tuple{1u, true, 60u}, {4u, true, 120u}, {1000u, true, 140u}, {1000u, false, 40u + 16 * 25u}}) {
    Sibling sibling = plain();
    sibling.lineage = settled ? chain(versions, all_have_all) : chain(versions, nobody_has_any);
    INFO(versions << " versions, settled: " << settled << ", " << bytes_of(sibling) - without << " bytes");
    CHECK(sibling.lineage.size() <= wire::max_lineage_bytes);
    CHECK(bytes_of(sibling) - without <= most);
    CHECK(bytes_of(sibling) > without);
  }
}

TEST_CASE("many processes and long names stay below the bound too") {
  Lineage lineage;
  for (std::uint32_t life = 1; life <= 200; ++life) {
    const Actor actor{NodeId("node-" + std::string(200, 'x') + std::to_string(life % 7)), {life, life}};
    lineage.add_newest(Dot{actor, life}, EntryClock({{actor.node, life}}), ~std::uint64_t{0} >> 1);
  }
  const std::string packed = wire::pack_thinned(lineage, {200, 200}, [](const Dot&) { return false; });
  CHECK(packed.size() <= wire::max_lineage_bytes);
  const Lineage kept = *wire::unpack_lineage(packed);
  Spans left_out = kept.left_out();
  for (const Version& version : kept.versions()) left_out.widen(version.left_out);
  for (const Version& version : lineage.versions()) CHECK((kept.has(version.dot) || left_out.has(version.dot)));
}

TEST_CASE("a lineage comes back as it was packed") {
  Lineage lineage = *wire::unpack_lineage(chain(40, [](const Dot& one) { return one.counter < 70'020; }));
  Lineage other;
  other.add_newest(dot(3, 2), EntryClock({{"n2", 1}}), 0);
  lineage.join(other);
  lineage.add_newest(dot(4, 2), {}, 9);  // a delete: no clock
  lineage.add_newest(dot(5, 2), EntryClock({{"n1", 1}}), 0);
  CHECK(*wire::unpack_lineage(wire::pack(lineage)) == lineage);
  REQUIRE(lineage.find(dot(5, 2))->before.size() == 1);
  CHECK(lineage.versions()[lineage.find(dot(5, 2))->before.front()].dot == dot(4, 2));
}

TEST_CASE("a context names what was shown, of few values and of many") {
  for (const std::size_t values : {1u, 3u, 9u}) {
    Siblings siblings;
    for (std::uint64_t i = 1; i <= values; ++i) siblings.emplace(dot(i), plain());
    wire::ContextToken token{"default", "hash", {}, {}, {}, {}};
    causal::show(token, siblings, {});
    const auto [lineage, unreadable] = wire::lineage_of(token);
    REQUIRE_FALSE(unreadable);
    for (const auto& [one, sibling] : siblings) CHECK(lineage.has(one));
    CHECK(lineage.newest() == causal::behind(siblings).newest());
  }
  wire::ContextToken forged{"default", "hash", {}, {}, {{dot(1), {}, 0, "no lineage"}}, {}};
  CHECK(wire::lineage_of(forged).unreadable);
}
