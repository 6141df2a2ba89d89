#include "common/transport/socket_options.hpp"

#include <algorithm>

namespace kin::transport {
namespace {

constexpr int handshake_ms = 2000;  // a stranger that says nothing, or speaks HTTP, is gone after that
constexpr int reconnect_ms = 100;   // doubles up to
constexpr int reconnect_max_ms = 1000;
constexpr std::int64_t max_message_bytes = (64 << 20) + 4096;  // what the codec takes, and an envelope
// In messages, which the node keeps to some 256 KiB where an item is not larger (node/runtime/departures.hpp): a peer
// that is dead or frozen costs 16 MiB, a client that never reads 64 MiB.
constexpr int peer_queue = 64;
constexpr int reply_queue = 256;
constexpr int request_queue = 4096;
constexpr int client_queue = 4096;
constexpr std::uint32_t client_suspect_ms = 1500;

bool is_v6(const std::string& host) { return host.find(':') != std::string::npos; }

void set_common(zmq::socket_t& socket, const std::string& host) {
  socket.set(zmq::sockopt::linger, 0);  // else the end of a process waits for messages that nobody takes
  socket.set(zmq::sockopt::maxmsgsize, max_message_bytes);
  socket.set(zmq::sockopt::handshake_ivl, handshake_ms);
  socket.set(zmq::sockopt::ipv6, is_v6(host));
}

void set_heartbeat(zmq::socket_t& socket, std::uint32_t suspect_ms) {
  const int suspect = static_cast<int>(std::max<std::uint32_t>(suspect_ms, 30));
  socket.set(zmq::sockopt::heartbeat_ivl, suspect / 3);
  socket.set(zmq::sockopt::heartbeat_timeout, suspect);
}

void set_dealer(zmq::socket_t& socket, const std::string& host, int queue) {
  set_common(socket, host);
  // Nothing is queued for a node that is not there: what it missed is gossip's business, not a burst of old messages.
  socket.set(zmq::sockopt::immediate, true);
  socket.set(zmq::sockopt::reconnect_ivl, reconnect_ms);
  socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_max_ms);
  socket.set(zmq::sockopt::sndhwm, queue);
  socket.set(zmq::sockopt::rcvhwm, queue);
}

}  // namespace

void set_router_options(zmq::socket_t& socket, const std::string& host, std::uint32_t suspect_ms) {
  set_common(socket, host);
  set_heartbeat(socket, suspect_ms);
  socket.set(zmq::sockopt::router_mandatory, true);  // a reply that cannot be routed is an error, not a silence
  socket.set(zmq::sockopt::router_handover, true);   // a restarted peer is not locked out by its own ghost
  socket.set(zmq::sockopt::sndhwm, reply_queue);
  socket.set(zmq::sockopt::rcvhwm, request_queue);
  socket.set(zmq::sockopt::backlog, 1024);
}

void set_peer_options(zmq::socket_t& socket, const std::string& host, const std::string& identity,
                      std::uint32_t suspect_ms) {
  set_dealer(socket, host, peer_queue);
  set_heartbeat(socket, suspect_ms);
  socket.set(zmq::sockopt::routing_id, identity);
}

void set_client_options(zmq::socket_t& socket, const std::string& host) {
  set_dealer(socket, host, client_queue);
  set_heartbeat(socket, client_suspect_ms);
}

std::string address(const std::string& host, std::uint16_t port) {
  const bool bare_v6 = is_v6(host) && host.front() != '[';
  return "tcp://" + (bare_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

}  // namespace kin::transport
