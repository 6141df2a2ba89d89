// The disk: appends of 4 KiB to a file, each followed by fdatasync.
//
//   fsync_limit DIR SECONDS
#include <fcntl.h>

#include "common.hpp"

int main(int argc, char** argv) {
  bare::require_words(argc, 2, "fsync_limit DIR SECONDS");
  const std::string file = std::string(argv[1]) + "/fsync_limit.data", block = bare::random_bytes(4096);
  const double seconds = std::atof(argv[2]);
  const int fd = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  std::vector<double> latencies;
  const double begin = bare::now();
  double at = begin;
  while (at - begin < seconds) {
    const double since = at;
    if (::write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) || ::fdatasync(fd) != 0) {
      std::perror(file.c_str());
      return 1;
    }
    at = bare::now();
    latencies.push_back(at - since);
  }
  ::close(fd);
  ::unlink(file.c_str());
  bare::print_result(static_cast<double>(latencies.size()) / (at - begin), latencies);
}
