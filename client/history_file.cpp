#include "client/history_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

#include "client/identity.hpp"
#include "client/json_bytes.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

std::string token_of(const std::string& context) {
  std::string digest(16, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     reinterpret_cast<const unsigned char*>(context.data()), context.size(), nullptr, 0);
  return to_hex(digest);
}

Json list(const std::vector<std::string>& values) {
  Json array = Json::array();
  for (const std::string& value : values) array.push_back(bytes_to_json(value));
  return array;
}

Json context_of(const HistoryEvent& event) {
  switch (event.seen) {
    case wire::Seen::nothing: return nullptr;
    case wire::Seen::context: return event.context_of;
    case wire::Seen::implied:
    case wire::Seen::overwrite: return "implied";
  }
  return nullptr;
}

}  // namespace

const char* outcome_word(Applied applied) {
  switch (applied) {
    case Applied::no: return "fail";
    case Applied::yes: return "ok";
    case Applied::unknown: return "unknown";
  }
  return "unknown";
}

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

void record(HistoryEvent& event, const wire::ReadReply& reply, std::uint64_t end_ns) {
  event.end_ns = end_ns;
  event.node = reply.node;
  event.context = reply.context;
  event.applied = Applied::yes;
  event.values.emplace();
  for (const wire::ShownSibling& sibling : reply.siblings) event.values->push_back(sibling.value);
}

void record(HistoryEvent& event, const wire::WriteReply& reply, std::uint64_t end_ns) {
  event.end_ns = end_ns;
  event.node = reply.node;
  event.context = reply.context;
  event.applied = Applied::yes;
  for (const wire::Replaced& old : reply.replaced) {
    if (old.value) event.replaced.push_back(*old.value);
  }
}

void record(HistoryEvent& event, const Failure& failure, std::uint64_t end_ns) {
  event.node = failure.node;
  event.applied = failure.applied;
  // What the client itself says of a request that was sent means that no reply came.
  if (!failure.node.empty() || failure.applied == Applied::no) event.end_ns = end_ns;
}

std::string history_line(const HistoryEvent& event) {
  Json line{{"id", event.id}, {"op", event.op}, {"key", bytes_to_json(event.key)}};
  if (event.op == "get" || event.op == "final") {
    line["values"] = event.values ? list(*event.values) : Json(nullptr);
    line["context"] = nullptr;
  } else {
    line["value"] = event.value ? bytes_to_json(*event.value) : Json(nullptr);
    line["context"] = context_of(event);
  }
  line["replaced"] = event.sent_again ? Json(nullptr) : list(event.replaced);
  line["node"] = event.node.empty() ? Json(nullptr) : Json(event.node);
  line["start_ns"] = event.start_ns;
  line["end_ns"] = event.end_ns ? Json(*event.end_ns) : Json(nullptr);
  line["outcome"] = outcome_word(event.applied);
  line["client"] = event.client;
  line["bucket"] = bytes_to_json(event.bucket);
  if (event.sent_again) line["sent_again"] = true;
  if (!event.session.empty()) line["session"] = bytes_to_json(event.session);
  if (!event.context.empty()) line["token"] = token_of(event.context);
  return json_line(line) + '\n';
}

std::string operation_that_gave(const std::string& context, std::istream& history) {
  const std::string token = token_of(context);
  std::string id = "outside:" + token;
  for (std::string line; std::getline(history, line);) {
    if (line.find(token) == std::string::npos) continue;  // parsing is dear, and almost no line has it
    const Json event = Json::parse(line, nullptr, false);
    if (event.is_object() && event.value("token", Json()) == token && event.contains("id") && event["id"].is_string()) {
      id = event["id"].get<std::string>();
    }
  }
  return id;
}

tl::expected<HistoryFile, std::string> HistoryFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return tl::unexpected("the history " + path + " cannot be opened: " + std::strerror(errno));
  return HistoryFile(path, fd);
}

HistoryFile::HistoryFile(HistoryFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

HistoryFile::~HistoryFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string HistoryFile::operation_that_gave(const std::string& context) const {
  std::ifstream in(path_, std::ios::binary);
  return kin::operation_that_gave(context, in);
}

tl::expected<void, std::string> HistoryFile::append(const HistoryEvent& event) {
  return append_line(history_line(event));
}

tl::expected<void, std::string> HistoryFile::append(const RegisterEvent& event) {
  return append_line(history_line(event));
}

tl::expected<void, std::string> HistoryFile::append_line(const std::string& line) {
  ssize_t n = 0;
  do {
    n = ::write(fd_, line.data(), line.size());
  } while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(line.size())) return {};
  const std::string reason = n < 0 ? std::strerror(errno) : "the line was cut";
  return tl::unexpected("the history " + path_ + " could not be appended to: " + reason);
}

}  // namespace kin
