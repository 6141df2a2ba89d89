// ZeroMQ, and the only folder that includes it. All socket options are set in one place (socket_options.cpp).
//
// A node has one ROUTER, which clients and peers connect to, and one DEALER to each peer. What a node says to a
// peer goes through its DEALER; what the peer answers comes through the peer's own. A client has one DEALER to
// each endpoint that it uses. Everything may be dropped on the way; whoever needs an answer asks again.
//
// One object belongs to one thread, and so do its callbacks. Nothing here throws to the caller after construction.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace kin {

// Who sent a message to the ROUTER; needed to answer. Opaque bytes, valid while the connection lives.
using RouterIdentity = std::string;

struct TransportCounters {
  std::uint64_t received = 0, sent = 0;
  std::uint64_t received_bytes = 0, sent_bytes = 0;
  std::uint64_t dropped_peer = 0;    // no connection to the peer, or its queue was full
  std::uint64_t dropped_client = 0;  // the client was gone, or did not read its replies
  std::uint64_t malformed = 0;       // messages of more than one frame
};

class NodeTransport {
 public:
  // Binds to host:port ("tcp://host:port"; port 0 takes a free one). `self` becomes the identity of the
  // DEALERs: 1 to 255 bytes, the first not zero, different in every process of the cluster.
  // suspect_ms: a peer that says nothing for so long is disconnected.
  // Error: a sentence such as "127.0.0.1:7001 is in use by another program".
  static tl::expected<std::unique_ptr<NodeTransport>, std::string> bind(const std::string& host, std::uint16_t port,
                                                                        const std::string& self,
                                                                        std::uint32_t suspect_ms);
  virtual ~NodeTransport() = default;

  virtual std::uint16_t port() const = 0;  // the one that is bound

  // Connects in the background, anew where there was a connection to `id`. An address that cannot be reached is a peer
  // that is never there.
  virtual void connect_peer(const std::string& id, const std::string& host, std::uint16_t port) = 0;

  // Waits until something is there, at most timeout_ms, or until wake(). Returns false when a signal broke it off. To
  // be called again and again: it also takes what happened to the connections, which else would pile up.
  virtual bool wait(int timeout_ms) = 0;
  // Takes one message that is there, without waiting; false when there is none. `frame` is replaced.
  virtual bool receive(RouterIdentity& from, std::string& frame) = 0;
  // Never blocks. False: not sent, and counted.
  virtual bool send_to_peer(const std::string& id, std::string_view frame) = 0;
  virtual bool send_to_client(const RouterIdentity& to, std::string_view frame) = 0;

  // True while the last thing that wait() heard of the connection to this peer is that its handshake succeeded.
  virtual bool connected(const std::string& id) const = 0;
  virtual const TransportCounters& counters() const = 0;

  // From any thread or signal handler: ends a wait() that is under way or the next one.
  virtual void wake() = 0;
};

class ClientTransport {
 public:
  // Connects in the background; nothing is sent before the handshake has succeeded.
  static std::unique_ptr<ClientTransport> connect(const std::string& host, std::uint16_t port);
  virtual ~ClientTransport() = default;

  // True when a message can be sent now: connected, and the queue is not full. Waits at most timeout_ms.
  virtual bool writable(int timeout_ms) = 0;
  // Never blocks. False: not sent.
  virtual bool send(std::string_view frame) = 0;
  // One message, waiting at most timeout_ms; false when none came. `frame` is replaced then only. Messages of more than
  // one frame are dropped. Neither this nor writable() ends early because of a signal.
  virtual bool receive(std::string& frame, int timeout_ms) = 0;
  // A file descriptor that becomes readable when something may have happened (ZMQ_FD), for a caller's own poll.
  virtual int fd() const = 0;
};

}  // namespace kin
