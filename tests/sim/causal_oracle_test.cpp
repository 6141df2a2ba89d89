// Each rule of the oracle, broken by hand; and what must not be taken for a violation.
#include "driver/sim/causal_oracle.hpp"

#include <catch2/catch.hpp>

using namespace kin::sim;

namespace {

struct Story {
  CausalOracle oracle{{"n1", "n2", "n3"}};

  // A write that has seen these values, durable at once.
  CausalOracle::Event put(const kin::NodeId& node, const std::string& value,
                          const std::vector<std::string>& seen = {}) {
    const auto event = oracle.wrote(node, "k", value, oracle.closure("k", seen));
    oracle.settled(node, true);
    return event;
  }
  CausalOracle::Event remove(const kin::NodeId& node, const std::vector<std::string>& seen) {
    const auto event = oracle.wrote(node, "k", std::nullopt, oracle.closure("k", seen));
    oracle.settled(node, true);
    return event;
  }
  void get(const kin::NodeId& node, const std::vector<std::string>& values) {
    oracle.shows(node, "k", values);
    oracle.settled(node, true);
  }
  // "a", which was read at these others, before n1 lost its disk; a backup of that has it.
  void backup_shows_what_n1_wrote(const std::vector<kin::NodeId>& others_that_have_it) {
    put("n1", "a");
    for (const kin::NodeId& other : others_that_have_it) get(other, {"a"});
    oracle.forgot("n1");
    get("n1", {"a"});
  }
  void all_show(const std::vector<std::string>& values) {
    for (const char* node : {"n1", "n2", "n3"}) oracle.in_the_end(node, "k", values);
  }
  std::string rule() const { return oracle.violations().empty() ? "" : oracle.violations().front().rule; }
};

}  // namespace

TEST_CASE("oracle: concurrent writes stand side by side, and a write that saw both replaces both") {
  Story s;
  s.put("n1", "a");
  s.put("n2", "b");
  s.get("n3", {"a"});
  s.get("n3", {"a", "b"});
  s.put("n3", "c", {"a", "b"});
  s.get("n1", {"a"});
  s.all_show({"c"});
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: a missed conflict is a lost write") {
  Story s;
  s.put("n1", "a");
  s.put("n2", "b");
  s.all_show({"b"});
  CHECK(s.rule() == "lost");
}

TEST_CASE("oracle: a node that had a value must not lose it on the way") {
  Story s;
  s.put("n1", "a");
  s.get("n2", {"a"});
  s.get("n2", {});
  CHECK(s.rule() == "lost");
}

TEST_CASE("oracle: a node that has not heard of a value need not show it") {
  Story s;
  s.put("n1", "a");
  s.get("n2", {});
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: a false conflict") {
  Story s;
  s.put("n1", "a");
  s.put("n2", "b", {"a"});
  s.get("n3", {"a", "b"});
  CHECK(s.rule() == "false conflict");
}

TEST_CASE("oracle: a false conflict over a chain of writers") {
  Story s;
  s.put("n1", "a");
  s.put("n2", "b", {"a"});
  s.put("n3", "c", {"b"});
  s.get("n1", {"a", "c"});
  CHECK(s.rule() == "false conflict");
}

TEST_CASE("oracle: what a node saw deleted must not come back there") {
  Story s;
  s.put("n1", "a");
  s.remove("n1", {"a"});
  s.get("n1", {});
  s.get("n1", {"a"});
  CHECK(s.rule() == "resurrected");
}

TEST_CASE("oracle: a node that has not heard of the delete may show the value, but not in the end") {
  Story s;
  s.put("n1", "a");
  s.remove("n1", {"a"});
  s.get("n2", {"a"});
  CHECK(s.rule() == "");
  s.all_show({"a"});
  CHECK(s.rule() == "resurrected");
}

TEST_CASE("oracle: a value that nobody wrote, and one whose write was refused") {
  Story made_up;
  made_up.get("n1", {"z"});
  CHECK(made_up.rule() == "thin air");

  Story refused;
  refused.oracle.never_happened("k", refused.oracle.wrote("n1", "k", "a", {}));
  refused.get("n2", {"a"});
  CHECK(refused.rule() == "thin air");
}

TEST_CASE("oracle: a write whose turn is gone has removed nothing") {
  Story s;
  s.put("n1", "a");
  s.oracle.wrote("n1", "k", "b", s.oracle.closure("k", {"a"}));
  s.oracle.settled("n1", false);
  s.all_show({"a"});
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: a write whose turn is gone may have been pushed before") {
  const auto pushed = [](Story& s) {
    s.put("n1", "a");
    s.all_show({"a"});
    s.oracle.wrote("n1", "k", "b", s.oracle.closure("k", {"a"}));
    s.oracle.settled("n1", false);
  };
  Story arrived;
  pushed(arrived);
  arrived.get("n2", {"b"});
  CHECK(arrived.oracle.escaped() == 1);
  arrived.all_show({"b"});
  CHECK(arrived.rule() == "");

  // Once another node has it on its disk, it is a write like any other.
  Story forgotten;
  pushed(forgotten);
  forgotten.get("n2", {"b"});
  forgotten.get("n2", {});
  CHECK(forgotten.rule() == "lost");
  Story back;
  pushed(back);
  back.get("n2", {"b"});
  back.get("n2", {"a"});
  CHECK(back.oracle.violations().back().rule == "resurrected");

  Story promised;
  promised.oracle.promised("k", promised.oracle.wrote("n1", "k", "a", {}));
  promised.oracle.settled("n1", false);
  CHECK(promised.rule() == "lost");
}

