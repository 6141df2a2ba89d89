#include "client/session_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/identity.hpp"
#include "client/json_bytes.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format_name = "kin-session-1";

std::string why() { return std::strerror(errno); }

bool write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return true;
}

// Onto the disk, under a name of its own for each writer: two of them never write into one file. That name; error: why
// not, and no file is left.
tl::expected<std::string, std::string> write_beside(const std::string& path, const std::string& text) {
  const std::string fresh = path + '.' + to_hex(new_operation_id()) + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return tl::unexpected(why());
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const std::string reason = written ? "" : why();
  ::close(fd);
  if (written) return fresh;
  ::unlink(fresh.c_str());
  return tl::unexpected(reason);
}

std::string unwritable(const std::string& path, const std::string& reason) {
  return "the session file " + path + " cannot be written: " + reason;
}

}  // namespace

tl::expected<SessionFile, std::string> SessionFile::load(const std::string& path) {
  SessionFile session(path);
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return session;
  if (std::error_code error; !std::filesystem::is_regular_file(path, error) && !error) {
    return tl::unexpected("the session file " + path + " is no regular file; give another one");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(in.peek() == EOF || text << in.rdbuf())) {
    return tl::unexpected("the session file " + path + " cannot be read: " + why());
  }
  const auto damaged = tl::unexpected("the session file " + path +
                                      " is damaged. Nothing was done. Give another file, or delete it to forget what "
                                      "was seen");
  const Json root = Json::parse(text.str(), nullptr, false);
  if (!root.is_object() || root.value("format", Json()) != format_name || !root.contains("contexts")) return damaged;
  const Json& contexts = root["contexts"];
  if (!contexts.is_array()) return damaged;
  for (const Json& item : contexts) {
    if (!item.is_object() || !item.contains("bucket") || !item.contains("key") || !item.contains("context")) {
      return damaged;
    }
    const auto bucket = bytes_from_json(item["bucket"]);
    const auto key = bytes_from_json(item["key"]);
    if (!bucket || !key || !item["context"].is_string()) return damaged;
    session.session_.remember(*bucket, *key, item["context"].get<std::string>());
  }
  if (const Json seen = root.value("seen", Json(""));
      !seen.is_string() || !session.session_.join(seen.get<std::string>()))
    return damaged;
  return session;
}

std::string SessionFile::text() const {
  Json contexts = Json::array();
  for (const auto& [where, context] : session_.contexts()) {
    contexts.push_back(
        {{"bucket", bytes_to_json(where.first)}, {"key", bytes_to_json(where.second)}, {"context", context}});
  }
  Json all{{"format", format_name}, {"contexts", std::move(contexts)}};
  if (!session_.seen().empty()) all["seen"] = session_.seen();
  return json_line(all) + '\n';
}

tl::expected<void, std::string> SessionFile::can_be_saved() const {
  const auto fresh = write_beside(path_, text());
  if (!fresh) return tl::unexpected(unwritable(path_, fresh.error()));
  ::unlink(fresh->c_str());
  if (::access(path_.c_str(), F_OK) == 0 && !std::filesystem::is_regular_file(path_)) {
    return tl::unexpected(unwritable(path_, "it is no file"));
  }
  return {};
}

tl::expected<void, std::string> SessionFile::save() const {
  const auto fresh = write_beside(path_, text());
  if (!fresh) return tl::unexpected(unwritable(path_, fresh.error()));
  if (::rename(fresh->c_str(), path_.c_str()) == 0) return {};
  const std::string reason = why();
  ::unlink(fresh->c_str());
  return tl::unexpected(unwritable(path_, reason));
}

}  // namespace kin
