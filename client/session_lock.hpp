// Whoever changes a session file holds this from its reading to its replacing: an flock on the file PATH.lock, since
// the session file itself is another one after each change. The lock file is empty, and stays.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace kin {

class SessionLock {
 public:
  // Waits until nobody else holds it. Error: a sentence.
  static tl::expected<SessionLock, std::string> take(const std::string& session_path);
  SessionLock(SessionLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SessionLock& operator=(SessionLock&&) = delete;
  ~SessionLock();

 private:
  explicit SessionLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace kin
