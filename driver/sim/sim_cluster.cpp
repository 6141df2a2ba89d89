#include "driver/sim/sim_cluster.hpp"

#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/runtime/routing.hpp"

namespace kin::sim {
namespace {

constexpr std::uint64_t first_wall_us = 1'700'000'000'000'000;
constexpr Micros day_us = 86'400'000'000;

// As a node, which looks at its clock, and tries its disk again, every 50 ms at least; but where gossip comes so rarely
// that hours go by, nearly all of that would be for nothing.
constexpr std::uint64_t longest_tick_ms(std::uint64_t gossip_interval_ms) {
  return std::max<std::uint64_t>(50, gossip_interval_ms / 10);
}
constexpr std::uint64_t tick_ms(std::uint64_t gossip_interval_ms) {
  return std::clamp<std::uint64_t>(gossip_interval_ms / 4, 5, longest_tick_ms(gossip_interval_ms));
}

class NobodyWatches : public JobWatch {
 public:
  bool cancelled() const override { return false; }
  void progress(std::uint64_t, std::uint64_t) override {}
};

}  // namespace

SimCluster::SimCluster(ClusterConfig config, const Speed& speed, std::uint64_t seed, Watcher& watcher)
    : config_(std::move(config)),
      speed_(speed),
      watcher_(watcher),
      rng_(seed),
      network_(agenda_, rng_.next(), [this](const std::shared_ptr<const Packet>& packet) { deliver(packet); }),
      tick_us_(tick_ms(config_.gossip_interval_ms) * 1000) {
  for (const NodeId& id : config_.ids()) {
    // Every machine was booted at another time and has another idea of the date.
    machines_[id] = std::make_unique<Machine>(id, rng_.next(), rng_.below(day_us), first_wall_us + rng_.below(day_us));
    start(id);
  }
}

SimCluster::~SimCluster() = default;

// ------------------------------------------------------------------------------------------------ clients

Micros SimCluster::to_client() {
  return speed_.client_min_us + rng_.below(speed_.client_max_us - speed_.client_min_us + 1);
}

void SimCluster::ask(const NodeId& node, std::vector<Question> questions, std::uint64_t timeout_ms) {
  agenda_.after(to_client(), [this, node, timeout_ms, asked = std::move(questions)]() mutable {
    Machine& at = machine(node);
    if (!at.host || at.clients_away || at.inbox.size() >= longest_inbox) return;
    at.inbox.emplace_back(FromClient{std::move(asked), timeout_ms});
    plan_turn(at, speed_.turn_us);
  });
}

// ------------------------------------------------------------------------------------------------ processes

void SimCluster::start(const NodeId& node) {
  Machine& at = machine(node);
  KIN_REQUIRE(!at.host && !at.gone, node + " is up or gone for ever");
  ++at.process;
  ++counters_.starts;
  at.process_rng = std::make_unique<Rng>(at.rng.next());
  const auto life = next_incarnation(at.disk, at.last_ordinal, at.clock.wall_us(agenda_.now()) * 1000, *at.process_rng);
  if (!life) return cannot_go_on(at, {life.error().message, life.error()});
  at.last_ordinal = life->ordinal;
  auto host = ReplicaHost::open(at.disk, config_, Actor{node, *life}, protocols(), *at.process_rng);
  if (!host) return cannot_go_on(at, {host.error().message, host.error()});
  at.host = std::move(*host);
  hash_.add(life->born);
  say(at, "starts");
  at.host->step_all(Started{at.clock.local_ms(agenda_.now())});
  plan_tick(at);
  end_turn(at);
}

void SimCluster::kill(const NodeId& node) {
  Machine& at = machine(node);
  if (!at.host) return;
  say(at, "is killed");
  if (at.syncing) watcher_.settled(node, reaches_disk(at) && at.disk.died_in_commit(at.rng));
  at.disk.closed();
  end_process(at);
}

void SimCluster::cut_power(const NodeId& node) {
  Machine& at = machine(node);
  if (!at.host) return;
  say(at, "loses its power");
  // No more than the turn that is under way may be gone: that the power went excuses nothing else.
  const bool reached = at.syncing && reaches_disk(at);
  const std::size_t lost = at.disk.power_cut(at.rng);
  if (at.syncing) watcher_.settled(node, reached && lost == 0);
  end_process(at);
}

bool SimCluster::reaches_disk(Machine& at) { return !at.elsewhere || at.disk.commit(at.host->batch()).has_value(); }

void SimCluster::end_process(Machine& at) {
  at.host.reset();
  at.inbox.clear();
  at.jobs.clear();
  at.leaving.reset();
  at.misrouted.clear();
  at.tick_due = at.turn_planned = at.syncing = at.elsewhere = at.stepped = at.paused = at.synced_while_paused = false;
  at.dies_in_commit = 0;
  ++at.process;
}

void SimCluster::cannot_go_on(Machine& at, const CannotGoOn& why) {
  if (lines_) lines_(stamp(at) + "cannot go on: " + why.why);
  at.disk.closed();
  end_process(at);
  if (!why.storage) return watcher_.refused(at.id, why.why);
  // As a real node does: it opens its disk anew, after a pause, in a new incarnation.
  agenda_.after(longest_tick_ms(config_.gossip_interval_ms) * 1000, [this, &at, process = at.process] {
    if (at.process == process && !at.host && !at.gone) start(at.id);
  });
}

void SimCluster::pause(const NodeId& node) {
  Machine& at = machine(node);
  if (at.host) at.paused = true;
}

void SimCluster::resume(const NodeId& node) {
  Machine& at = machine(node);
  if (!std::exchange(at.paused, false)) return;
  if (std::exchange(at.synced_while_paused, false)) leave(at);
  if (at.host && (!at.inbox.empty() || at.tick_due)) plan_turn(at, speed_.turn_us);
}

void SimCluster::lose_disk(const NodeId& node) {
  Machine& at = machine(node);
  KIN_REQUIRE(!at.host, node + " is up");
  disk_was_lost_ = true;
  at.disk.replace({});
  at.last_ordinal = 0;
  watcher_.forgot(node);
}

void SimCluster::restore_disk(const NodeId& node, MemoryStore backup) {
  Machine& at = machine(node);
  KIN_REQUIRE(!at.host, node + " is up");
  disk_was_lost_ = true;
  at.disk.replace(std::move(backup));
  watcher_.forgot(node);
}

void SimCluster::remove_member(const NodeId& at, const NodeId& member) {
  kill(member);
  machine(member).gone = true;
  watcher_.forgot(member);
  Machine& admin = machine(at);
  KIN_REQUIRE(can_be_told(at), at + " cannot be told now");
  admin.host->step_all(RemoveMember{member});
  end_turn(admin);
}

// ------------------------------------------------------------------------------------------------ turns

void SimCluster::deliver(const std::shared_ptr<const Packet>& packet) {
  Machine& at = machine(packet->to);
  if (!at.host || at.inbox.size() >= longest_inbox) return;
  at.inbox.emplace_back(packet);
  plan_turn(at, speed_.turn_us);
}

void SimCluster::plan_turn(Machine& at, Micros delay) {
  const auto must_wait = [&at] { return at.paused || (at.syncing && !at.elsewhere); };
  if (at.turn_planned || must_wait() || !at.host) return;
  at.turn_planned = true;
  agenda_.after(delay, [this, &at, must_wait, process = at.process] {
    if (at.process != process) return;
    at.turn_planned = false;
    if (!must_wait()) turn(at);
  });
}

void SimCluster::plan_tick(Machine& at) {
  agenda_.after(at.clock.world_us(tick_us_), [this, &at, process = at.process] {
    if (at.process != process) return;
    at.tick_due = true;
    plan_turn(at, 0);
    plan_tick(at);
  });
}

void SimCluster::turn(Machine& at) {
  for (std::size_t taken = 0; taken < most_messages_a_turn && !at.inbox.empty(); ++taken) {
    const auto input = std::move(at.inbox.front());
    at.inbox.pop_front();
    if (const auto* packet = std::get_if<std::shared_ptr<const Packet>>(&input)) {
      for (const TierSend& part : (*packet)->parts) {
        hash_.add(agenda_.now());
        hash_.add(*part.send.body);
        ++counters_.steps;
        if (lines_) {
          lines_(stamp(at) + "gets " + part.send.what + " from " + to_string((*packet)->from) + ", " +
                 std::to_string(part.send.body->size()) + " bytes");
        }
        at.host->step(part.tier, PeerMessage{(*packet)->from.node, (*packet)->from.life, *part.send.body,
                                             at.clock.wall_us(agenda_.now())});
        notes(at);
      }
    } else if (const auto* asked = std::get_if<FromClient>(&input)) {
      for (const Question& question : asked->questions) step_question(at, question, asked->timeout_ms);
    } else {
      const Finished& job = std::get<Finished>(input);
      if (at.jobs.erase({job.tier, job.id}) == 0) continue;
      ++counters_.steps;
      at.host->step(job.tier, JobDone{job.id, job.result});
      notes(at);
    }
  }
  if (std::exchange(at.tick_due, false)) {
    at.host->step_all(Tick{at.clock.local_ms(agenda_.now()), at.clock.wall_us(agenda_.now())});
    notes(at);
  }
  if (at.syncing) {
    at.stepped = true;
  } else {
    end_turn(at);
  }
}

void SimCluster::step_question(Machine& at, const Question& question, std::uint64_t timeout_ms) {
  hash_.add(question.body);
  ++counters_.steps;
  const auto route = kin::route(*at.host, question.kind, question.body);
  if (!route) {
    at.misrouted.push_back({question.call, wire::Kind::failure, wire::encode(route.error().failure)});
    return;
  }
  at.host->step(route->tier,
                ClientCall{question.call, question.kind, question.body, question.client,
                           at.clock.local_ms(agenda_.now()) + timeout_ms, at.clock.wall_us(agenda_.now())});
  notes(at);
}

void SimCluster::notes(Machine& at) {
  StepNotes notes = at.host->take_notes();
  KIN_REQUIRE(notes.malformed.empty(), at.id + " was told what it cannot read: " + notes.malformed.front());
  if (!lines_) return;
  for (const TraceEvent& event : notes.trace) {
    std::string text = stamp(at);
    text += event.name;
    for (const auto& [field, value] : event.fields) text.append(" ").append(field).append("=").append(value);
    lines_(text);
  }
}

void SimCluster::end_turn(Machine& at) {
  ++counters_.turns;
  const auto begun = at.host->begin_commit([&](const std::vector<TierSend>& early) { send(at, early); });
  watcher_.stepped(at.id, at.host->withheld());
  if (!begun) {
    watcher_.settled(at.id, false);
    return cannot_go_on(at, begun.error());
  }
  notes(at);
  if (check_every_ != 0 && ++at.turns_since_check >= check_every_) check_invariants(at.id);
  at.syncing = true;
  const bool writes = !at.host->batch().empty();
  // By the loop itself, or by another thread, as a node does it by how much there is.
  at.elsewhere = writes && !planted(Bug::effects_before_sync) && at.rng.chance(0.5);
  if (!at.elsewhere && !commit(at)) return;
  if (!writes) return leave(at);
  if (planted(Bug::effects_before_sync)) let_go(at);
  const Micros sync = (speed_.sync_min_us + at.rng.below(speed_.sync_max_us - speed_.sync_min_us + 1)) * at.sync_times;
  if (const int dies = std::exchange(at.dies_in_commit, 0)) {
    agenda_.after(at.rng.below(sync + 1), [this, &at, dies, process = at.process] {
      if (at.process == process) dies == 1 ? kill(at.id) : cut_power(at.id);
    });
  }
  agenda_.after(sync, [this, &at, process = at.process] {
    if (at.process != process) return;
    if (at.paused) {
      at.synced_while_paused = true;
    } else {
      leave(at);
    }
  });
}

bool SimCluster::commit(Machine& at) {
  at.elsewhere = false;
  const WriteBatch& batch = at.host->batch();
  if (!batch.empty()) ++counters_.commits;
  auto effects = at.host->end_commit(batch.empty() ? tl::expected<void, StorageError>{} : at.disk.commit(batch));
  if (!effects) {
    watcher_.settled(at.id, false);
    cannot_go_on(at, CannotGoOn(effects.error()));
    return false;
  }
  for (Reply& answer : std::exchange(at.misrouted, {})) effects->replies.push_back(std::move(answer));
  at.leaving = std::move(*effects);
  return true;
}

void SimCluster::leave(Machine& at) {
  if (at.elsewhere && !commit(at)) return;
  at.syncing = false;
  at.disk.synced();
  watcher_.settled(at.id, true);
  let_go(at);
  at.leaving.reset();
  if (std::exchange(at.stepped, false)) return end_turn(at);
  if (!at.inbox.empty() || at.tick_due) plan_turn(at, speed_.turn_us);
}

void SimCluster::let_go(Machine& at) {
  TurnEffects effects = std::exchange(*at.leaving, {});
  send(at, effects.sends);
  for (const TierJob& job : effects.jobs) run(at, job);
  for (const TierCancel& cancel : effects.cancelled) at.jobs.erase({cancel.tier, cancel.id});
  for (Reply& reply : effects.replies) {
    hash_.add(reply.body);
    if (at.clients_away) continue;
    agenda_.after(to_client(), [this, arriving = std::move(reply)] { watcher_.reply_arrived(arriving); });
  }
}

void SimCluster::run(Machine& at, const TierJob& job) {
  ++counters_.jobs;
  at.jobs.emplace(job.tier, job.job.id);
  NobodyWatches nobody;
  Finished done{job.tier, job.job.id, job.job.run(nobody)};
  hash_.add(done.result);
  agenda_.after(at.rng.below(speed_.job_max_us + 1), [this, &at, process = at.process, done = std::move(done)] {
    if (at.process != process) return;
    at.inbox.emplace_back(done);
    plan_turn(at, speed_.turn_us);
  });
}

void SimCluster::send(Machine& at, const std::vector<TierSend>& sends) {
  std::map<NodeId, std::shared_ptr<Packet>> packets;
  for (const TierSend& one : sends) {
    std::shared_ptr<Packet>& packet = packets[one.send.to];
    if (!packet) packet = std::make_shared<Packet>(Packet{at.host->self(), one.send.to, {}});
    packet->parts.push_back(one);
    counters_.bytes_to_peers += one.send.body->size();
    if (!disk_was_lost_ && one.send.what == "copy") ++counters_.needless_copies;
  }
  for (auto& [to, packet] : packets) network_.send(std::move(packet));
}

std::vector<wire::TierReport> SimCluster::reports(const NodeId& node) {
  Machine& at = machine(node);
  return at.host->reports(at.clock.local_ms(agenda_.now()));
}

void SimCluster::check_invariants(const NodeId& node) {
  Machine& at = machine(node);
  if (at.disk.read_will_fail()) return;  // the fault is for the node, not for who looks
  at.turns_since_check = 0;
  ++counters_.invariant_checks;
  at.host->check_invariants();
}

std::string SimCluster::stamp(const Machine& at) const {
  const Micros now = agenda_.now();
  std::string micros = std::to_string(now % 1'000'000);
  micros.insert(0, 6 - micros.size(), '0');
  return std::to_string(now / 1'000'000) + "." + micros + " " + (at.host ? to_string(at.host->self()) : at.id.str()) +
         " ";
}

void SimCluster::say(const Machine& at, const char* what) const {
  if (lines_) lines_(stamp(at) + what);
}

}  // namespace kin::sim
