// A disk that fails or is slow when it is told so, for one process: preloaded (LD_PRELOAD), it stands between the
// process and fdatasync, fsync, write and mmap, for files below a folder `data` only.
//
// KIN_DISK_FAULTS names a file. While it is there, its one line says what happens:
//   sync MS       every sync takes so many milliseconds longer
//   sync EIO      the next sync fails, and the file is removed; so with `write EIO` and `map EIO`
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

bool is_data(int fd) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  return readlink(link.data(), path.data(), path.size() - 1) > 0 && std::strstr(path.data(), "/data/") != nullptr;
}

// True: the call shall fail. It has already been slow where it shall be slow.
bool strikes(const char* what, int fd) {
  const char* file = std::getenv("KIN_DISK_FAULTS");
  if (file == nullptr || access(file, F_OK) != 0 || !is_data(fd)) return false;
  std::array<char, 32> line{}, call{}, how{};
  const int in = open(file, O_RDONLY | O_CLOEXEC);
  if (in < 0) return false;
  const bool is_read = read(in, line.data(), line.size() - 1) > 0;
  close(in);
  if (!is_read || std::sscanf(line.data(), "%31s %31s", call.data(), how.data()) != 2) return false;
  if (std::strcmp(call.data(), what) != 0) return false;
  if (std::strcmp(how.data(), "EIO") == 0) return unlink(file) == 0;  // of several threads it strikes one
  const long ms = std::strtol(how.data(), nullptr, 10);
  const timespec longer{ms / 1000, ms % 1000 * 1'000'000};
  nanosleep(&longer, nullptr);
  return false;
}

template <class Call>
Call real(const char* name) {
  return reinterpret_cast<Call>(dlsym(RTLD_NEXT, name));
}

int fails() {
  errno = EIO;
  return -1;
}

}  // namespace

extern "C" {

int fdatasync(int fd) {
  static const auto next = real<int (*)(int)>("fdatasync");
  return strikes("sync", fd) ? fails() : next(fd);
}

int fsync(int fd) {
  static const auto next = real<int (*)(int)>("fsync");
  return strikes("sync", fd) ? fails() : next(fd);
}

ssize_t write(int fd, const void* data, size_t size) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  return strikes("write", fd) ? fails() : next(fd, data, size);
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  static const auto next = real<void* (*)(void*, size_t, int, int, int, off_t)>("mmap");
  if (fd < 0 || !strikes("map", fd)) return next(at, size, protection, flags, fd, offset);
  fails();
  return MAP_FAILED;
}

}  // extern "C"
