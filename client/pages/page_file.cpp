#include "client/pages/page_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace kin {

tl::expected<void, std::string> write_page(const std::string& path, const std::string& text) {
  const auto because = [&](int error) { return tl::unexpected(path + " cannot be written: " + std::strerror(error)); };
  std::error_code error;
  // What is no plain file, such as /dev/stdout, cannot be replaced by another one.
  const bool replace = !std::filesystem::exists(path, error) || std::filesystem::is_regular_file(path, error);
  const std::string written = replace ? path + ".new-" + std::to_string(getpid()) : path;
  std::ofstream file(written, std::ios::binary);
  if (!file) return because(errno);
  file << text;
  file.close();
  if (!file) {
    const int reason = errno;
    if (replace) std::filesystem::remove(written, error);
    return because(reason);
  }
  if (!replace) return {};
  std::filesystem::rename(written, path, error);
  if (!error) return {};
  const int reason = error.value();
  std::filesystem::remove(written, error);
  return because(reason);
}

}  // namespace kin