TEST_CASE("oracle: a refused write has not made its node see what its context named") {
  Story s;
  s.put("n1", "a");
  const auto refused = s.oracle.wrote("n2", "k", std::nullopt, s.oracle.closure("k", {"a"}));
  s.oracle.never_happened("k", refused);
  s.get("n2", {});
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: a write may only replace what a writer had seen") {
  Story s;
  s.put("n1", "a");
  s.put("n2", "b");
  s.put("n3", "c", {"a"});
  s.oracle.erased("n3", "k", {"a"});
  CHECK(s.rule() == "");
  s.oracle.erased("n3", "k", {"b"});
  CHECK(s.rule() == "erased");
}

TEST_CASE("oracle: a read that overlaps the acknowledging members must know the write") {
  Story s;
  const auto a = s.put("n1", "a");
  s.oracle.acknowledged("k", a, 2);
  const auto mark = s.oracle.mark();
  s.oracle.shows("n3", "k", {}, 1, mark);
  CHECK(s.rule() == "");  // 2 + 1 of 3 need not overlap
  s.oracle.shows("n3", "k", {}, 2, mark);
  CHECK(s.rule() == "stale quorum");
}

TEST_CASE("oracle: a read that was asked before the acknowledgement need not know the write") {
  Story s;
  const auto mark = s.oracle.mark();
  const auto a = s.put("n1", "a");
  s.oracle.acknowledged("k", a, 3);
  s.oracle.shows("n3", "k", {}, 3, mark);
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: what only a lost disk knew may be missing, what others had may not") {
  Story alone;
  alone.put("n1", "a");
  alone.oracle.forgot("n1");
  alone.all_show({});
  CHECK(alone.rule() == "");
  CHECK(alone.oracle.excused() == 1);

  Story known;
  known.put("n1", "a");
  known.get("n2", {"a"});
  known.oracle.forgot("n1");
  known.oracle.in_the_end("n1", "k", {});
  CHECK(known.rule() == "lost");

  Story acknowledged;
  acknowledged.oracle.acknowledged("k", acknowledged.put("n1", "a"), 2);
  acknowledged.oracle.forgot("n1");
  acknowledged.oracle.in_the_end("n1", "k", {});
  CHECK(acknowledged.rule() == "lost");
}

TEST_CASE("oracle: what only a lost disk knew may be replaced by who has not seen it, what others had may not") {
  Story alone;
  alone.backup_shows_what_n1_wrote({});
  alone.put("n1", "b");
  alone.oracle.erased("n1", "k", {"a"});
  CHECK(alone.rule() == "");

  Story known;
  known.backup_shows_what_n1_wrote({"n2"});
  known.put("n1", "b");
  known.oracle.erased("n1", "k", {"a"});
  CHECK(known.rule() == "erased");
}

TEST_CASE("oracle: a backup of the lost disk may show for a moment what only that disk knew") {
  Story alone;
  alone.backup_shows_what_n1_wrote({});
  alone.get("n1", {});
  CHECK(alone.rule() == "");

  Story known;
  known.backup_shows_what_n1_wrote({"n2"});
  known.get("n1", {});
  CHECK(known.rule() == "lost");
}

TEST_CASE("oracle: who lost its disk before the client was told of its copy counts for nothing") {
  Story all;
  const auto a = all.put("n1", "a");
  all.oracle.forgot("n2");
  all.oracle.acknowledged("k", a, 3);
  all.oracle.forgot("n1");
  all.oracle.in_the_end("n1", "k", {});
  CHECK(all.rule() == "lost");  // n3 has it

  Story none;
  const auto b = none.put("n1", "b");
  none.oracle.forgot("n2");
  none.oracle.acknowledged("k", b, 3);
  none.oracle.forgot("n1");
  none.oracle.forgot("n3");
  none.all_show({});
  CHECK(none.rule() == "");
  CHECK(none.oracle.excused() == 1);

  Story before;
  before.oracle.forgot("n2");
  before.oracle.acknowledged("k", before.put("n1", "c"), 2);
  before.oracle.forgot("n1");
  before.oracle.in_the_end("n1", "k", {});
  CHECK(before.rule() == "lost");
}

