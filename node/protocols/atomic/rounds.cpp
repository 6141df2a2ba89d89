// Phases: asking a quorum what it knows, and storing something at a quorum.
#include <algorithm>
#include <utility>

#include "common/planted.hpp"
#include "node/protocols/atomic/token.hpp"

namespace kin::atomic {

std::size_t Token::quorum() const {
  if (!planted(Bug::majority_of_those_alive)) return quorum_;
  const auto alive = std::count_if(others_.begin(), others_.end(), [&](const NodeId& other) {
    const auto heard = process_.heard_ms.find(other);
    return heard != process_.heard_ms.end() && heard->second + process_.env.cluster.suspect_ms > process_.now_ms;
  });
  return static_cast<std::size_t>(alive + 1) / 2 + 1;
}

// ------------------------------------------------------------------------------------------------ beginning

void Token::ask(Purpose purpose, CallId call, std::uint64_t answer_by_ms, Outputs& out) {
  const std::uint64_t number = process_.next_number();
  Round& round = rounds_.emplace(number, Round{purpose, call, answer_by_ms, false, true, {}, HolderTally(quorum()), 0})
                     .first->second;
  if (purpose == Purpose::check) turn_ = number;
  send(number, round);
  count_own(number, out);
}

void Token::store(Round round, Outputs& out) {
  const std::uint64_t number = process_.next_number();
  round.storing = true;
  round.tally = HolderTally(quorum());
  if (round.purpose != Purpose::read) turn_ = number;
  if (holder_.up_to_date) keep(round.record, out);
  send(number, rounds_.emplace(number, std::move(round)).first->second);
  count_own(number, out);
}

void Token::send(std::uint64_t number, Round& round) {
  round.resend_at_ms = process_.now_ms + process_.env.cluster.gossip_interval_ms;
  std::vector<NodeId> to;
  for (const NodeId& other : others_) {
    if (!round.tally.has(other)) to.push_back(other);
  }
  const Operation operation{process_.env.life, number};
  if (!round.storing) {
    process_.say_all(to, "query", Query{scheme_.id, operation});
  } else if (round.purpose == Purpose::change) {
    process_.say_all(to, "write", Write{scheme_.id, operation, round.record});
  } else {
    process_.say_all(to, "impose", Impose{scheme_.id, operation, round.record});
  }
}

// Its own answer counts like any other, and not while it is not up to date.
void Token::count_own(std::uint64_t number, Outputs& out) {
  if (!holder_.up_to_date) return;
  const NodeId& self = process_.env.self;
  if (rounds_.at(number).storing) {
    answered(number, self, process_.env.life, holder_.disks, out);
  } else {
    answered(number, self, process_.env.life, Known{scheme_.id, {}, record_, true, holder_.disks}, out);
  }
}

// The node is up to date now: its own answers count.
void Token::ask_all_anew(Outputs& out) {
  for (const auto& [number, round] : std::exchange(rounds_, {})) {
    ask(round.purpose, round.call, round.answer_by_ms, out);
  }
}

// ------------------------------------------------------------------------------------------------ answers

void Token::answered(std::uint64_t number, const NodeId& from, const Incarnation& life, const Disks& disks,
                     Outputs& out) {
  const auto found = rounds_.find(number);
  if (found == rounds_.end() || !found->second.storing) return;
  if (found->second.tally.add(from, life, disks)) phase_over(number, out);
}

void Token::answered(std::uint64_t number, const NodeId& from, const Incarnation& life, const Known& known,
                     Outputs& out) {
  auto found = rounds_.find(number);
  if (planted(Bug::late_answers_counted) && found == rounds_.end() && !rounds_.empty()) found = std::prev(found);
  if (found == rounds_.end() || found->second.storing) return;
  Round& round = found->second;
  const bool first = round.tally.got() == 0;
  if (!first && known.record.stamp != round.record.stamp) round.agree = false;
  if (first || known.record.stamp > round.record.stamp) round.record = known.record;
  if (round.tally.add(from, life, known.disks)) phase_over(found->first, out);
}

void Token::phase_over(std::uint64_t number, Outputs& out) {
  Round round = std::move(rounds_.extract(number).mapped());
  if (turn_ == number) turn_.reset();
  if (round.storing) return finish(round, out);
  if (round.agree || planted(Bug::read_not_written_back)) {
    ++process_.counts.agreed;
    return finish(round, out);
  }
  ++process_.counts.imposed;
  trace("token-impose", round.record, out);
  if (planted(Bug::write_back_not_awaited) && round.purpose == Purpose::read) {
    finish(round, out);
    round.call = 0;
  }
  store(std::move(round), out);
}

void Token::finish(const Round& round, Outputs& out) {
  switch (round.purpose) {
    case Purpose::check: return decide(round.record, round.tally.got(), out);
    case Purpose::change:
      ++process_.counts.changes;
      if (round.call != 0) out.reply(round.call, wire::Kind::token_reply, reply_of(round));
      return end_change(out);
    case Purpose::read: break;
  }
  if (round.call == 0) return;
  ++process_.counts.reads;
  if (round.record.exists()) return out.reply(round.call, wire::Kind::token_reply, reply_of(round));
  Failure none =
      failure(Status::not_found, Applied::no,
              "token " + scheme_.id + (round.record.state == State::dropped ? " was dropped" : " was never created") +
                  "; its writer " + scheme_.writer + " can create it");
  none.got = round.tally.got();
  none.wanted = round.tally.wanted();
  out.fail(round.call, none);
}

wire::TokenReply Token::reply_of(const Round& round) const {
  wire::TokenReply out{process_.env.self,  scheme_.id,        round.record.value,
                       round.record.stamp, round.tally.got(), round.tally.wanted()};
  if (round.purpose == Purpose::change && round.record.state == State::created) out.created = true;
  return out;
}

// ------------------------------------------------------------------------------------------------ time

void Token::tick(Outputs& out) {
  count_down(out);
  if (silent()) return;
  if (recovery_ && process_.now_ms >= recovery_->resend_at_ms) ask_to_recover();
  // Before the turn of one that is late ends: then the next one begins.
  for (std::size_t i = turn_ ? 1 : 0; i < changes_.size();) {
    if (process_.now_ms < changes_[i].answer_by_ms) {
      ++i;
      continue;
    }
    const std::string why = holder_.up_to_date
                                ? "changes before it took too long"
                                : "this node's disk is new or was lost, and it could not ask enough other holders";
    out.fail(changes_[i].call, failure(Status::timeout, Applied::no, "token " + scheme_.id + ": " + why));
    changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  std::erase_if(scans_, [&](const auto& scan) {
    const Change& change = scan.second;
    if (process_.now_ms < change.answer_by_ms) return false;
    process_.cancel_job(scan.first, out);
    out.fail(change.call,
             failure(Status::timeout, Applied::no,
                     "the " + std::to_string(change.request->high - change.request->low) +
                         " numbers of the domain could not be hashed in time; ask with a longer --timeout"));
    return true;
  });
  std::vector<std::uint64_t> late;
  for (auto& [number, round] : rounds_) {
    if (process_.now_ms >= round.answer_by_ms) {
      late.push_back(number);
    } else if (process_.now_ms >= round.resend_at_ms) {
      send(number, round);
    }
  }
  for (const std::uint64_t number : late) {
    const auto found = rounds_.find(number);
    if (found == rounds_.end()) continue;
    const Round round = std::move(found->second);
    rounds_.erase(found);
    overdue(round, out);
    if (turn_ != number) continue;
    turn_.reset();
    end_change(out);
  }
}

void Token::overdue(const Round& round, Outputs& out) {
  if (round.call == 0) return;
  const bool may_have_happened = round.purpose == Purpose::change;
  Failure late = failure(Status::timeout, may_have_happened ? Applied::unknown : Applied::no,
                         std::to_string(round.tally.got()) + " of " + std::to_string(round.tally.wanted()) +
                             " holders of token " + scheme_.id + " answered in time" +
                             (may_have_happened ? "; the change may still come to be seen" : ""));
  late.got = round.tally.got();
  late.wanted = round.tally.wanted();
  out.fail(round.call, late);
}

}  // namespace kin::atomic
