#include "node/runtime/call_table.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace kin {
namespace {

constexpr std::uint64_t late_ms = CallTable::grace_ms + 1;

CallId open_one(CallTable& calls, const std::string& client = "a") {
  const auto opened = calls.open();
  REQUIRE(opened);
  opened->call.client = client;
  return opened->id;
}

TEST_CASE("a call is found by its id until it is closed") {
  CallTable calls;
  const CallId first = open_one(calls, "first"), second = open_one(calls, "second");
  REQUIRE(calls.find(first) != nullptr);
  CHECK(calls.find(first)->client == "first");
  CHECK(calls.find(second)->client == "second");
  CHECK(calls.find(0) == nullptr);
  CHECK(calls.find(second + 1) == nullptr);
  calls.close(first);
  calls.close(first);
  CHECK(calls.find(first) == nullptr);
  CHECK(calls.find(0) == nullptr);  // also while the place of the first call is free
  calls.close(0);
  CHECK(open_one(calls) != open_one(calls));
  CHECK(calls.find(second)->client == "second");
  CHECK(calls.size() == 3);
}

TEST_CASE("ids rise and are never used again, and nothing is left of an earlier call's names") {
  CallTable calls;
  CallId last = 0;
  for (int i = 0; i < 10; ++i) {
    const auto opened = calls.open();
    REQUIRE(opened);
    CHECK(opened->id > last);
    CHECK((opened->call.from.empty() && opened->call.client.empty() && opened->call.about.empty()));
    last = opened->id;
    opened->call.from = opened->call.client = opened->call.about = std::string(i % 2 == 0 ? 300 : 3, 'x');
    if (i % 3 != 0) calls.close(opened->id);
  }
  CHECK(calls.close_all().size() == 4);
  CHECK(calls.size() == 0);
  CHECK(open_one(calls) > last);
}

TEST_CASE("no more than so many calls are open, and what nobody waits for any more is forgotten") {
  CallTable calls;
  std::set<CallId> ids;
  for (std::size_t i = 0; i < CallTable::most_open_calls; ++i) {
    ids.insert(open_one(calls));
    calls.find(*ids.rbegin())->deadline_ms = i % 2;
  }
  CHECK(ids.size() == CallTable::most_open_calls);
  CHECK_FALSE(calls.open());
  CHECK(calls.forget_expired(late_ms) == CallTable::most_open_calls / 2);
  CHECK(calls.size() == CallTable::most_open_calls / 2);
  CHECK(calls.forget_expired(late_ms + 1) == CallTable::most_open_calls / 2);
  CHECK(calls.size() == 0);
  CHECK(calls.forget_expired(late_ms + 1) == 0);
  CHECK(ids.count(open_one(calls)) == 0);
}

}  // namespace
}  // namespace kin
