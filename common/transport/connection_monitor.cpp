#include "common/transport/connection_monitor.hpp"

#include <atomic>
#include <cstring>
#include <string>

#include "common/transport/frames.hpp"

namespace kin::transport {

ConnectionMonitor::ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket)
    : watched_(socket), events_(context, zmq::socket_type::pair) {
  // ZeroMQ gives a name free some time after its monitor is gone, so none is used twice.
  static std::atomic<std::uint64_t> count = 0;
  const std::string where = "inproc://monitor-" + std::to_string(++count);
  const int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED;
  zmq_socket_monitor(watched_.handle(), where.c_str(), events);
  events_.set(zmq::sockopt::linger, 0);
  events_.set(zmq::sockopt::rcvhwm, 0);
  events_.connect(where);
}

ConnectionMonitor::~ConnectionMonitor() { zmq_socket_monitor(watched_.handle(), nullptr, 0); }

void ConnectionMonitor::take_events() {
  zmq::message_t event;
  while (transport::take_frame(events_, event)) {
    std::uint16_t kind = 0;
    if (event.size() >= sizeof kind) std::memcpy(&kind, event.data(), sizeof kind);
    transport::last_frame(events_, event);
    up_ = kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
  }
}

}  // namespace kin::transport
