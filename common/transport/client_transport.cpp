#include <zmq.hpp>

#include "common/transport/socket_options.hpp"
#include "common/transport/transport.hpp"

namespace kin {
namespace {

class ZmqClientTransport : public ClientTransport {
 public:
  ZmqClientTransport(const std::string& host, std::uint16_t port) : socket_(context_, zmq::socket_type::dealer) {
    transport::set_client_options(socket_);
    try {
      socket_.connect(transport::address(host, port));
    } catch (const zmq::error_t&) {
      // A name that does not resolve never becomes writable.
    }
  }

  bool writable(int timeout_ms) override { return poll(ZMQ_POLLOUT, timeout_ms); }

  bool send(std::string_view frame) override {
    try {
      return socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait).has_value();
    } catch (const zmq::error_t&) {
      return false;
    }
  }

  bool receive(std::string& frame, int timeout_ms) override {
    if (!poll(ZMQ_POLLIN, timeout_ms)) return false;
    zmq::message_t message;
    if (!socket_.recv(message, zmq::recv_flags::dontwait)) return false;
    frame.assign(message.data<char>(), message.size());
    return true;
  }

  int fd() const override { return socket_.get(zmq::sockopt::fd); }

 private:
  bool poll(short events, int timeout_ms) {
    zmq::pollitem_t item{socket_.handle(), 0, events, 0};
    return zmq_poll(&item, 1, timeout_ms) > 0 && (item.revents & events) != 0;
  }

  zmq::context_t context_{1};
  zmq::socket_t socket_;
};

}  // namespace

std::unique_ptr<ClientTransport> ClientTransport::connect(const std::string& host, std::uint16_t port) {
  return std::make_unique<ZmqClientTransport>(host, port);
}

}  // namespace kin
