// The writer's part: one change after the other.
#include <utility>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/atomic/token.hpp"
#include "node/protocols/atomic/token_scan.hpp"

namespace kin::atomic {

// Nothing newer can have been stamped, ever: see token.hpp.
bool Token::is_last_word(const Record& record) const {
  const Disks& disks = holder_.disks;
  return record.stamp != wire::TokenStamp{} && record.stamp.life >= disks.at(process_.env.self);
}

bool Token::allows(const Record& record, const Change& change) {
  return record.exists() != (change.kind == wire::Kind::token_create);
}

// ------------------------------------------------------------------------------------------------ calls

void Token::create(const ClientCall& call, const wire::TokenCreate& request, Outputs& out) {
  take_on({call.id, call.kind, process_.answer_by(call), request.if_absent, std::nullopt, std::nullopt}, out);
}

void Token::drop(const ClientCall& call, Outputs& out) {
  take_on({call.id, call.kind, process_.answer_by(call), false, std::nullopt, std::nullopt}, out);
}

void Token::write(const ClientCall& call, const wire::TokenWrite& request, Outputs& out) {
  Change change{call.id, call.kind, process_.answer_by(call), false, request, std::nullopt};
  // Who may write to nothing learns that before the scan, not after it.
  if (!record_.exists()) return take_on(std::move(change), out);
  scan_for(std::move(change), out);
}

void Token::take_on(Change change, Outputs& out) {
  if (changes_.size() >= most_changes_waiting) {
    return out.fail(change.call, too_many(most_changes_waiting, "changes"));
  }
  changes_.push_back(std::move(change));
  next_change(out);
}

void Token::read(const ClientCall& call, Outputs& out) {
  if (rounds_.size() >= most_reads_waiting) {
    return out.fail(call.id, too_many(most_reads_waiting, "reads"));
  }
  if (planted(Bug::writer_reads_itself) && is_writer()) {
    Round own{Purpose::read, call.id, process_.answer_by(call), false, true, record_, HolderTally(1), 0};
    return finish(own, out);
  }
  ask(Purpose::read, call.id, process_.answer_by(call), out);
}

// ------------------------------------------------------------------------------------------------ scans

void Token::scan_for(Change change, Outputs& out) {
  if (scans_.size() + changes_.size() >= most_changes_waiting) {
    return out.fail(change.call, too_many(most_changes_waiting, "changes"));
  }
  const JobId id = process_.begin_job(*this);
  const wire::TokenWrite& request = *change.request;
  out.jobs.push_back({id, [name = request.name, low = request.low, mid = request.mid, high = request.high](
                              JobWatch& watch) { return wire::encode(scan(name, low, mid, high, watch)); }});
  scans_.emplace(id, std::move(change));
}

void Token::progressed(const JobProgress& progress, Outputs& out) {
  const auto found = scans_.find(progress.id);
  KIN_REQUIRE(found != scans_.end(), "token " + scheme_.id + " does not wait for job " + std::to_string(progress.id));
  if (!found->second.request->want_progress) return;
  out.reply_and_go_on(found->second.call, wire::Kind::token_progress,
                      wire::TokenProgress{progress.done, progress.total});
}

void Token::scanned(JobId job, std::string_view result, Outputs& out) {
  auto found = scans_.extract(job);
  KIN_REQUIRE(found, "token " + scheme_.id + " does not wait for job " + std::to_string(job));
  process_.end_job(job);
  Change change = std::move(found.mapped());
  auto value = wire::decode<std::optional<wire::TokenValue>>(result);
  if (!value || !*value) {
    return out.fail(change.call, failure(Status::internal, Applied::no, "the scan of the domain gave nothing"));
  }
  change.value = std::move(*value);
  take_on(std::move(change), out);
}

// ------------------------------------------------------------------------------------------------ one by one

void Token::next_change(Outputs& out) {
  while (!turn_ && !changes_.empty() && holder_.up_to_date && !process_.superseded_by) begin(out);
}

void Token::begin(Outputs& out) {
  const Change& change = changes_.front();
  if (is_last_word(record_) && allows(record_, change)) return stamp(out);
  if (planted(Bug::refuses_unasked)) return decide(record_, 1, out);
  ask(Purpose::check, change.call, change.answer_by_ms, out);
}

// `record` is what the register holds, as a read has found.
void Token::decide(const Record& record, std::uint32_t got, Outputs& out) {
  if (process_.superseded_by) return;  // give_up tells them all
  if (allows(record, changes_.front())) {
    stamp(out);
  } else {
    refuse(record, got, out);
  }
}

void Token::stamp(Outputs& out) {
  const Change& change = changes_.front();
  if (change.request && !change.value) {
    Change scanned = std::move(changes_.front());
    changes_.pop_front();
    scan_for(std::move(scanned), out);
    return next_change(out);
  }
  Round round{Purpose::change, change.call, change.answer_by_ms, true, true, {}, HolderTally(quorum()), 0};
  round.record.stamp = process_.next_stamp();
  if (planted(Bug::stamp_without_life)) round.record.stamp.life = {1, 1};
  const char* event = nullptr;
  switch (change.kind) {
    case wire::Kind::token_create:
      event = "token-create";
      round.record.state = State::created;
      break;
    case wire::Kind::token_drop:
      event = "token-drop";
      round.record.state = State::dropped;
      break;
    default:
      event = "token-write";
      round.record.state = State::written;
      round.record.value = change.value;
  }
  trace(event, round.record, out);
  if (planted(Bug::writer_answers_early)) {
    out.reply(round.call, wire::Kind::token_reply, reply_of(round));
    round.call = 0;
  }
  store(std::move(round), out);
}

void Token::refuse(const Record& record, std::uint32_t got, Outputs& out) {
  const Change& change = changes_.front();
  const auto wanted = static_cast<std::uint32_t>(quorum());
  if (change.if_absent) {
    out.reply(change.call, wire::Kind::token_reply,
              wire::TokenReply{process_.env.self, scheme_.id, record.value, record.stamp, got, wanted, false});
  } else {
    const bool exists = change.kind == wire::Kind::token_create;
    Failure no = failure(exists ? Status::already_exists : Status::not_found, Applied::no,
                         "token " + scheme_.id +
                             (exists                           ? " exists already"
                              : record.state == State::dropped ? " was dropped"
                                                               : " was never created") +
                             (exists ? "" : ": kin token create --id " + scheme_.id));
    no.got = got;
    no.wanted = wanted;
    out.fail(change.call, no);
  }
  end_change(out);
}

void Token::end_change(Outputs& out) {
  changes_.pop_front();
  next_change(out);
}

void Token::give_up(Outputs& out) {
  const auto stale = [&](CallId call, Applied applied) {
    if (call == 0) return;
    out.fail(call, failure(Status::stale, applied,
                           "another process of " + process_.env.self + " was started after this one and writes token " +
                               scheme_.id + " now; this one stops"));
  };
  for (const auto& [number, round] : std::exchange(rounds_, {})) {
    if (round.purpose != Purpose::check) {
      stale(round.call, round.purpose == Purpose::change ? Applied::unknown : Applied::no);
    }
    if (turn_ == number && round.purpose == Purpose::change) changes_.pop_front();
  }
  turn_.reset();
  for (const Change& change : std::exchange(changes_, {})) stale(change.call, Applied::no);
  for (const auto& [job, change] : std::exchange(scans_, {})) {
    process_.cancel_job(job, out);
    stale(change.call, Applied::no);
  }
}

}  // namespace kin::atomic
