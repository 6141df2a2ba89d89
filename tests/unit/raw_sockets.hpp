// Sockets without kin's options, for the part of a stranger.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kin::test {

// A TCP connection to 127.0.0.1.
class Stream {
 public:
  explicit Stream(std::uint16_t port);
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;

  void write(const std::string& bytes);
  // True once the other side has closed it; takes what it said before.
  bool closed();

 private:
  int fd_;
};

// A TCP listener on a free port of 127.0.0.1.
class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }
  // Takes one connection and keeps it open; false when none came in time.
  bool accept_one(int timeout_ms);
  // On the connection that was taken last: says what a ROUTER says first. What the other side sends stays unread.
  void shake_hands();
  // Closes those that were taken.
  void close_accepted();

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::vector<int> accepted_;
};

// A DEALER connected to 127.0.0.1, which sends messages of any size and number of frames.
class Dealer {
 public:
  explicit Dealer(std::uint16_t port);
  ~Dealer();

  void send(const std::vector<std::string>& frames);
  // False when there is no connection now.
  bool try_send(const std::string& frame);

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

// A ROUTER on a free port of 127.0.0.1.
class Router {
 public:
  Router();
  ~Router();

  std::uint16_t port() const;
  // Waits for a message and returns who sent it.
  std::string receive();
  void send(const std::vector<std::string>& frames);

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace kin::test
