#include "driver/sim/sim_network.hpp"

#include <catch2/catch.hpp>

using namespace kin;
using namespace kin::sim;

namespace {

struct Wire {
  Agenda agenda;
  std::vector<std::string> arrived;  // what the packets are
  SimNetwork network{agenda, 7, [this](const std::shared_ptr<const Packet>& packet) {
                       arrived.push_back(packet->parts.front().send.what);
                     }};

  void send(const NodeId& from, const NodeId& to, const std::string& what) {
    network.send(std::make_shared<Packet>(Packet{{from, {1, 1}}, to, {{0, Send{to, nullptr, what, false}}}}));
  }
  void settle() {
    while (agenda.run_next()) {
    }
  }
};

}  // namespace

TEST_CASE("in fair weather everything arrives once") {
  Wire wire;
  for (int i = 0; i < 100; ++i) wire.send("n1", "n2", std::to_string(i));
  wire.settle();
  CHECK(wire.arrived.size() == 100);
}

TEST_CASE("loss and duplicates are as frequent as the weather says") {
  Wire wire;
  wire.network.weather().loss = 0.3;
  wire.network.weather().duplicate = 0.2;
  for (int i = 0; i < 10'000; ++i) wire.send("n1", "n2", "x");
  wire.settle();
  CHECK(wire.network.counters().lost > 2700);
  CHECK(wire.network.counters().lost < 3300);
  CHECK(wire.arrived.size() == 10'000 - wire.network.counters().lost + wire.network.counters().duplicated);
  CHECK(wire.network.counters().duplicated > 1200);
}

TEST_CASE("messages overtake each other where delays differ") {
  Wire wire;
  for (int i = 0; i < 100; ++i) wire.send("n1", "n2", std::to_string(1000 + i));
  wire.settle();
  CHECK_FALSE(std::is_sorted(wire.arrived.begin(), wire.arrived.end()));
}

TEST_CASE("a cut is of one direction, and catches what is on its way") {
  Wire wire;
  wire.send("n1", "n2", "on its way");
  wire.network.cut({"n1", "n2"});
  wire.send("n1", "n2", "cut");
  wire.send("n2", "n1", "the other way");
  wire.settle();
  CHECK(wire.arrived == std::vector<std::string>{"the other way"});
  wire.network.join({"n1", "n2"});
  wire.send("n1", "n2", "joined");
  wire.settle();
  CHECK(wire.arrived.back() == "joined");
}

TEST_CASE("a clogged link keeps as much as a queue holds, and no more") {
  Wire wire;
  wire.network.clog({"n1", "n2"});
  for (std::size_t i = 0; i < SimNetwork::queue_length + 10; ++i) wire.send("n1", "n2", "x");
  wire.settle();
  CHECK(wire.arrived.empty());
  wire.network.unclog({"n1", "n2"});
  wire.settle();
  CHECK(wire.arrived.size() == SimNetwork::queue_length);
  CHECK(wire.network.counters().overflowed == 10);
}

TEST_CASE("a link that is clogged keeps what is on its way already") {
  Wire wire;
  wire.send("n1", "n2", "on its way");
  wire.network.clog({"n1", "n2"});
  wire.settle();
  CHECK(wire.arrived.empty());
  wire.network.unclog({"n1", "n2"});
  wire.settle();
  CHECK(wire.arrived == std::vector<std::string>{"on its way"});
}

TEST_CASE("what a clogged link keeps can be lost, and the link stays clogged") {
  Wire wire;
  wire.network.clog({"n1", "n2"});
  wire.send("n1", "n2", "lost");
  wire.network.lose_what_waits({"n1", "n2"});
  wire.send("n1", "n2", "kept");
  wire.settle();
  CHECK(wire.arrived.empty());
  wire.network.unclog({"n1", "n2"});
  wire.settle();
  CHECK(wire.arrived == std::vector<std::string>{"kept"});
}
