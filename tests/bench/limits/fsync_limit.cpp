// The disk: appends of 4 KiB each followed by fdatasync, then into a preallocated file.
// fsync_limit DIR [SECONDS=3]
#include <fcntl.h>
#include <unistd.h>

#include "common.hpp"

int main(int argc, char** argv) {
  if (argc < 2) return fprintf(stderr, "fsync_limit DIR [SECONDS]\n"), 2;
  std::string file = std::string(argv[1]) + "/fsync_limit.dat", block = random_bytes(4096);
  double seconds = std::min(20.0, argc > 2 ? atof(argv[2]) : 3.0);
  for (bool prealloc : {false, true}) {
    int fd = open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
    size_t room = prealloc ? 8192 : SIZE_MAX;
    if (prealloc) {
      for (size_t i = 0; i < room; i++)
        if (write(fd, block.data(), block.size()) < 0) return 1;
      fsync(fd);
      lseek(fd, 0, SEEK_SET);
    }
    std::vector<double> lat;
    double t0 = now(), t = t0;
    while (t - t0 < seconds && lat.size() < room) {
      double s = now();
      if (write(fd, block.data(), block.size()) < 0) return 1;
      fdatasync(fd);
      t = now();
      lat.push_back(t - s);
    }
    size_t n = lat.size();
    printf("4 KiB %-22s + fdatasync | %7.0f /s | p50 %7.1f us p99 %8.1f us max %8.1f us\n",
           prealloc ? "overwrite (prealloc)" : "append", double(n) / (t - t0), 1e6 * percentile(lat, .5),
           1e6 * percentile(lat, .99), 1e6 * percentile(lat, 1));
    close(fd);
    unlink(file.c_str());
  }
}
