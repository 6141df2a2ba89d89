// Every option of every socket, in one place. docs/wire-protocol.md promises the limits.
#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

namespace kin::transport {

// The node's own ROUTER.
void set_router_options(zmq::socket_t& socket, std::uint32_t suspect_ms);

// A node's DEALER to one peer. `identity` tells the peer's ROUTER who it is.
void set_peer_options(zmq::socket_t& socket, const std::string& identity, std::uint32_t suspect_ms);

// A client's DEALER to one node.
void set_client_options(zmq::socket_t& socket);

// tcp://host:port, with brackets around an IPv6 address.
std::string address(const std::string& host, std::uint16_t port);

}  // namespace kin::transport
