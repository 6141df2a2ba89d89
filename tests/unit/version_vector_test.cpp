// VersionVector: the seed's cases and other stories, then laws.
#include "common/causality/version_vector.hpp"

#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

using kin::NodeId;
using kin::Relation;
using kin::VersionVector;

namespace {

VersionVector positions(const std::vector<std::uint64_t>& counts) {
  VersionVector out;
  for (std::size_t i = 0; i < counts.size(); ++i) out.raise(NodeId("n" + std::to_string(i + 1)), counts[i]);
  return out;
}

VersionVector any_vector() {
  return positions(*rc::gen::container<std::vector<std::uint64_t>>(4, rc::gen::inRange<std::uint64_t>(0, 4)));
}

VersionVector joined(VersionVector a, const VersionVector& b) {
  a.join(b);
  return a;
}

}  // namespace

TEST_CASE("S-01: [3,1,3] and [1,0,3]: the first is newer, no conflict") {
  CHECK(positions({3, 1, 3}).compare(positions({1, 0, 3})) == Relation::after);
  CHECK(positions({1, 0, 3}).compare(positions({3, 1, 3})) == Relation::before);
}

TEST_CASE("S-01: [1,0,3] and [1,1,1] conflict") {
  CHECK(positions({1, 0, 3}).compare(positions({1, 1, 1})) == Relation::concurrent);
  CHECK(positions({1, 1, 1}).compare(positions({1, 0, 3})) == Relation::concurrent);
}

TEST_CASE("an absent id is a zero") {
  CHECK(VersionVector({{"n1", 1}, {"n2", 0}}) == VersionVector({{"n1", 1}}));
  CHECK(VersionVector({{"n2", 0}}).empty());
  CHECK(VersionVector{}.compare(positions({0, 0})) == Relation::equal);
  CHECK(VersionVector{}.compare(positions({1})) == Relation::before);
  CHECK(positions({1}).at("n9") == 0);
}

TEST_CASE("raise never lowers and never writes a zero down") {
  VersionVector v = positions({2});
  v.raise("n1", 1);
  v.raise("n2", 0);
  CHECK(v == positions({2}));
  v.raise("n1", 5);
  CHECK(v.at("n1") == 5);
}

TEST_CASE("clocks are printed in the order of the nodes, strangers behind") {
  CHECK(print_positions(positions({2, 1}), {"n1", "n2", "n3"}) == "[2,1,0]");
  CHECK(print_positions(VersionVector{}, {"n1"}) == "[0]");
  CHECK(print_positions(VersionVector{}, {}) == "[]");
  CHECK(print_positions(positions({2, 1}), {"n2"}) == "[1,n1:2]");
}

TEST_CASE("S-12: comparison is exact at 2^32, 2^53, 2^62 and the largest number") {
  for (std::uint64_t edge : {std::uint64_t{1} << 32, std::uint64_t{1} << 53, std::uint64_t{1} << 62,
                             std::uint64_t{1} << 63, std::numeric_limits<std::uint64_t>::max()}) {
    CHECK(positions({edge - 1, 7}).compare(positions({edge, 7})) == Relation::before);
    CHECK(positions({edge, 7}).compare(positions({edge, 7})) == Relation::equal);
    CHECK(positions({edge, 7}).compare(positions({edge - 1, 7})) == Relation::after);
    CHECK(positions({edge, 6}).compare(positions({edge - 1, 7})) == Relation::concurrent);
    CHECK(joined(positions({edge - 1, 7}), positions({edge, 6})) == positions({edge, 7}));
  }
}

TEST_CASE("S-12: a thousand ids in one clock") {
  VersionVector::Counts counts;
  for (int i = 0; i < 1000; ++i) counts[NodeId("node" + std::to_string(i))] = 1000;
  const VersionVector whole(counts);
  CHECK(whole.counts().size() == 1000);
  auto fewer = counts;
  fewer["node500"] = 999;
  CHECK(VersionVector(fewer).compare(whole) == Relation::before);
  CHECK(whole.compare(VersionVector(fewer)) == Relation::after);
  fewer["node501"] = 1001;
  CHECK(VersionVector(fewer).compare(whole) == Relation::concurrent);
  fewer.erase("node0");
  CHECK(joined(VersionVector(fewer), whole).at("node0") == 1000);
  CHECK(joined(whole, whole) == whole);
}

TEST_CASE("version vectors: laws") {
  rc::prop("join is the least upper bound: commutative, associative, idempotent", [] {
    const VersionVector a = any_vector(), b = any_vector(), c = any_vector();
    RC_ASSERT(joined(a, b) == joined(b, a));
    RC_ASSERT(joined(joined(a, b), c) == joined(a, joined(b, c)));
    RC_ASSERT(joined(a, a) == a);
    const Relation up = a.compare(joined(a, b));
    RC_ASSERT(up == Relation::before || up == Relation::equal);
    for (const char* node : {"n1", "n2", "n3", "n4"})
      RC_ASSERT(joined(a, b).at(node) == std::max(a.at(node), b.at(node)));
  });
  rc::prop("before means: joining the other changes it, joining it changes nothing there", [] {
    const VersionVector a = any_vector(), b = any_vector();
    const bool within = joined(a, b) == b, contains = joined(a, b) == a;
    const Relation expected = within && contains ? Relation::equal
                              : within           ? Relation::before
                              : contains         ? Relation::after
                                                 : Relation::concurrent;
    RC_ASSERT(a.compare(b) == expected);
    RC_ASSERT((a.compare(b) == Relation::before) == (b.compare(a) == Relation::after));
    RC_ASSERT((a.compare(b) == Relation::concurrent) == (b.compare(a) == Relation::concurrent));
  });
}
