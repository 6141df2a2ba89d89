#include "common/quorum/quorum_tally.hpp"

#include <catch2/catch.hpp>

using kin::QuorumTally;

TEST_CASE("two of three: the second member completes it, and only once") {
  QuorumTally tally(2);
  CHECK_FALSE(tally.complete());
  CHECK_FALSE(tally.add("n1"));
  CHECK_FALSE(tally.complete());
  CHECK(tally.add("n2"));
  CHECK(tally.complete());
  CHECK_FALSE(tally.add("n3"));
  CHECK(tally.complete());
  CHECK(tally.got() == 3);
  CHECK(tally.wanted() == 2);
}

TEST_CASE("a second answer of one member counts nothing") {
  QuorumTally tally(2);
  CHECK_FALSE(tally.add("n1"));
  CHECK_FALSE(tally.add("n1"));
  CHECK(tally.got() == 1);
  CHECK(tally.has("n1"));
  CHECK_FALSE(tally.has("n2"));
  CHECK(tally.add("n2"));
  CHECK_FALSE(tally.add("n2"));
}

TEST_CASE("a quorum of one is there with the first answer, one of none before it") {
  QuorumTally one(1);
  CHECK(one.add("n1"));
  QuorumTally none(0);
  CHECK(none.complete());
  CHECK_FALSE(none.add("n1"));
}
