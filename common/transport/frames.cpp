#include "common/transport/frames.hpp"

#include <cerrno>

namespace kin::transport {

// A signal that is pending breaks off even calls that do not wait. To give up there would be to lose a message, and
// between two frames of one message to leave the ROUTER waiting for the rest.

bool take_frame(zmq::socket_t& socket, zmq::message_t& frame) {
  int got = -1;
  do {
    got = zmq_msg_recv(frame.handle(), socket.handle(), ZMQ_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  return got >= 0;
}

bool last_frame(zmq::socket_t& socket, const zmq::message_t& frame) {
  if (!frame.more()) return true;
  for (zmq::message_t rest; take_frame(socket, rest) && rest.more();) {
  }
  return false;
}

int events(zmq::socket_t& socket) {
  int events = 0;
  std::size_t size = sizeof events;
  while (zmq_getsockopt(socket.handle(), ZMQ_EVENTS, &events, &size) < 0 && errno == EINTR) {
  }
  return events;
}

namespace {

bool try_to_give(zmq::socket_t& socket, std::string_view bytes, zmq::send_flags flags) {
  int sent = -1;
  do {
    sent = zmq_send(socket.handle(), bytes.data(), bytes.size(), static_cast<int>(flags) | ZMQ_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

}  // namespace

bool give_frame(zmq::socket_t& socket, std::string_view bytes, zmq::send_flags flags) {
  if (try_to_give(socket, bytes, flags)) return true;
  if (errno != EAGAIN) return false;
  // A queue may be full only as far as this thread has heard: that room was made is told by commands, which a send
  // looks at once a millisecond. Asking for the events looks at them now.
  events(socket);
  return try_to_give(socket, bytes, flags);
}

}  // namespace kin::transport
