// The bare shape of a replicated write: client -> coordinator -> N-1 replicas -> acknowledgements
// -> reply, every node a process with one ROUTER and a DEALER to each peer, msgpack on the wire.
// zmq_fanout NODES W DEPTH SECONDS [COALESCE=0|1] [DB_DIR [SYNC=0|1]]
// Each write goes to all nodes; the coordinator replies at W acknowledgements, its own included.
// COALESCE: what one turn of the loop has for a peer travels as one ZeroMQ message.
// DB_DIR: each node also puts what one turn took in as one LevelDB WriteBatch (SYNC: fsynced)
// before it acknowledges: group commit. Without it a node keeps the values in a hash map.
#include <leveldb/db.h>
#include <leveldb/write_batch.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <unordered_map>
#include <zmq.hpp>

#include "common.hpp"
#include "request.hpp"

static std::string addr(int node) { return "tcp://127.0.0.1:" + std::to_string(47640 + node); }

static std::vector<Request> unpack_all(const zmq::message_t& m) {
  std::vector<Request> out;
  size_t off = 0;
  msgpack::object_handle h;
  while (off < m.size()) {
    msgpack::unpack(h, m.data<char>(), m.size(), off, [](auto, auto, auto) { return true; });
    out.emplace_back();
    h.get().convert(out.back());
  }
  return out;
}

// Bytes waiting for one destination; one ZeroMQ message each, or all in one when coalescing.
struct Outbox {
  std::vector<msgpack::sbuffer> messages;
  void add(const Request& r, bool coalesce) {
    if (messages.empty() || !coalesce) messages.emplace_back();
    msgpack::pack(messages.back(), r);
  }
  void flush(zmq::socket_t& s, const std::string* to) {
    for (auto& m : messages) {
      if (to) s.send(zmq::buffer(*to), zmq::send_flags::sndmore);
      s.send(zmq::buffer(m.data(), m.size()), zmq::send_flags::none);
    }
    messages.clear();
  }
};

static void quiet(zmq::socket_t& s) {
  s.set(zmq::sockopt::sndhwm, 0);
  s.set(zmq::sockopt::rcvhwm, 0);
  s.set(zmq::sockopt::linger, 0);
}

// op 1: a client's put; op 2: a replica's put; op 3: a replica's acknowledgement; op 4: the reply
static void node(int me, int nodes, size_t w, bool coalesce, const char* dir, bool sync) {
  zmq::context_t ctx(1);
  zmq::socket_t router(ctx, ZMQ_ROUTER);
  quiet(router);
  router.bind(addr(me));
  std::vector<zmq::socket_t> peers;
  if (me == 0)
    for (int p = 1; p < nodes; p++) {
      peers.emplace_back(ctx, ZMQ_DEALER);
      quiet(peers.back());
      peers.back().connect(addr(p));
    }
  std::unique_ptr<leveldb::DB> db;
  if (dir) {
    leveldb::Options o;
    o.create_if_missing = true;
    leveldb::DB* d = nullptr;
    if (!leveldb::DB::Open(o, std::string(dir) + "/node" + std::to_string(me), &d).ok()) exit(1);
    db.reset(d);
  }
  std::unordered_map<std::string, std::string> map;
  struct Pending {
    std::string client;
    size_t acks;
  };
  std::unordered_map<uint64_t, Pending> pending;
  std::unordered_map<std::string, Outbox> replies;
  std::vector<Outbox> out(peers.size());
  std::vector<zmq::pollitem_t> items{{router.handle(), 0, ZMQ_POLLIN, 0}};
  for (auto& p : peers) items.push_back({p.handle(), 0, ZMQ_POLLIN, 0});
  zmq::message_t id, body;
  for (;;) {
    zmq::poll(items, std::chrono::milliseconds(-1));
    leveldb::WriteBatch batch;
    std::vector<uint64_t> acked;  // one entry for each acknowledgement to count
    bool wrote = false;
    for (int burst = 0; burst < 512 && router.recv(id, zmq::recv_flags::dontwait); burst++) {
      (void)router.recv(body);
      std::string from = id.to_string();
      for (auto& r : unpack_all(body)) {
        wrote = true;
        if (db)
          batch.Put(r.key, r.value);
        else
          map[r.key] = r.value;
        if (r.op == 1) {
          pending[r.id] = {from, 0};
          acked.push_back(r.id);
          r.op = 2;
          for (auto& o : out) o.add(r, coalesce);
        } else {
          replies[from].add(Request{3, r.id, "", "", {}}, coalesce);
        }
      }
    }
    for (size_t p = 0; p < peers.size(); p++) out[p].flush(peers[p], nullptr);
    leveldb::WriteOptions wo;
    wo.sync = sync;
    if (db && wrote) db->Write(wo, &batch);  // while the peers do the same
    for (auto& p : peers)
      for (int burst = 0; burst < 512 && p.recv(body, zmq::recv_flags::dontwait); burst++)
        for (auto& r : unpack_all(body)) acked.push_back(r.id);
    for (auto i : acked) {
      auto it = pending.find(i);
      if (it == pending.end()) continue;
      if (++it->second.acks == w) replies[it->second.client].add(Request{4, i, "", "", {}}, coalesce);
      if (it->second.acks == size_t(nodes)) pending.erase(it);
    }
    for (auto& [to, o] : replies) o.flush(router, &to);
  }
}

