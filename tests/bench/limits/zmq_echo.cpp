// An echo over tcp on loopback, DEALER to ROUTER and back, client and server in two processes.
//
//   zmq_echo DEPTH SECONDS
//
// DEPTH requests in flight, one a message. The server decodes each request and encodes its reply: the least that any
// store behind ZeroMQ and msgpack does.
#include <signal.h>
#include <sys/wait.h>

#include "common.hpp"
#include "message.hpp"

namespace {

void serve(const std::string& address) {
  zmq::context_t context(1);
  zmq::socket_t socket = bare::open_socket(context, zmq::socket_type::router);
  socket.bind(address);
  zmq::message_t from, body;
  msgpack::sbuffer out;
  while (true) {
    (void)socket.recv(from);
    (void)socket.recv(body);
    out.clear();
    for (const bare::Request& request : bare::unpack_all(body)) msgpack::pack(out, request);
    socket.send(from, zmq::send_flags::sndmore);
    socket.send(zmq::buffer(out.data(), out.size()), zmq::send_flags::none);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bare::require_words(argc, 2, "zmq_echo DEPTH SECONDS");
  const std::size_t depth = std::strtoul(argv[1], nullptr, 10);
  const double seconds = std::atof(argv[2]);
  const std::string address = bare::free_address();
  const pid_t server = ::fork();
  if (server == 0) serve(address);

  zmq::context_t context(1);
  zmq::socket_t socket = bare::open_socket(context, zmq::socket_type::dealer);
  socket.connect(address);
  msgpack::sbuffer request;
  msgpack::pack(request, bare::Request{1, 1, bare::key_of(7), bare::random_bytes(100), {{"node-1", 3}}});

  // Replies come in the order of the requests, so a ring of send times gives every latency.
  std::vector<double> sent(depth), latencies;
  latencies.reserve(1u << 22);
  const auto send = [&](std::size_t i) {
    sent[i] = bare::now();
    socket.send(zmq::buffer(request.data(), request.size()), zmq::send_flags::none);
  };
  for (std::size_t i = 0; i < depth; ++i) send(i);
  const double begin = bare::now() + 0.3, end = begin + seconds;  // connected and warm
  zmq::message_t reply;
  double at = 0;
  for (std::size_t i = 0; at < end; i = (i + 1) % depth) {
    (void)socket.recv(reply);
    at = bare::now();
    if (at >= begin && at < end) latencies.push_back(at - sent[i]);
    send(i);
  }
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  bare::print_result(static_cast<double>(latencies.size()) / seconds, latencies);
  ::_exit(0);  // without waiting for the sockets
}
