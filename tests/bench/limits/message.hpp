// What a store of keys and values would put on the wire, with the least that it needs, and several of them in one
// message.
#pragma once

#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <utility>
#include <vector>
#include <zmq.hpp>

namespace bare {

struct Request {
  std::uint8_t op = 0;
  std::uint64_t id = 0;
  std::string key, value;
  std::vector<std::pair<std::string, std::uint64_t>> clock;
  MSGPACK_DEFINE(op, id, key, value, clock)
};

inline std::vector<Request> unpack_all(const zmq::message_t& message) {
  std::vector<Request> out;
  msgpack::object_handle handle;
  for (std::size_t offset = 0; offset < message.size();) {
    const auto by_reference = [](auto, auto, auto) { return true; };
    msgpack::unpack(handle, message.data<char>(), message.size(), offset, by_reference);
    handle.get().convert(out.emplace_back());
  }
  return out;
}

// No queue drops anything, and nothing is waited for in the end.
inline zmq::socket_t open_socket(zmq::context_t& context, zmq::socket_type type) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::linger, 0);
  return socket;
}

}  // namespace bare
