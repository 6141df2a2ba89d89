// Whether a connection is up, as ZeroMQ's own events tell it.
//
// CONNECTED means only that a kernel accepted, which it also does for a frozen process: what counts is that the
// handshake succeeded.
#pragma once

#include <string>
#include <zmq.hpp>

namespace kin::transport {

class ConnectionMonitor {
 public:
  // Watches `socket`, which must outlive the monitor. `name` is unique in the context.
  ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket, const std::string& name);
  ~ConnectionMonitor();
  ConnectionMonitor(const ConnectionMonitor&) = delete;
  ConnectionMonitor& operator=(const ConnectionMonitor&) = delete;

  // Reads the events that are there, without waiting.
  bool up();

 private:
  zmq::socket_t& watched_;
  zmq::socket_t events_;
  bool up_ = false;
};

}  // namespace kin::transport
