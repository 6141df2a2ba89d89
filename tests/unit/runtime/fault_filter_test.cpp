#include "node/runtime/fault_filter.hpp"

#include <catch2/catch.hpp>

using namespace kin;

namespace {

wire::Fault fault(wire::FaultAction action) {
  wire::Fault fault;
  fault.action = action;
  return fault;
}

wire::Fault link(const std::string& peer, std::uint32_t drop_percent, std::uint32_t delay_ms) {
  wire::Fault fault;
  fault.action = wire::FaultAction::link;
  fault.peer = peer;
  fault.drop_percent = drop_percent;
  fault.delay_ms = delay_ms;
  return fault;
}

std::string joined(const std::vector<FaultFilter::Due>& due) {
  std::string out;
  for (const auto& [peer, item] : due) out += peer + ':' + item + ' ';
  return out;
}

struct Filtered {
  Rng rng{7};
  FaultFilter filter{rng};
  void apply(wire::FaultAction action) { filter.apply(fault(action)); }
};

using wire::FaultAction;
using Incoming = FaultFilter::Incoming;

}  // namespace

TEST_CASE("without a fault everything passes") {
  Filtered f;
  CHECK(f.filter.clients_reach_us());
  CHECK(f.filter.incoming() == Incoming::take);
  CHECK(!f.filter.meddles_with_sends());
  CHECK(f.filter.outgoing("n2", "a", 0));
  CHECK(f.filter.describe().empty());
}

TEST_CASE("offline cuts clients and peers, isolate only peers, online undoes both") {
  Filtered f;
  f.apply(FaultAction::offline);
  CHECK(!f.filter.clients_reach_us());
  CHECK(f.filter.incoming() == Incoming::lose);
  CHECK(!f.filter.outgoing("n2", "a", 0));
  CHECK(f.filter.describe().size() == 1);
  f.apply(FaultAction::online);
  f.apply(FaultAction::isolate);
  CHECK(f.filter.clients_reach_us());
  CHECK(f.filter.incoming() == Incoming::lose);
  CHECK(!f.filter.outgoing("n2", "a", 0));
  f.apply(FaultAction::online);
  CHECK(f.filter.incoming() == Incoming::take);
  CHECK(f.filter.take_due(1000).empty());
  CHECK(f.filter.lost() == 2);
}

TEST_CASE("what is held goes on after the release, in order") {
  Filtered f;
  f.apply(FaultAction::hold_gossip);
  CHECK(f.filter.clients_reach_us());
  CHECK(f.filter.incoming() == Incoming::wait);
  CHECK(!f.filter.outgoing("n2", "a", 0));
  CHECK(!f.filter.outgoing("n3", "b", 0));
  f.filter.keep_incoming("x");
  f.filter.keep_incoming("y");
  CHECK(f.filter.describe() == std::vector<std::string>{"gossip held: 2 messages to peers and 2 from them wait"});
  CHECK(f.filter.take_due(1000).empty());
  CHECK(f.filter.take_released().empty());

  f.apply(GENERATE(FaultAction::release_gossip, FaultAction::online, FaultAction::clear));
  CHECK(f.filter.next_due_ms() == std::uint64_t{0});
  CHECK(joined(f.filter.take_due(1000)) == "n2:a n3:b ");
  CHECK(f.filter.take_released() == std::vector<std::string>{"x", "y"});
  CHECK(!f.filter.meddles_with_sends());
}

TEST_CASE("a cut loses what was held") {
  Filtered f;
  f.apply(FaultAction::hold_gossip);
  CHECK(!f.filter.outgoing("n2", "a", 0));
  f.filter.keep_incoming("x");
  f.apply(FaultAction::isolate);
  f.apply(FaultAction::online);
  CHECK(f.filter.take_due(1000).empty());
  CHECK(f.filter.take_released().empty());
  CHECK(f.filter.lost() == 2);
}

TEST_CASE("a link delays towards one peer, in the order of due times") {
  Filtered f;
  f.filter.apply(link("n2", 0, 100));
  f.filter.apply(link("n3", 0, 30));
  CHECK(!f.filter.outgoing("n2", "a", 1000));
  CHECK(!f.filter.outgoing("n2", "b", 1000));
  CHECK(!f.filter.outgoing("n3", "c", 1010));
  CHECK(f.filter.outgoing("n4", "d", 1010));
  CHECK(f.filter.next_due_ms() == std::uint64_t{1040});
  CHECK(f.filter.take_due(1039).empty());
  CHECK(joined(f.filter.take_due(1100)) == "n3:c n2:a n2:b ");
  CHECK(!f.filter.next_due_ms());
  f.filter.apply(link("n2", 0, 0));
  CHECK(f.filter.describe() == std::vector<std::string>{"link to n3: 0% dropped, 30 ms late"});
}

TEST_CASE("a link drops its share, the same for one seed") {
  const auto passed = [](std::uint32_t percent) {
    Filtered f;
    f.filter.apply(link("n2", percent, 0));
    std::string marks;
    for (int i = 0; i < 1000; ++i) marks += f.filter.outgoing("n2", "a", 0) ? '1' : '0';
    return marks;
  };
  const std::string some = passed(30);
  CHECK(some == passed(30));
  const auto lost = std::count(some.begin(), some.end(), '0');
  CHECK(lost > 230);
  CHECK(lost < 370);
  CHECK(passed(100).find('1') == std::string::npos);
}

TEST_CASE("what waits is bounded in number and in bytes") {
  Filtered f;
  f.apply(FaultAction::hold_gossip);
  for (std::size_t i = 0; i < 2 * FaultFilter::most_waiting_items; ++i) f.filter.outgoing("n2", "a", 0);
  f.apply(FaultAction::release_gossip);
  CHECK(f.filter.take_due(1).size() == FaultFilter::most_waiting_items);

  f.apply(FaultAction::hold_gossip);
  const std::string large(FaultFilter::most_waiting_bytes / 4, 'x');
  for (int i = 0; i < 10; ++i) f.filter.outgoing("n2", large, 0);
  f.apply(FaultAction::release_gossip);
  CHECK(f.filter.take_due(1).size() == 4);
}
