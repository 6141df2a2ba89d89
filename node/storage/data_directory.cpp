#include "node/storage/data_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view format_word = "kin data ";
constexpr int format = 3;
constexpr int oldest_format = 2;  // of those that are read: what format 3 has besides, it does not need

std::string head_of(int which) { return std::string(format_word) + std::to_string(which); }

std::string identity_of(const std::string& cluster, const std::string& node) {
  return head_of(format) + '\n' + cluster + '\n' + node + '\n';
}

StorageError cannot(const std::string& what, const std::string& path) {
  return {false, "cannot " + what + ' ' + path + ": " + std::strerror(errno)};
}

tl::expected<void, StorageError> sync_path(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(cannot("open", path));
  const bool synced = fsync(fd) == 0;
  const StorageError error = cannot("sync", path);
  close(fd);
  if (!synced) return tl::unexpected(error);
  return {};
}

tl::expected<void, StorageError> write_identity(const std::string& directory, const std::string& text) {
  const std::string path = directory + "/IDENTITY";
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return tl::unexpected(cannot("write", fresh));
  if (auto ok = sync_path(fresh, O_RDONLY); !ok) return ok;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return tl::unexpected(cannot("rename", fresh));
  return sync_path(directory, O_RDONLY | O_DIRECTORY);
}

tl::expected<void, StorageError> check_identity(const std::string& path, const std::string& text,
                                                const std::string& cluster, const std::string& node) {
  std::istringstream lines(text);
  std::string head, its_cluster, its_node;
  if (!std::getline(lines, head) || !std::getline(lines, its_cluster) || !std::getline(lines, its_node) ||
      !head.starts_with(format_word)) {
    return tl::unexpected(StorageError{true, path + " is damaged: it does not say whose data this is"});
  }
  if (head != head_of(format) && head != head_of(oldest_format)) {
    const bool earlier = head == head_of(1);
    return tl::unexpected(StorageError{
        false, path + " is of a format that this program does not know (" + head + "): it was written by " +
                   (earlier ? "an earlier version, which still reads it. With this one the node begins with an empty "
                              "data directory, and takes all that the other nodes have"
                            : "a newer version")});
  }
  if (its_cluster != cluster || its_node != node) {
    return tl::unexpected(StorageError{false, path + " says that this data belongs to " + its_node + " of cluster " +
                                                  its_cluster + ", not to " + node + " of cluster " + cluster});
  }
  return {};
}

bool has_files(const std::string& store, std::string_view extension) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(store, ec)) {
    if (entry.path().extension() == extension) return true;
  }
  return false;
}

}  // namespace

tl::expected<std::unique_ptr<LevelDbStore>, StorageError> open_data_directory(const std::string& directory,
                                                                              const std::string& cluster,
                                                                              const std::string& node,
                                                                              Durability durability) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec) return tl::unexpected(StorageError{false, "cannot make " + directory + ": " + ec.message()});
  const std::string path = directory + "/IDENTITY";
  const std::string store = directory + "/db";
  const std::string identity = identity_of(cluster, node);
  const bool has_store = fs::exists(store + "/CURRENT", ec);
  if (fs::exists(path, ec)) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return tl::unexpected(cannot("read", path));
    if (auto ok = check_identity(path, text.str(), cluster, node); !ok) return tl::unexpected(ok.error());
    if (!has_store) {
      return tl::unexpected(StorageError{true, "the store in " + directory + " is gone: " + store +
                                                   "/CURRENT is missing. The data directory is damaged"});
    }
    // LevelDB itself opens without a word when its log is gone.
    if (!has_files(store, ".log")) {
      return tl::unexpected(StorageError{true, store + " has no log. The data directory is damaged"});
    }
    auto opened = LevelDbStore::open(store, {durability, false, nullptr});
    if (!opened || text.str() == identity) return opened;
    // Before anything is written that the program of the earlier format would not understand.
    if (auto ok = write_identity(directory, identity); !ok) return tl::unexpected(ok.error());
    return opened;
  }
  // LevelDB makes its CURRENT last. Tables without it were a store once; other files are of a start that got nowhere.
  if (!has_store && has_files(store, ".ldb")) {
    return tl::unexpected(StorageError{true, store + " has tables and no CURRENT. The data directory is damaged"});
  }
  if (!has_store) fs::remove_all(store, ec);
  return LevelDbStore::open(store, {durability, !has_store, nullptr});
}

tl::expected<void, StorageError> claim_data_directory(const std::string& directory, const std::string& cluster,
                                                      const std::string& node) {
  std::error_code ec;
  if (fs::exists(directory + "/IDENTITY", ec)) return {};
  return write_identity(directory, identity_of(cluster, node));
}

tl::expected<std::string, StorageError> set_aside(const std::string& directory) {
  std::string plain = directory;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  for (int n = 1;; ++n) {
    const std::string target = plain + ".damaged-" + std::to_string(n);
    std::error_code ec;
    if (fs::exists(target, ec)) continue;
    if (std::rename(plain.c_str(), target.c_str()) != 0) return tl::unexpected(cannot("rename", plain));
    return target;
  }
}

}  // namespace kin
