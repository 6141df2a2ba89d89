#include "common/transport/connection_monitor.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/raw_sockets.hpp"

using namespace kin;

TEST_CASE("a monitor that nobody reads does not stop the sockets of its context") {
  // More events than two queues of ZeroMQ's usual bound hold.
  constexpr int broken_connections = 2500;
  test::Listener listener;
  zmq::context_t context{1};
  zmq::socket_t dealer(context, zmq::socket_type::dealer);
  dealer.set(zmq::sockopt::linger, 0);
  dealer.set(zmq::sockopt::reconnect_ivl, 1);
  transport::ConnectionMonitor monitor(context, dealer);
  for (int i = 0; i < 20; ++i) dealer.connect("tcp://127.0.0.1:" + std::to_string(listener.port()));
  int accepted = 0;
  while (accepted < broken_connections && listener.accept_one(10'000)) {
    ++accepted;
    listener.close_accepted();
  }
  CHECK(accepted == broken_connections);
  monitor.take_events();
  CHECK_FALSE(monitor.up());
}
