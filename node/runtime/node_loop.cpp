#include "node/runtime/node_loop.hpp"

#include <algorithm>
#include <utility>

#include "node/runtime/routing.hpp"

namespace kin {

NodeLoop::NodeLoop(const NodeParts& parts)
    : parts_(parts),
      departures_(parts),
      intake_(parts, calls_, departures_, counters_),
      tick_ms_(std::clamp(parts.host.cluster().gossip_interval_ms / 4, shortest_tick_ms, longest_tick_ms)) {}

std::optional<CannotGoOn> NodeLoop::start() {
  const std::uint64_t now_ms = parts_.time.now_ms();
  if (parts_.host.cluster().trace) {
    parts_.trace.event(parts_.time.wall_us(), "start", {{"version", parts_.version}});
  }
  parts_.host.step_all(Started{now_ms});
  intake_.note_steps(parts_.host.self().node);
  next_tick_ms_ = now_ms;
  return end_turn();
}

std::optional<CannotGoOn> NodeLoop::turn(std::uint32_t max_wait_ms) {
  parts_.transport.wait(static_cast<int>(wait_ms(parts_.time.now_ms(), max_wait_ms)));
  if (auto ended = end_commit_elsewhere()) return ended;  // at once: others wait for its replies
  for (std::string& item : parts_.faults.take_released()) {
    Arrival released{{}, std::move(item)};
    intake_.take_next(released);
  }
  take_job_news();
  take_messages();
  const std::uint64_t now_ms = parts_.time.now_ms();
  if (now_ms >= next_tick_ms_) tick(now_ms);
  auto ended = end_turn();
  if (!ended) departures_.leave_late(parts_.time.now_ms());
  return ended;
}

std::optional<CannotGoOn> NodeLoop::run(const std::atomic<bool>& end) {
  while (!end) {
    if (auto ended = turn()) return ended;
  }
  if (parts_.host.committing()) {
    if (auto ended = end_commit(parts_.commits.wait())) return ended;
  }
  tell_open_calls(parts_.host.self().node + " has ended");
  return std::nullopt;
}

void NodeLoop::take_messages() {
  if (messages_ == 0) turn_began_us_ = parts_.time.now_us();
  while (!is_full()) {
    if (arrival_.all_taken()) {
      if (!parts_.transport.receive(arrival_.from, arrival_.bytes)) return;
      arrival_.taken = arrival_.items = 0;
      ++messages_;
      bytes_ += arrival_.bytes.size();
    }
    do {
      intake_.take_next(arrival_);
      if (takes_enough()) return;
    } while (!arrival_.all_taken());
  }
}

bool NodeLoop::takes_enough() const {
  if (parts_.host.replies_that_may_leave() >= enough_replies_a_turn) return true;
  // With peers, a turn is a message to each of them, and as much work for them as it is cut into pieces.
  if (parts_.host.cluster().nodes.size() > 1) return false;
  if (parts_.host.records_to_commit() < records_for_another_thread) return false;
  if (parts_.host.committing() && !parts_.commits.has_ended()) return false;
  return parts_.time.now_us() - turn_began_us_ >= last_commit_us_;
}

void NodeLoop::take_job_news() {
  for (const JobNews& news : parts_.jobs.take_news()) {
    if (const auto* result = std::get_if<JobResult>(&news.what)) {
      ++counters_.jobs_done;
      parts_.host.step(news.tier, JobDone{result->id, result->bytes});
    } else {
      parts_.host.step(news.tier, std::get<JobProgress>(news.what));
    }
    intake_.note_steps(parts_.host.self().node);
  }
}

void NodeLoop::tick(std::uint64_t now_ms) {
  next_tick_ms_ = now_ms + tick_ms_;
  parts_.log.flush();
  counters_.calls_expired += calls_.forget_expired(now_ms);
  parts_.host.step_all(Tick{now_ms, parts_.time.wall_us()});
  intake_.note_steps(parts_.host.self().node);
}

std::optional<CannotGoOn> NodeLoop::end_turn() {
  if (auto ended = end_commit_elsewhere()) return ended;
  if (!parts_.host.committing()) return begin_commit();
  if (!is_full()) return std::nullopt;
  // A disk that hangs must not let the node take in more and more.
  if (auto ended = end_commit(parts_.commits.wait())) return ended;
  return begin_commit();
}

// Where there is one, and it is through.
std::optional<CannotGoOn> NodeLoop::end_commit_elsewhere() {
  if (!parts_.host.committing()) return std::nullopt;
  const auto result = parts_.commits.take_result();
  return result ? end_commit(*result) : std::nullopt;
}

std::optional<CannotGoOn> NodeLoop::begin_commit() {
  ++counters_.turns;
  messages_ = bytes_ = 0;
  const std::string self = parts_.host.self().node.str();
  const auto begun = parts_.host.begin_commit([&](const std::vector<TierSend>& early) {
    intake_.note_steps(self);  // what finish_turn said comes before the sends that it asked for
    counters_.sends += early.size();
    for (const TierSend& send : early) departures_.send(send);
    departures_.leave_to_peers(parts_.time.now_ms());
  });
  intake_.note_steps(self);
  answers_ = intake_.take_answers();
  if (!begun) return cannot_go_on(begun.error());
  const WriteBatch& batch = parts_.host.batch();
  if (batch.empty()) return end_commit({{}, last_commit_us_});
  if (batch.size() < records_for_another_thread) return end_commit(parts_.commits.commit(batch));
  parts_.commits.begin(batch);
  return std::nullopt;
}

std::optional<CannotGoOn> NodeLoop::end_commit(const Committer::Result& result) {
  last_commit_us_ = result.took_us;
  auto effects = parts_.host.end_commit(result.committed);
  if (!effects) return cannot_go_on(effects.error());
  counters_.sends += effects->sends.size();
  for (const TierSend& send : effects->sends) departures_.send(send);
  give_replies(std::exchange(answers_, {}));
  give_replies(effects->replies);
  departures_.leave(parts_.time.now_ms());
  counters_.jobs += effects->jobs.size();
  for (TierJob& job : effects->jobs) parts_.jobs.run(std::move(job));
  for (const TierCancel& cancel : effects->cancelled) parts_.jobs.cancel(cancel);
  return std::nullopt;
}

CannotGoOn NodeLoop::cannot_go_on(const CannotGoOn& why) {
  departures_.forget();
  parts_.log.error(why.why);
  tell_open_calls(why.why);
  return why;
}

void NodeLoop::give_replies(const std::vector<Reply>& replies) {
  if (replies.empty()) return;
  const std::uint64_t now_us = parts_.time.now_us();  // of all: they leave together
  for (const Reply& reply : replies) {
    const Call* call = calls_.find(reply.to);
    if (call == nullptr) {
      ++counters_.replies_unwanted;
      continue;
    }
    answer(*call, reply, now_us);
    if (reply.last) calls_.close(reply.to);
  }
}

void NodeLoop::answer(const Call& call, const Reply& reply, std::uint64_t now_us) {
  ++counters_.replies;
  departures_.reply(call.from, call.request_id, reply.kind, reply.body);
  if (reply.last && parts_.log.enabled(LogLevel::info)) log_call(call, reply, now_us);
}

void NodeLoop::log_call(const Call& call, const Reply& reply, std::uint64_t now_us) {
  std::string_view outcome = "OK";
  if (reply.kind == wire::Kind::failure) {
    const auto failure = wire::decode<Failure>(reply.body);
    outcome = name(failure ? failure->status : Status::internal);
  }
  line_.clear();
  {
    LineWriter out(line_);
    out.put("call ").put(name_of(call.kind));
    if (!call.about.empty()) out.put(" ").put(call.about);
    out.put(" from ").put(call.client).put(" ").put(outcome).put(" ").put(now_us - call.started_us).put(" us");
  }
  parts_.log.info(line_);
}

void NodeLoop::tell_open_calls(const std::string& why) {
  const Failure failure{Status::internal, Applied::unknown, why, parts_.host.self().node, 0, 0};
  for (const Call& call : calls_.close_all()) departures_.fail(call.from, call.request_id, failure);
  departures_.leave(parts_.time.now_ms());
}

std::uint32_t NodeLoop::wait_ms(std::uint64_t now_ms, std::uint32_t max_wait_ms) const {
  if (!arrival_.all_taken()) return 0;
  const std::uint64_t next_ms = std::min(next_tick_ms_, parts_.faults.next_due_ms().value_or(next_tick_ms_));
  return next_ms <= now_ms ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(next_ms - now_ms, max_wait_ms));
}

}  // namespace kin
