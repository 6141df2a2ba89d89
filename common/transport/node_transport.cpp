#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <zmq.hpp>

#include "common/assert.hpp"
#include "common/transport/connection_monitor.hpp"
#include "common/transport/frames.hpp"
#include "common/transport/socket_options.hpp"
#include "common/transport/transport.hpp"

namespace kin {
namespace {

struct Peer {
  Peer(zmq::context_t& context, const std::string& host, const std::string& identity, std::uint32_t suspect_ms)
      : socket(context, zmq::socket_type::dealer), monitor(context, socket) {
    transport::set_peer_options(socket, host, identity, suspect_ms);
  }

  zmq::socket_t socket;
  transport::ConnectionMonitor monitor;
};

class ZmqNodeTransport : public NodeTransport {
 public:
  ZmqNodeTransport(const std::string& host, std::string self, std::uint32_t suspect_ms)
      : self_(std::move(self)),
        suspect_ms_(suspect_ms),
        router_(context_, zmq::socket_type::router),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    transport::set_router_options(router_, host, suspect_ms_);
  }
  ~ZmqNodeTransport() override { close(wake_); }

  void bind_to(const std::string& address) {
    router_.bind(address);
    const std::string bound = router_.get(zmq::sockopt::last_endpoint);
    port_ = static_cast<std::uint16_t>(std::stoul(bound.substr(bound.rfind(':') + 1)));
  }

  std::uint16_t port() const override { return port_; }

  void connect_peer(const std::string& id, const std::string& host, std::uint16_t port) override {
    peers_.erase(id);
    try {
      auto [peer, added] = peers_.try_emplace(id, context_, host, self_, suspect_ms_);
      peer->second.socket.connect(transport::address(host, port));
    } catch (const zmq::error_t&) {
      // An address that can never be reached is a peer that is never there.
    }
  }

  bool wait(int timeout_ms) override {
    for (auto& [id, peer] : peers_) peer.monitor.take_events();
    zmq::pollitem_t items[] = {{router_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, wake_, ZMQ_POLLIN, 0}};
    if (zmq_poll(items, 2, timeout_ms) < 0) return errno != EINTR;
    std::uint64_t count = 0;
    if (items[1].revents != 0) (void)!read(wake_, &count, sizeof count);
    return true;
  }

  bool receive(RouterIdentity& from, std::string& frame) override {
    for (;;) {
      zmq::message_t identity, body;
      if (!transport::take_frame(router_, identity)) return false;
      if (!identity.more() || !transport::take_frame(router_, body) || !transport::last_frame(router_, body)) {
        ++counters_.malformed;
        continue;
      }
      from.assign(identity.data<char>(), identity.size());
      frame.assign(body.data<char>(), body.size());
      ++counters_.received;
      counters_.received_bytes += frame.size();
      return true;
    }
  }

  bool send_to_peer(const std::string& id, std::string_view frame) override {
    auto peer = peers_.find(id);
    const bool sent = peer != peers_.end() && transport::give_frame(peer->second.socket, frame);
    return count(sent, frame, counters_.dropped_peer);
  }

  bool send_to_client(const RouterIdentity& to, std::string_view frame) override {
    // ROUTER says EHOSTUNREACH for a client that is gone, EAGAIN for one that does not read.
    const bool routed = transport::give_frame(router_, to, zmq::send_flags::sndmore);
    const bool sent = routed && transport::give_frame(router_, frame);
    return count(sent, frame, counters_.dropped_client);
  }

  bool connected(const std::string& id) const override {
    const auto peer = peers_.find(id);
    return peer != peers_.end() && peer->second.monitor.up();
  }

  const TransportCounters& counters() const override { return counters_; }

  void wake() override {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
  }

 private:
  bool count(bool sent, std::string_view frame, std::uint64_t& dropped) {
    if (sent) {
      ++counters_.sent;
      counters_.sent_bytes += frame.size();
    } else {
      ++dropped;
    }
    return sent;
  }

  const std::string self_;
  const std::uint32_t suspect_ms_;
  zmq::context_t context_{1};
  zmq::socket_t router_;
  const int wake_;
  std::uint16_t port_ = 0;
  std::map<std::string, Peer> peers_;
  TransportCounters counters_;
};

}  // namespace

tl::expected<std::unique_ptr<NodeTransport>, std::string> NodeTransport::bind(const std::string& host,
                                                                              std::uint16_t port,
                                                                              const std::string& self,
                                                                              std::uint32_t suspect_ms) {
  const std::string where = host + ':' + std::to_string(port);
  const bool routable = !self.empty() && self.size() <= 255 && self.front() != '\0';
  KIN_REQUIRE(routable, "identity of " + std::to_string(self.size()) + " bytes");
  try {
    auto bound = std::make_unique<ZmqNodeTransport>(host, self, suspect_ms);
    bound->bind_to(transport::address(host, port));
    return bound;
  } catch (const zmq::error_t& e) {
    if (e.num() == EADDRINUSE) return tl::unexpected(where + " is in use by another program");
    if (e.num() == EADDRNOTAVAIL || e.num() == ENODEV) {
      return tl::unexpected("cannot listen on " + where + ": this machine has no such address");
    }
    return tl::unexpected("cannot listen on " + where + ": " + e.what());
  }
}

}  // namespace kin
