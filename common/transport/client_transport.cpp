#include <algorithm>
#include <cerrno>
#include <chrono>
#include <zmq.hpp>

#include "common/transport/frames.hpp"
#include "common/transport/socket_options.hpp"
#include "common/transport/transport.hpp"

namespace kin {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ZmqClientTransport : public ClientTransport {
 public:
  ZmqClientTransport(const std::string& host, std::uint16_t port) : socket_(context_, zmq::socket_type::dealer) {
    transport::set_client_options(socket_, host);
    try {
      socket_.connect(transport::address(host, port));
    } catch (const zmq::error_t&) {
      // A name that does not resolve never becomes writable.
    }
  }

  bool writable(int timeout_ms) override {
    if ((transport::events(socket_) & ZMQ_POLLOUT) != 0) return true;
    return timeout_ms > 0 && poll(ZMQ_POLLOUT, after(timeout_ms));
  }

  bool send(std::string_view frame) override { return transport::give_frame(socket_, frame); }

  bool receive(std::string& frame, int timeout_ms) override {
    if (take(frame)) return true;  // mostly there is one, and to ask the system whether there is costs more than to try
    if (timeout_ms <= 0) return false;
    const auto deadline = after(timeout_ms);
    while (poll(ZMQ_POLLIN, deadline)) {
      if (take(frame)) return true;
    }
    return false;
  }

  int fd() const override { return socket_.get(zmq::sockopt::fd); }

 private:
  bool take(std::string& frame) {
    zmq::message_t message;
    while (transport::take_frame(socket_, message)) {
      if (!transport::last_frame(socket_, message)) continue;
      frame.assign(message.data<char>(), message.size());
      return true;
    }
    return false;
  }

  static steady_clock::time_point after(int timeout_ms) { return steady_clock::now() + milliseconds(timeout_ms); }

  // Goes on after a signal: to a caller that does not wait, "none" would mean that there is no reply.
  bool poll(short events, steady_clock::time_point deadline) {
    zmq::pollitem_t item{socket_.handle(), 0, events, 0};
    int ready = -1;
    do {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
      ready = zmq_poll(&item, 1, std::max<long>(left.count(), 0));
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && (item.revents & events) != 0;
  }

  zmq::context_t context_{1};
  zmq::socket_t socket_;
};

}  // namespace

std::unique_ptr<ClientTransport> ClientTransport::connect(const std::string& host, std::uint16_t port) {
  return std::make_unique<ZmqClientTransport>(host, port);
}

}  // namespace kin