TEST_CASE("oracle: one disk that is lost again and again takes no more than one copy of what all have acknowledged") {
  Story s;
  s.oracle.acknowledged("k", s.put("n1", "a"), 3);
  for (int times = 0; times < 3; ++times) s.oracle.forgot("n1");
  CHECK(s.oracle.excused() == 0);
  s.oracle.in_the_end("n1", "k", {});
  CHECK(s.rule() == "lost");
}

TEST_CASE("oracle: when a write is lost with its disk, what it had replaced may stand again") {
  Story s;
  s.put("n1", "a");
  s.get("n2", {"a"});
  s.put("n1", "b", {"a"});
  s.oracle.forgot("n1");
  s.all_show({"a"});
  CHECK(s.rule() == "");
}

TEST_CASE("oracle: a write that was undone covers nothing, neither where it was made nor for those that come later") {
  Story s;
  s.put("n1", "a");
  s.get("n2", {"a"});
  const auto undone = s.oracle.wrote("n2", "k", "b", s.oracle.closure("k", {"a"}));
  s.oracle.shows("n2", "k", {"b"});
  s.oracle.never_happened("k", undone);
  s.oracle.settled("n2", true);
  s.get("n2", {"a"});
  CHECK(s.rule() == "");
  s.get("n2", {});
  CHECK(s.rule() == "lost");
}

TEST_CASE("oracle: a session sees what it wrote, or what came after it") {
  Story s;
  SessionView session;
  s.oracle.wrote_in_session(session, "k", s.put("n1", "a"));
  s.put("n2", "b", {"a"});
  s.oracle.read_in_session("n2", session, "k", {"b"});
  CHECK(s.rule() == "");
  s.oracle.read_in_session("n3", session, "k", {"a"});
  CHECK(s.rule() == "went back");
}

TEST_CASE("oracle: a session misses its own write, and goes back behind what it was shown") {
  Story own;
  SessionView writer;
  own.oracle.wrote_in_session(writer, "k", own.put("n1", "a"));
  own.oracle.read_in_session("n2", writer, "k", {});
  CHECK(own.rule() == "own write missed");

  Story shown;
  SessionView reader;
  shown.put("n1", "a");
  shown.oracle.read_in_session("n1", reader, "k", {"a"});
  shown.oracle.read_in_session("n2", reader, "k", {});
  CHECK(shown.rule() == "went back");

  Story older;
  SessionView follower;
  older.put("n1", "a");
  older.put("n1", "b", {"a"});
  older.oracle.read_in_session("n1", follower, "k", {"b"});
  older.oracle.read_in_session("n2", follower, "k", {"a"});
  CHECK(older.rule() == "went back");

  Story deleted;
  SessionView deleter;
  deleted.put("n1", "a");
  deleted.oracle.wrote_in_session(deleter, "k", deleted.remove("n1", {"a"}));
  deleted.oracle.read_in_session("n2", deleter, "k", {"a"});
  CHECK(deleted.rule() == "own write missed");
}

TEST_CASE("oracle: what a session was shown may be deleted, and does not come back to it") {
  Story s;
  SessionView session;
  s.put("n1", "a");
  s.oracle.read_in_session("n1", session, "k", {"a"});
  s.remove("n1", {"a"});
  s.oracle.read_in_session("n1", session, "k", {});
  CHECK(s.rule() == "");
  s.oracle.read_in_session("n2", session, "k", {"a"});
  CHECK(s.rule() == "went back");
}

TEST_CASE("oracle: a session is not held to what a lost disk alone knew") {
  Story s;
  SessionView session;
  s.oracle.wrote_in_session(session, "k", s.put("n1", "a"));
  s.oracle.forgot("n1");
  s.oracle.read_in_session("n2", session, "k", {});
  CHECK(s.rule() == "");

  Story below;
  SessionView over;
  below.put("n1", "a");
  below.get("n2", {"a"});
  below.oracle.wrote_in_session(over, "k", below.put("n1", "b", {"a"}));
  below.oracle.forgot("n1");
  below.oracle.read_in_session("n2", over, "k", {"a"});
  CHECK(below.rule() == "");
}

TEST_CASE("oracle: the newest of what was seen, beyond sixty-four writes") {
  Story s;
  std::vector<std::string> last;
  for (int i = 0; i < 200; ++i) {
    const std::string value = "v" + std::to_string(i);
    s.put("n1", value, last);
    last = {value};
  }
  const auto beside = s.put("n2", "beside");
  const EventSet all = s.oracle.closure("k", {"v199", "beside"});
  EventSet newest;
  newest.add(199);
  newest.add(beside);
  CHECK(s.oracle.newest("k", all) == newest);
  EventSet first;
  first.add(0);
  CHECK(s.oracle.newest("k", first) == first);
  s.get("n3", {"v3"});
  CHECK(s.rule() == "");
  s.get("n1", {"v130"});
  CHECK(s.rule() == "resurrected");
}
