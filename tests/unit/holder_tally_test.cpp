#include "node/protocols/atomic/holder_tally.hpp"

#include <catch2/catch.hpp>

using namespace kin;
using namespace kin::atomic;

namespace {

constexpr Incarnation first{1, 1}, second{2, 2};

}  // namespace

TEST_CASE("S-35: a holder counts once, whichever of its processes answers") {
  HolderTally tally(2);
  CHECK_FALSE(tally.add("n1", first, {}));
  CHECK_FALSE(tally.add("n1", first, {}));
  CHECK_FALSE(tally.add("n1", second, {}));
  CHECK(tally.got() == 1);
  CHECK(tally.add("n2", first, {}));
  CHECK(tally.complete());
  CHECK_FALSE(tally.add("n3", first, {}));  // it was complete before
}

TEST_CASE("S-34: what a holder answered before it lost its disk does not count, whatever comes first") {
  const Disks lost{{"n1", second}};
  HolderTally before(2);
  before.add("n1", first, {});
  CHECK_FALSE(before.add("n2", first, lost));
  CHECK_FALSE(before.has("n1"));
  CHECK(before.add("n1", second, lost));

  HolderTally after(2);
  after.add("n2", first, lost);
  CHECK_FALSE(after.add("n1", first, {}));
  CHECK(after.got() == 1);
  CHECK(after.add("n1", second, {}));
}

TEST_CASE("holder tally: news of a lost disk can undo what was counted, and is itself an answer") {
  HolderTally tally(3);
  tally.add("n1", first, {});
  tally.add("n2", first, {});
  CHECK_FALSE(tally.add("n3", first, {{"n1", second}, {"n2", second}}));
  CHECK(tally.got() == 1);
  CHECK(tally.has("n3"));
}
