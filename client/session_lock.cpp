#include "client/session_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kin {

tl::expected<SessionLock, std::string> SessionLock::take(const std::string& session_path) {
  const std::string path = session_path + ".lock";
  const auto failed = [&] {
    return tl::unexpected("the session file " + session_path + " cannot be written: its lock " + path +
                          " cannot be taken: " + std::strerror(errno));
  };
  SessionLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) return failed();
  while (::flock(lock.fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return failed();
  }
  return lock;
}

SessionLock::~SessionLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace kin