int main(int argc, char** argv) {
  if (argc < 5) return fprintf(stderr, "zmq_fanout NODES W DEPTH SECONDS [COALESCE] [DB_DIR [SYNC]]\n"), 2;
  int nodes = std::min(9, atoi(argv[1]));
  size_t w = strtoul(argv[2], nullptr, 10), depth = strtoul(argv[3], nullptr, 10);
  double seconds = std::min(20.0, atof(argv[4]));
  bool coalesce = argc > 5 && atoi(argv[5]), sync = argc > 7 && atoi(argv[7]);
  std::string dir = argc > 6 ? std::string(argv[6]) + "/zmq_fanout_db" : "";
  if (!dir.empty()) std::filesystem::remove_all(dir), std::filesystem::create_directories(dir);
  std::vector<pid_t> children;
  for (int i = 0; i < nodes; i++) {
    pid_t p = fork();
    if (p == 0) node(i, nodes, w, coalesce, dir.empty() ? nullptr : dir.c_str(), sync), _exit(0);
    children.push_back(p);
  }
  zmq::context_t ctx(1);
  zmq::socket_t s(ctx, ZMQ_DEALER);
  quiet(s);
  s.connect(addr(0));
  std::unordered_map<uint64_t, double> sent;
  uint64_t next = 0;
  std::string value = random_bytes(100);
  Outbox box;
  double warm = now() + 0.5, stop = warm + seconds, t = 0;
  std::vector<double> lat;
  while (t < stop) {
    while (sent.size() < depth) {
      sent[++next] = now();
      box.add(Request{1, next, key16(rng()() % 100000), value, {{"node-0", next}}}, coalesce);
    }
    box.flush(s, nullptr);
    zmq::message_t m;
    (void)s.recv(m);
    do {
      t = now();
      for (auto& r : unpack_all(m)) {
        auto it = sent.find(r.id);
        if (it == sent.end()) continue;
        if (t > warm && t < stop) lat.push_back(t - it->second);
        sent.erase(it);
      }
    } while (s.recv(m, zmq::recv_flags::dontwait));
  }
  for (auto p : children) kill(p, SIGKILL);
  for (auto p : children) waitpid(p, nullptr, 0);
  size_t n = lat.size();
  double per_m = 1e6 / double(n) * seconds / (seconds + 0.5);  // the warm-up's share taken off
  printf(
      "nodes %d W %zu depth %4zu %-9s %-12s | %8.0f write/s | p50 %7.0f us p99 %8.0f us | "
      "CPU s per M: nodes %.1f client %.1f\n",
      nodes, w, depth, coalesce ? "coalesced" : "single",
      dir.empty() ? "memory"
      : sync      ? "leveldb sync"
                  : "leveldb",
      double(n) / seconds, 1e6 * percentile(lat, .5), 1e6 * percentile(lat, .99), per_m * cpu_seconds(RUSAGE_CHILDREN),
      per_m * cpu_seconds());
  fflush(stdout);
  if (!dir.empty()) std::filesystem::remove_all(dir);
  _exit(0);
}
