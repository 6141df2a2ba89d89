// Every option of every socket, in one place. docs/wire-protocol.md promises the limits.
#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

namespace kin::transport {

// All of them take the host that the socket is for. IPv6 is only switched on for an IPv6 address: a name such as
// localhost would else mean ::1 to one program and 127.0.0.1 to another.

// The node's own ROUTER.
void set_router_options(zmq::socket_t& socket, const std::string& host, std::uint32_t suspect_ms);

// A node's DEALER to one peer. `identity` tells the peer's ROUTER who it is.
void set_peer_options(zmq::socket_t& socket, const std::string& host, const std::string& identity,
                      std::uint32_t suspect_ms);

// A client's DEALER to one node.
void set_client_options(zmq::socket_t& socket, const std::string& host);

// tcp://host:port, with brackets around an IPv6 address.
std::string address(const std::string& host, std::uint16_t port);

}  // namespace kin::transport
