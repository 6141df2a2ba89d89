// DEALER -> ROUTER -> DEALER echo over tcp loopback, server and client in two processes.
// zmq_echo DEPTH SOCKETS SECONDS [BATCH=1] [raw|codec]
// DEPTH requests in flight per client socket; BATCH requests travel in one ZeroMQ message
// (coalescing); codec: the server decodes each request and encodes its reply, raw: it returns
// the bytes. One client thread polls all its sockets.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <zmq.hpp>

#include "common.hpp"
#include "request.hpp"

static const char* kAddr = "tcp://127.0.0.1:47611";

static void serve(bool codec) {
  zmq::context_t ctx(1);
  zmq::socket_t s(ctx, ZMQ_ROUTER);
  s.set(zmq::sockopt::sndhwm, 0);
  s.set(zmq::sockopt::rcvhwm, 0);
  s.set(zmq::sockopt::linger, 0);
  s.bind(kAddr);
  zmq::message_t id, body;
  msgpack::sbuffer out;
  for (;;) {
    (void)s.recv(id);
    (void)s.recv(body);
    if (id.size() == 0 || body.size() == 0) return;  // an empty body stops the server
    if (codec) {                                     // decode every request in the message, encode one reply each
      out.clear();
      size_t off = 0;
      msgpack::object_handle h;
      while (off < body.size()) {
        msgpack::unpack(h, body.data<char>(), body.size(), off, [](auto, auto, auto) { return true; });
        Request r;
        h.get().convert(r);
        msgpack::pack(out, r);
      }
      body.rebuild(out.data(), out.size());
    }
    s.send(id, zmq::send_flags::sndmore);
    s.send(body, zmq::send_flags::none);
  }
}

int main(int argc, char** argv) {
  if (argc < 4) return fprintf(stderr, "zmq_echo DEPTH SOCKETS SECONDS [BATCH] [raw|codec]\n"), 2;
  size_t depth = strtoul(argv[1], nullptr, 10), nsock = strtoul(argv[2], nullptr, 10);
  double seconds = std::min(20.0, atof(argv[3]));
  size_t batch = argc > 4 ? strtoul(argv[4], nullptr, 10) : 1;
  bool codec = argc > 5 && std::string(argv[5]) == "codec";
  pid_t child = fork();
  if (child == 0) {
    serve(codec);
    _exit(0);
  }

  zmq::context_t ctx(1);
  std::vector<zmq::socket_t> socks;
  std::vector<zmq::pollitem_t> items;
  for (size_t i = 0; i < nsock; i++) {
    socks.emplace_back(ctx, ZMQ_DEALER);
    socks.back().set(zmq::sockopt::sndhwm, 0);
    socks.back().set(zmq::sockopt::rcvhwm, 0);
    socks.back().set(zmq::sockopt::linger, 100);
    socks.back().connect(kAddr);
  }
  for (auto& s : socks) items.push_back({s.handle(), 0, ZMQ_POLLIN, 0});

  msgpack::sbuffer one;
  Request r{1, 1, key16(7), random_bytes(100), {{"node-1", 3}}};
  msgpack::pack(one, r);
  std::string msg;
  for (size_t i = 0; i < batch; i++) msg.append(one.data(), one.size());
  size_t msgs = std::max<size_t>(1, depth / batch);  // messages in flight per socket

  // Each socket is FIFO end to end, so a ring of send times gives every latency.
  std::vector<std::vector<double>> sent(nsock, std::vector<double>(msgs));
  std::vector<size_t> head(nsock, 0);
  std::vector<double> lat;
  lat.reserve(1 << 22);
  double warm = now() + 0.3, start = 0, cpu0 = 0, stop = warm + seconds;
  size_t done = 0;
  auto send = [&](size_t i) { socks[i].send(zmq::buffer(msg), zmq::send_flags::none); };
  for (size_t i = 0; i < nsock; i++)
    for (size_t k = 0; k < msgs; k++) sent[i][k] = now(), send(i);
  zmq::message_t m;
  double t = now();
  while (t < stop) {
    if (nsock > 1) zmq::poll(items, std::chrono::milliseconds(1000));
    for (size_t i = 0; i < nsock; i++) {
      if (nsock > 1 && !(items[i].revents & ZMQ_POLLIN)) continue;
      auto flags = nsock > 1 ? zmq::recv_flags::dontwait : zmq::recv_flags::none;
      for (size_t burst = 0; burst < msgs && socks[i].recv(m, flags); burst++) {
        t = now();
        if (t > warm) {
          if (start == 0) start = t, cpu0 = cpu_seconds();
          done += batch;
          lat.push_back(t - sent[i][head[i]]);
        }
        sent[i][head[i]] = t;
        head[i] = (head[i] + 1) % msgs;
        send(i);
        if (t >= stop) break;
      }
      if (t >= stop) break;
    }
  }
  double wall = now() - start, ccpu = cpu_seconds() - cpu0;
  kill(child, SIGKILL);  // its rusage is still collected by wait4
  rusage u{};
  wait4(child, nullptr, 0, &u);
  double scpu = double(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * double(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
  scpu *= wall / (wall + 0.3);  // its warm-up share taken off
  printf(
      "depth %4zu sockets %zu batch %3zu %-5s | %9.0f req/s | p50 %7.1f us p99 %8.1f us | "
      "CPU s per M req: server %.2f client %.2f\n",
      depth, nsock, batch, codec ? "codec" : "raw", double(done) / wall, 1e6 * percentile(lat, .5),
      1e6 * percentile(lat, .99), 1e6 * scpu / double(done), 1e6 * ccpu / double(done));
  fflush(stdout);
  _exit(0);  // without waiting for the sockets
}
