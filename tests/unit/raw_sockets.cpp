#include "tests/unit/raw_sockets.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <utility>
#include <zmq.hpp>

namespace kin::test {
namespace {

constexpr int longest_ms = 20'000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void send_all(zmq::socket_t& socket, const std::vector<std::string>& frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto flags = i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
    REQUIRE(socket.send(zmq::buffer(frames[i]), flags).has_value());
  }
}

}  // namespace

Stream::Stream(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(port);
  REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

Stream::~Stream() {
  if (fd_ >= 0) ::close(fd_);
}

Stream::Stream(Stream&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

void Stream::write(const std::string& bytes) {
  // The other side may hang up in the middle, which is its good right.
  (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

bool Stream::closed() {
  char bytes[4096];
  ssize_t got = 1;
  while (got > 0) got = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
  return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

Listener::Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(fd_, any, size) == 0);
  REQUIRE(::listen(fd_, 128) == 0);
  REQUIRE(::getsockname(fd_, any, &size) == 0);
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() {
  close_accepted();
  ::close(fd_);
}

bool Listener::accept_one(int timeout_ms) {
  pollfd item{fd_, POLLIN, 0};
  if (::poll(&item, 1, timeout_ms) <= 0) return false;
  const int accepted = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted >= 0) accepted_.push_back(accepted);
  return accepted >= 0;
}

void Listener::shake_hands() {
  // ZMTP 3.0: signature, version, mechanism, as-server and filler; then the command READY.
  std::string words("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16);
  words.resize(64, '\0');
  words += std::string("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER", 30);
  REQUIRE(::send(accepted_.back(), words.data(), words.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(words.size()));
}

void Listener::close_accepted() {
  for (const int fd : std::exchange(accepted_, {})) ::close(fd);
}

struct Dealer::Sockets {
  zmq::context_t context{1};
  zmq::socket_t dealer{context, zmq::socket_type::dealer};
};

Dealer::Dealer(std::uint16_t port) : sockets_(std::make_unique<Sockets>()) {
  sockets_->dealer.set(zmq::sockopt::linger, 0);
  sockets_->dealer.set(zmq::sockopt::immediate, true);
  sockets_->dealer.set(zmq::sockopt::sndtimeo, longest_ms);
  sockets_->dealer.connect("tcp://127.0.0.1:" + std::to_string(port));
}

Dealer::~Dealer() = default;

void Dealer::send(const std::vector<std::string>& frames) { send_all(sockets_->dealer, frames); }

bool Dealer::try_send(const std::string& frame) {
  return sockets_->dealer.send(zmq::buffer(frame), zmq::send_flags::dontwait).has_value();
}

struct Router::Sockets {
  zmq::context_t context{1};
  zmq::socket_t router{context, zmq::socket_type::router};
};

Router::Router() : sockets_(std::make_unique<Sockets>()) {
  sockets_->router.set(zmq::sockopt::linger, 0);
  sockets_->router.set(zmq::sockopt::rcvtimeo, longest_ms);
  sockets_->router.bind("tcp://127.0.0.1:*");
}

Router::~Router() = default;

std::uint16_t Router::port() const {
  const std::string bound = sockets_->router.get(zmq::sockopt::last_endpoint);
  return static_cast<std::uint16_t>(std::stoul(bound.substr(bound.rfind(':') + 1)));
}

std::string Router::receive() {
  zmq::message_t from, body;
  REQUIRE(sockets_->router.recv(from).has_value());
  REQUIRE(sockets_->router.recv(body).has_value());
  return from.to_string();
}

void Router::send(const std::vector<std::string>& frames) { send_all(sockets_->router, frames); }

}  // namespace kin::test
