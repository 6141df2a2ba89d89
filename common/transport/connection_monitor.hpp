// Whether a connection is up, as ZeroMQ's own events tell it.
//
// CONNECTED means only that a kernel accepted, which it also does for a frozen process: what counts is that the
// handshake succeeded.
//
// ZeroMQ writes its events with a blocking send in its own thread: were their queue bounded, a monitor that nobody
// reads would sooner or later stop all sockets of the context. So the queue has no bound, and whoever has a monitor
// calls take_events() regularly.
#pragma once

#include <zmq.hpp>

namespace kin::transport {

class ConnectionMonitor {
 public:
  // Watches `socket`, which must outlive the monitor.
  ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket);
  ~ConnectionMonitor();
  ConnectionMonitor(const ConnectionMonitor&) = delete;
  ConnectionMonitor& operator=(const ConnectionMonitor&) = delete;

  // Takes the events that are there, without waiting.
  void take_events();
  // True while the last event that was taken is that the handshake succeeded.
  bool up() const { return up_; }

 private:
  zmq::socket_t& watched_;
  zmq::socket_t events_;
  bool up_ = false;
};

}  // namespace kin::transport
