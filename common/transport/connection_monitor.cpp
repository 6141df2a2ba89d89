#include "common/transport/connection_monitor.hpp"

#include <cstring>

namespace kin::transport {

ConnectionMonitor::ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket, const std::string& name)
    : watched_(socket), events_(context, zmq::socket_type::pair) {
  const std::string where = "inproc://monitor-" + name;
  const int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED;
  zmq_socket_monitor(watched_.handle(), where.c_str(), events);
  events_.set(zmq::sockopt::linger, 0);
  events_.connect(where);
}

ConnectionMonitor::~ConnectionMonitor() { zmq_socket_monitor(watched_.handle(), nullptr, 0); }

bool ConnectionMonitor::up() {
  zmq::message_t event, endpoint;
  while (events_.recv(event, zmq::recv_flags::dontwait)) {
    std::uint16_t kind = 0;
    if (event.size() >= sizeof kind) std::memcpy(&kind, event.data(), sizeof kind);
    if (event.more()) (void)events_.recv(endpoint, zmq::recv_flags::dontwait);
    up_ = kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
  }
  return up_;
}

}  // namespace kin::transport
