#include "driver/cluster/free_ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kin::driver {

namespace {

// A socket bound to a port of the loopback interface; 0 takes any.
class BoundSocket {
 public:
  explicit BoundSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // As a server does: a port of which only ended connections are left counts as free.
    const int yes = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (fd_ >= 0 && ::bind(fd_, generic, size) == 0 && ::getsockname(fd_, generic, &size) == 0)
      port_ = ntohs(address.sin_port);
  }
  ~BoundSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  BoundSocket(BoundSocket&& other) noexcept : fd_(other.fd_), port_(other.port_) { other.fd_ = -1; }
  BoundSocket& operator=(BoundSocket&&) = delete;

  std::uint16_t port() const { return port_; }  // 0: not bound

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace

tl::expected<std::vector<std::uint16_t>, std::string> free_ports(std::size_t count) {
  std::vector<BoundSocket> held;  // all at once, so that they differ
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) {
    held.emplace_back(std::uint16_t{0});
    if (held.back().port() == 0)
      return tl::unexpected(std::string("no free port on 127.0.0.1: ") + std::strerror(errno));
    ports.push_back(held.back().port());
  }
  return ports;
}

bool is_free(std::uint16_t port) { return BoundSocket(port).port() != 0; }

}  // namespace kin::driver
