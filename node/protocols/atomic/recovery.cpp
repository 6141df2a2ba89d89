// A holder whose disk is new or was lost asks the others before it takes part. The rule and why: token.hpp.
#include <algorithm>

#include "common/planted.hpp"
#include "node/protocols/atomic/token.hpp"

namespace kin::atomic {

void Token::begin_recovery(Outputs& out) {
  if (silent()) return;
  recovery_ = Recovery{process_.next_number(), {}, 0};
  if (others_.empty() || planted(Bug::lost_holder_answers)) return recovered({}, out);
  ask_to_recover();
}

void Token::ask_to_recover() {
  recovery_->resend_at_ms = process_.now_ms + process_.env.cluster.gossip_interval_ms;
  std::vector<NodeId> to;
  for (const NodeId& other : others_) {
    const auto answer = recovery_->answers.find(other);
    if (answer == recovery_->answers.end() || !answer->second.second.up_to_date) to.push_back(other);
  }
  const Recover question{scheme_.id, {process_.env.life, recovery_->number}, holder_.disks.at(process_.env.self)};
  process_.say_all(to, "recover", question);
}

void Token::recover(Outputs& out) {
  std::size_t up_to_date = 0;
  Record newest;
  // What a holder said before it lost its disk counts for nothing, and it is asked again.
  std::erase_if(recovery_->answers, [&](const auto& answer) {
    const auto disk = holder_.disks.find(answer.first);
    return disk != holder_.disks.end() && answer.second.first < disk->second;
  });
  for (const auto& [holder, answer] : recovery_->answers) {
    const Known& known = answer.second;
    if (known.up_to_date) ++up_to_date;
    if (known.record.stamp > newest.stamp) newest = known.record;
  }
  const std::size_t majority = scheme_.all ? others_.size() : holders_.size() / 2 + 1;
  if (up_to_date >= majority || recovery_->answers.size() == others_.size()) recovered(newest, out);
}

void Token::recovered(const Record& newest, Outputs& out) {
  recovery_.reset();
  if (newest.stamp > record_.stamp) keep(newest, out);
  holder_.up_to_date = true;
  keep_holder(out);
  trace("token-recovered", record_, out);
  ask_all_anew(out);
  next_change(out);
}

}  // namespace kin::atomic
