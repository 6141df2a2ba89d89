// Reads that wait for what other members hold. All that one turn wants to know of them is one message, and a member
// that has the same values says no more than that.
#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "node/protocols/causal/causal.hpp"

namespace kin::causal {
namespace {

constexpr std::ptrdiff_t most_asked = 1024;  // keys of one message

}  // namespace

void CausalProtocol::ask_members(const ClientCall& call, const std::string& key, std::uint32_t count) {
  PendingRead pending{call.id,
                      key,
                      QuorumTally(count),
                      value_dots(replica_.read(env_.store, key).siblings),
                      {},
                      answer_by(call),
                      now_ms_ + env_.cluster.gossip_interval_ms};
  pending.tally.add(env_.self);
  const std::uint64_t id = next_fetch_++;
  fetches_.push_back({id, key, pending.asked_with});
  reads_.emplace(id, std::move(pending));
}

void CausalProtocol::send_fetches(Outputs& out) {
  const auto ask = [&](std::vector<Fetch::Asked>&& asked, const std::vector<NodeId>& peers) {
    for (auto from = asked.begin(); from != asked.end();) {
      const auto until = from + std::min(most_asked, asked.end() - from);
      const Message message = Fetch{{std::make_move_iterator(from), std::make_move_iterator(until)}};
      const auto body = std::make_shared<const std::string>(encode(message));
      for (const NodeId& peer : peers) out.sends.push_back({peer, body, name(message), false});
      from = until;
    }
  };
  ask(std::exchange(fetches_, {}), replica_.peers());
  for (auto& [peer, asked] : std::exchange(fetches_again_, {})) ask(std::move(asked), {peer});
}

std::vector<CausalProtocol::HeldThere> CausalProtocol::held_by(const Fetched& fetched) const {
  std::vector<HeldThere> out;
  if (fetched.asker != env_.life) return out;  // ids of an earlier process
  out.reserve(fetched.told.size());
  for (const Fetched::Told& told : fetched.told) {
    HeldThere& answer = out.emplace_back(HeldThere{told.id, {}});
    if (told.entry) answer.dots = value_dots(told.entry->siblings);
  }
  return out;
}

void CausalProtocol::count_fetched(const NodeId& member, HeldThere&& answer, Outputs& out) {
  const auto found = reads_.find(answer.fetch);
  if (found == reads_.end()) return;
  PendingRead& pending = found->second;
  pending.held.insert_or_assign(member, answer.dots ? std::move(*answer.dots) : pending.asked_with);
  if (!pending.tally.add(member)) return;
  answer_read(pending, out);
  reads_.erase(found);
}

void CausalProtocol::answer_read(const PendingRead& read, Outputs& out) {
  out.replies.push_back({read.call, wire::Kind::read_reply,
                         wire::with_tally(packed_answer(read.key), read.tally.got(), read.tally.wanted()), true});
  const std::vector<Dot> now = value_dots(replica_.read(env_.store, read.key).siblings);
  for (const auto& [member, dots] : read.held) {
    if (dots != now) push_later(member, read.key, {});
  }
}

void CausalProtocol::resend_fetches(Outputs& out) {
  for (auto it = reads_.begin(); it != reads_.end();) {
    PendingRead& pending = it->second;
    if (now_ms_ >= pending.answer_by_ms) {
      Failure failure = refuse(Status::timeout, std::to_string(pending.tally.got()) + " of " +
                                                    std::to_string(pending.tally.wanted()) +
                                                    " members answered in time; ask with a smaller -R, or look at "
                                                    "kin cluster status");
      failure.got = pending.tally.got();
      failure.wanted = pending.tally.wanted();
      out.fail(pending.call, failure);
      it = reads_.erase(it);
      continue;
    }
    if (now_ms_ >= pending.resend_at_ms) {
      pending.resend_at_ms = now_ms_ + env_.cluster.gossip_interval_ms;
      for (const NodeId& peer : replica_.peers()) {
        // The whole entry: that a member has the same is said of the first question only.
        if (!pending.tally.has(peer)) fetches_again_[peer].push_back({it->first, pending.key, std::nullopt});
      }
    }
    ++it;
  }
}

}  // namespace kin::causal
