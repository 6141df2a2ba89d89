// Receiving and sending without exceptions, and without being broken off by a signal.
#pragma once

#include <string_view>
#include <zmq.hpp>

namespace kin::transport {

// Takes one frame that is there, without waiting; false when there is none.
bool take_frame(zmq::socket_t& socket, zmq::message_t& frame);

// Takes the frames behind `frame` that belong to the same message and forgets them; true when there was none. A message
// of kin is one frame.
bool last_frame(zmq::socket_t& socket, const zmq::message_t& frame);

// What can be done now, as ZMQ_POLLIN and ZMQ_POLLOUT.
int events(zmq::socket_t& socket);

// Queues one frame without waiting; false when the socket refuses it.
bool give_frame(zmq::socket_t& socket, std::string_view bytes, zmq::send_flags flags = zmq::send_flags::none);

}  // namespace kin::transport
