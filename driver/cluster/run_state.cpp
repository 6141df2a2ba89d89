#include "driver/cluster/run_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

namespace kin::driver {

using nlohmann::json;

namespace {

std::string path_in(const std::string& dir) { return dir + "/driver.json"; }

json print(const ProcessId& process) {
  return {{"pid", process.pid}, {"start_ticks", process.start_ticks}, {"boot", process.boot}};
}

ProcessId parse(const json& process) {
  return {process.at("pid").get<pid_t>(), process.at("start_ticks").get<std::uint64_t>(),
          process.at("boot").get<std::string>()};
}

}  // namespace

NodeProcess* RunState::find(const std::string& id) {
  for (NodeProcess& node : nodes)
    if (node.id == id) return &node;
  return nullptr;
}

tl::expected<std::optional<RunState>, std::string> load_run_state(const std::string& dir) {
  const std::string path = path_in(dir);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::optional<RunState>();
  std::ifstream file(path);
  RunState state;
  try {
    const json all = json::parse(file);
    for (const json& node : all.at("nodes"))
      state.nodes.push_back({node.at("id").get<std::string>(), parse(node.at("process"))});
    if (!all.at("owner").is_null()) state.owner = parse(all.at("owner"));
  } catch (const json::exception& damage) {
    return tl::unexpected(path + " cannot be read: " + damage.what());
  }
  return std::optional<RunState>(std::move(state));
}

tl::expected<void, std::string> save_run_state(const std::string& dir, const RunState& state) {
  json all{{"nodes", json::array()}, {"owner", nullptr}};
  for (const NodeProcess& node : state.nodes)
    all["nodes"].push_back({{"id", node.id}, {"process", print(node.process)}});
  if (state.owner) all["owner"] = print(*state.owner);
  const std::string path = path_in(dir), fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << all.dump(2) << '\n';
    file.flush();
    if (!file) return tl::unexpected(fresh + " cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(fresh, path, error);
  if (error) return tl::unexpected(path + " cannot be written: " + error.message());
  return {};
}

void forget_run_state(const std::string& dir) {
  std::error_code error;
  std::filesystem::remove(path_in(dir), error);
}

tl::expected<RunLock, std::string> RunLock::take(const std::string& dir) {
  constexpr std::chrono::seconds longest{5};
  const std::string path = dir + "/driver.lock";
  RunLock lock;
  lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.fd_ < 0) return tl::unexpected(path + " cannot be opened: " + std::strerror(errno));
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return tl::unexpected(path + ": " + std::strerror(errno));
    if (std::chrono::steady_clock::now() >= deadline)
      return tl::unexpected("another kin-driver is at work in " + dir + "; wait for it, or give another --dir");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace kin::driver
