#include "node/node_process.hpp"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "node/runtime/job_worker.hpp"

namespace kin {
namespace {

// A disk that fails again and again must not eat up incarnations.
constexpr int first_pause_ms = 50;
constexpr int longest_pause_ms = 2000;
constexpr std::uint64_t healthy_after_ms = 60'000;

std::uint64_t draw_seed(std::random_device& entropy) { return (std::uint64_t{entropy()} << 32) | entropy(); }

ValueDisplay shown(TraceValues values) {
  switch (values) {
    case TraceValues::hash: return ValueDisplay::hash;
    case TraceValues::full: return ValueDisplay::full;
    case TraceValues::none: return ValueDisplay::none;
  }
  return ValueDisplay::none;
}

CannotGoOn because(const StorageError& error) { return {error.message, error}; }
CannotGoOn because(std::string why) { return {std::move(why), std::nullopt}; }

}  // namespace

NodeProcess::NodeProcess(StartOptions options, std::string version)
    : options_(std::move(options)),
      version_(std::move(version)),
      rng_(draw_seed(entropy_)),
      fault_rng_(draw_seed(entropy_)),
      faults_(fault_rng_) {}

int NodeProcess::run(const std::atomic<bool>& end, std::atomic<NodeTransport*>& transport) {
  while (!end) {
    began_ms_ = time_.now_ms();
    started_ = false;
    auto ended = live(end, transport);
    if (!ended) break;
    const bool opened_again = !started_ && announced_;
    if (!may_begin_anew(*ended)) {
      if (opened_again) ended->why = "the data could not be opened again after the disk failed: " + ended->why;
      std::cerr << "kin-node " << options_.id << ": " << ended->why << std::endl;
      transport = nullptr;
      return 1;
    }
    pause(end);
  }
  transport = nullptr;
  return 0;
}

std::optional<CannotGoOn> NodeProcess::live(const std::atomic<bool>& end, std::atomic<NodeTransport*>& transport) {
  const ClusterConfig& cluster = options_.cluster;
  auto store = open_data_directory(options_.data_dir, cluster.cluster, options_.id, cluster.durability);
  if (!store) return because(store.error());
  const auto life =
      next_incarnation(**store, CausalTrace::last_ordinal(options_.trace_file, options_.id), time_.wall_ns(), rng_);
  if (!life) return because(life.error());
  const Actor self{NodeId(options_.id), *life};
  if (auto deaf = listen(self)) return deaf;
  transport = transport_.get();
  if (auto ok = claim_data_directory(options_.data_dir, cluster.cluster, options_.id); !ok) return because(ok.error());

  std::error_code ignored;  // opening the log tells better what is wrong
  std::filesystem::create_directories(options_.log_dir, ignored);
  auto log = HumanLog::open(options_.log_file, options_.log_level, to_string(self));
  if (!log) return because(log.error());
  auto trace =
      cluster.trace ? CausalTrace::open(options_.trace_file, to_string(self), names_of(cluster)) : CausalTrace::off();
  if (!trace) return because(trace.error());

  auto host = ReplicaHost::open(**store, cluster, self, protocols(), rng_);
  if (!host) return because(host.error());
  JobWorker jobs(
      JobWorker::threads_here(), [this] { transport_->wake(); }, time_);
  CommitWorker commits(
      **store, [this] { transport_->wake(); }, time_);
  NodeLoop loop({**host,
                 *transport_,
                 faults_,
                 **trace,
                 **log,
                 time_,
                 jobs,
                 commits,
                 version_,
                 {shown(cluster.trace_values), ""}});
  if (auto ended = loop.start()) return ended;
  started_ = true;
  (*log)->info("started, version " + version_ + ", data in " + options_.data_dir + ", listening on " +
               cluster.node(options_.id)->host + ':' + std::to_string(transport_->port()));
  std::uint64_t keys = 0;
  for (const wire::TierReport& report : (*host)->reports(time_.now_ms())) keys += report.keys;
  if (!announced_) announce(self, keys);
  announced_ = true;
  auto ended = loop.run(end);
  if (!ended) (*log)->info("ended as asked");
  return ended;
}

std::optional<CannotGoOn> NodeProcess::listen(const Actor& self) {
  if (transport_) return std::nullopt;
  const NodeConfig& me = *options_.cluster.node(options_.id);
  auto transport = NodeTransport::bind(me.host, me.port, to_string(self), options_.cluster.suspect_ms);
  if (!transport) return because(transport.error());
  transport_ = std::move(*transport);
  for (const NodeConfig& node : options_.cluster.nodes) {
    if (node.id != me.id) transport_->connect_peer(node.id.str(), node.host, node.port);
  }
  return std::nullopt;
}

void NodeProcess::announce(const Actor& self, std::uint64_t keys) const {
  NodeConfig bound = *options_.cluster.node(options_.id);
  bound.port = transport_->port();
  std::cout << self.node << ' ' << to_string(self) << " listening on " << bound.endpoint() << ", buckets ";
  const char* separator = "";
  for (const BucketConfig& bucket : options_.cluster.buckets) {
    std::cout << separator << bucket.name << '(' << bucket.tier << ')';
    separator = " ";
  }
  std::cout << ", " << keys << " keys on disk" << std::endl;
}

bool NodeProcess::may_begin_anew(CannotGoOn& ended) {
  if (!ended.storage) return false;
  if (!ended.storage->damaged) return started_;  // what cannot be opened again now will not heal by itself
  if (!options_.set_aside_damaged || set_one_aside_) {
    ended.why +=
        "\nNothing was changed. To go on without these data, start with --set-aside-damaged: " + options_.data_dir +
        " is renamed and the node refills from the others";
    return false;
  }
  set_one_aside_ = true;
  auto moved = set_aside(options_.data_dir);
  if (!moved) {
    ended.why += "\nIt could not be set aside: " + moved.error().message;
    return false;
  }
  std::cerr << "kin-node " << options_.id << ": " << ended.why << "\nThe damaged data is now in " << *moved
            << "; the node starts empty and refills from the others" << std::endl;
  return true;
}

void NodeProcess::pause(const std::atomic<bool>& end) {
  if (time_.now_ms() - began_ms_ > healthy_after_ms) pause_ms_ = 0;
  if (pause_ms_ > 0 && !end) poll(nullptr, 0, pause_ms_);  // ends early at a signal
  pause_ms_ = std::clamp(2 * pause_ms_, first_pause_ms, longest_pause_ms);
}

}  // namespace kin
