// What is kept of the answers to writes, and that their parts make the reply that clients read.
#include "node/protocols/causal/packed_answers.hpp"

#include <catch2/catch.hpp>

#include "node/protocols/causal/operations.hpp"

using namespace kin;
using namespace kin::causal;

namespace {

Dot written(std::uint64_t counter) { return {{"n1", {1'000, 1}}, counter}; }

Sibling value_of(std::string value, std::string operation) {
  Sibling out{std::move(value), EntryClock({{"n1", 3}, {"n2", 1}}), std::move(operation), "ann@host:1", 17};
  out.meta = {{"lang", "en"}};
  return out;
}

std::string id(int n) { return std::to_string(n); }

}  // namespace

TEST_CASE("the parts of an answer to a write are the packed reply") {
  wire::WriteReply reply;
  reply.node = "n2";
  reply.order = {"n1", "n2"};
  reply.dot = written(9);
  reply.clock = EntryClock({{"n1", 4}});
  reply.context = std::string(400, 'c');
  reply.replaced = {{written(3), "old"}, {written(4), std::nullopt}};
  reply.got = 2;
  reply.wanted = 300;
  reply.warning = "17 siblings";
  const Siblings values{
      {written(5), value_of("a", "")}, {written(6), value_of("b", "twice")}, {written(7), value_of("b", "twice")}};
  const std::string packed_write = pack_written(reply.dot, reply.clock, reply.context, reply.replaced);
  CHECK(dot_of_written(packed_write) == reply.dot);
  for (const OnConflict rule : {OnConflict::siblings, OnConflict::max}) {
    const bool one = rule == OnConflict::max;
    reply.siblings.clear();
    for (const std::uint64_t shown : {5, 6}) {
      if (one && shown == 5) continue;
      const Sibling& s = values.at(written(shown));
      reply.siblings.push_back(
          {s.value, s.clock, written(shown), s.client, s.written_us, s.operation, s.content_type, s.meta});
    }
    std::string packed;
    begin_write_answer(packed, reply.node, reply.order);
    packed += packed_write;
    CHECK(pack_shown(packed, rule, values) == reply.siblings.size());
    end_write_answer(packed, reply.got, reply.wanted, reply.warning);
    CHECK(packed == wire::encode(reply));
  }
}

TEST_CASE("the parts of an answer to a read are the packed reply") {
  const Siblings values{{written(5), value_of("a", "")}, {written(6), value_of("b", "")}};
  wire::ReadReply reply;
  reply.node = "n2";
  reply.order = {"n1", "n2"};
  for (const auto& [dot, s] : values) {
    reply.siblings.push_back({s.value, s.clock, dot, s.client, s.written_us, s.operation, s.content_type, s.meta});
  }
  reply.clock = EntryClock({{"n1", 3}, {"n2", 1}});
  reply.context = std::string(300, 'c');
  reply.got = reply.wanted = 1;
  std::string packed;
  begin_read_answer(packed, reply.node, reply.order);
  CHECK(pack_shown(packed, OnConflict::siblings, values) == 2);
  end_read_answer(packed, reply.clock, reply.context);
  CHECK(packed == wire::encode(reply));
}

TEST_CASE("the answer to an operation is found by its key and its id together") {
  OperationTable table(1u << 20);
  table.put("key", "id", "answer");
  CHECK(table.find("key", "id") == "answer");
  CHECK_FALSE(table.find("ke", "yid"));
  CHECK_FALSE(table.find("key", "i"));
  CHECK_FALSE(table.find("id", "key"));
}

TEST_CASE("the table of operations forgets what is oldest, and nothing else") {
  constexpr std::size_t most = 64u << 10;
  OperationTable table(most);
  int last = 0;
  for (; last < 3000; ++last) {
    table.put("key", id(last), std::string(100, 'a') + id(last));
    REQUIRE(table.bytes() <= most);
  }
  int oldest = last;
  while (oldest > 0 && table.find("key", id(oldest - 1))) --oldest;
  CHECK(last - oldest > 200);
  CHECK(oldest > 0);
  for (int n = 0; n < oldest; ++n) CHECK_FALSE(table.find("key", id(n)));
  for (int n = oldest; n < last; ++n) CHECK(table.find("key", id(n)) == std::string(100, 'a') + id(n));
}

TEST_CASE("the table of operations finds what it has also when it grows after it forgot") {
  OperationTable table(64u << 10);
  for (int n = 0; n < 100; ++n) table.put("key", id(n), std::string(4096, 'a'));
  for (int n = 100; n < 300; ++n) {
    table.put("key", id(n), id(n));
    for (int one = 100; one <= n; ++one) REQUIRE(table.find("key", id(one)) == id(one));
  }
}
