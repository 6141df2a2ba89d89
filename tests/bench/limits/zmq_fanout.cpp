// The bare shape of a replicated write: client, coordinator, the other nodes, their acknowledgements, the reply. Every
// node is a process with one ROUTER and a DEALER to each peer; msgpack on the wire; each node puts what one turn took
// in into LevelDB as one batch before it acknowledges.
//
//   zmq_fanout NODES W DEPTH SECONDS DIR synced|unsynced
//
// The coordinator replies at W acknowledgements, its own included. What a turn has for one peer is one message. No
// clocks are compared, there is no membership, nothing is sent again: it is something to compare with, and no upper
// bound.
#include <leveldb/db.h>
#include <leveldb/write_batch.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "common.hpp"
#include "message.hpp"

namespace {

constexpr int most_a_turn = 512;

enum Op : std::uint8_t { put = 1, copy, acknowledgement, reply };

// What waits for one destination: all of it is one message.
class Outbox {
 public:
  void add(const bare::Request& request) { msgpack::pack(waiting_, request); }
  void flush(zmq::socket_t& socket, const std::string* to = nullptr) {
    if (waiting_.size() == 0) return;
    if (to != nullptr) socket.send(zmq::buffer(*to), zmq::send_flags::sndmore);
    socket.send(zmq::buffer(waiting_.data(), waiting_.size()), zmq::send_flags::none);
    waiting_.clear();
  }

 private:
  msgpack::sbuffer waiting_;
};

struct Shape {
  std::vector<std::string> addresses;  // of the nodes; the first one coordinates
  std::size_t w = 1;
  std::string dir;
  bool synced = false;
};

class Node {
 public:
  Node(const Shape& shape, std::size_t me)
      : shape_(shape), router_(bare::open_socket(context_, zmq::socket_type::router)) {
    router_.bind(shape.addresses[me]);
    for (std::size_t i = 1; me == 0 && i < shape.addresses.size(); ++i) {
      peers_.push_back(bare::open_socket(context_, zmq::socket_type::dealer));
      peers_.back().connect(shape.addresses[i]);
    }
    to_peers_.resize(peers_.size());
    leveldb::Options options;
    options.create_if_missing = true;
    leveldb::DB* opened = nullptr;
    const auto status = leveldb::DB::Open(options, shape.dir + "/node" + std::to_string(me), &opened);
    if (!status.ok()) stop(status);
    db_.reset(opened);
  }

  void run() {
    std::vector<zmq::pollitem_t> items{{router_.handle(), 0, ZMQ_POLLIN, 0}};
    for (auto& peer : peers_) items.push_back({peer.handle(), 0, ZMQ_POLLIN, 0});
    while (true) {
      zmq::poll(items, std::chrono::milliseconds(-1));
      turn();
    }
  }

 private:
  struct Pending {
    std::string client;
    std::size_t acknowledged = 0;
  };

  [[noreturn]] static void stop(const leveldb::Status& status) {
    std::fprintf(stderr, "zmq_fanout: %s\n", status.ToString().c_str());
    ::_exit(1);
  }

  void turn() {
    leveldb::WriteBatch batch;
    std::vector<std::uint64_t> acknowledged;
    zmq::message_t from, body;
    bool wrote = false;
    for (int i = 0; i < most_a_turn && router_.recv(from, zmq::recv_flags::dontwait); ++i) {
      (void)router_.recv(body);
      for (bare::Request& request : bare::unpack_all(body)) {
        wrote = true;
        batch.Put(request.key, request.value);
        if (request.op == put) {
          pending_[request.id] = {from.to_string(), 0};
          acknowledged.push_back(request.id);
          request.op = copy;
          for (Outbox& out : to_peers_) out.add(request);
        } else {
          replies_[from.to_string()].add({acknowledgement, request.id, "", "", {}});
        }
      }
    }
    for (std::size_t i = 0; i < peers_.size(); ++i) to_peers_[i].flush(peers_[i]);
    leveldb::WriteOptions options;
    options.sync = shape_.synced;
    if (wrote) {  // while the peers do the same
      if (const auto status = db_->Write(options, &batch); !status.ok()) stop(status);
    }
    for (auto& peer : peers_) {
      for (int i = 0; i < most_a_turn && peer.recv(body, zmq::recv_flags::dontwait); ++i) {
        for (const bare::Request& request : bare::unpack_all(body)) acknowledged.push_back(request.id);
      }
    }
    for (const std::uint64_t id : acknowledged) count(id);
    for (auto& [to, out] : replies_) out.flush(router_, &to);
  }

  void count(std::uint64_t id) {
    Pending& write = pending_.at(id);
    ++write.acknowledged;
    if (write.acknowledged == shape_.w) replies_[write.client].add({reply, id, "", "", {}});
    if (write.acknowledged == shape_.addresses.size()) pending_.erase(id);
  }

  const Shape& shape_;
  zmq::context_t context_{1};
  zmq::socket_t router_;
  std::vector<zmq::socket_t> peers_;
  std::vector<Outbox> to_peers_;
  std::unordered_map<std::string, Outbox> replies_;
  std::unordered_map<std::uint64_t, Pending> pending_;
  std::unique_ptr<leveldb::DB> db_;
};

// The latencies of what was answered in these seconds, with `depth` in flight.
std::vector<double> load(const std::string& coordinator, std::size_t depth, double seconds) {
  zmq::context_t context(1);
  zmq::socket_t socket = bare::open_socket(context, zmq::socket_type::dealer);
  socket.connect(coordinator);
  const std::string value = bare::random_bytes(100);
  const double begin = bare::now() + 0.5, end = begin + seconds;  // connected and warm
  std::unordered_map<std::uint64_t, double> sent;
  std::vector<double> latencies;
  std::uint64_t next = 0;
  Outbox out;
  for (double at = 0; at < end;) {
    while (sent.size() < depth) {
      sent[++next] = bare::now();
      out.add({put, next, bare::key_of(bare::dice()() % 100'000), value, {{"node-0", next}}});
    }
    out.flush(socket);
    zmq::message_t message;
    (void)socket.recv(message);
    do {
      at = bare::now();
      for (const bare::Request& one : bare::unpack_all(message)) {
        const auto found = sent.find(one.id);
        if (at >= begin && at < end) latencies.push_back(at - found->second);
        sent.erase(found);
      }
    } while (socket.recv(message, zmq::recv_flags::dontwait));
  }
  return latencies;
}

}  // namespace

int main(int argc, char** argv) {
  bare::require_words(argc, 6, "zmq_fanout NODES W DEPTH SECONDS DIR synced|unsynced");
  Shape shape;
  const std::size_t nodes = std::clamp(std::strtoul(argv[1], nullptr, 10), 1ul, 9ul);
  shape.w = std::strtoul(argv[2], nullptr, 10);
  shape.dir = std::string(argv[5]) + "/zmq_fanout";
  shape.synced = std::string(argv[6]) == "synced";
  for (std::size_t i = 0; i < nodes; ++i) shape.addresses.push_back(bare::free_address());
  std::filesystem::remove_all(shape.dir);
  std::filesystem::create_directories(shape.dir);
  std::vector<pid_t> children;
  for (std::size_t i = 0; i < nodes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) Node(shape, i).run();
    children.push_back(child);
  }
  const double seconds = std::atof(argv[4]);
  auto latencies = load(shape.addresses.front(), std::strtoul(argv[3], nullptr, 10), seconds);
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  std::filesystem::remove_all(shape.dir);
  bare::print_result(static_cast<double>(latencies.size()) / seconds, latencies);
}
