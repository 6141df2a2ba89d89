#include "client/session_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
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

}  // namespace

tl::expected<SessionFile, std::string> SessionFile::load(const std::string& path) {
  SessionFile session(path);
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return session;
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

tl::expected<void, std::string> SessionFile::save() const {
  Json contexts = Json::array();
  for (const auto& [where, context] : session_.contexts()) {
    contexts.push_back(
        {{"bucket", bytes_to_json(where.first)}, {"key", bytes_to_json(where.second)}, {"context", context}});
  }
  Json all{{"format", format_name}, {"contexts", std::move(contexts)}};
  if (!session_.seen().empty()) all["seen"] = session_.seen();
  const std::string text = json_line(all) + '\n';
  // A name of its own for each writer: two of them never write into one file.
  const std::string fresh = path_ + '.' + to_hex(new_operation_id()) + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write_all(fd, text) && ::fsync(fd) == 0;
  const std::string reason = written ? "" : why();
  if (fd >= 0) ::close(fd);
  if (written && ::rename(fresh.c_str(), path_.c_str()) == 0) return {};
  const std::string message = "the session file " + path_ + " cannot be written: " + (reason.empty() ? why() : reason);
  if (fd >= 0) ::unlink(fresh.c_str());
  return tl::unexpected(message);
}

}  // namespace kin
