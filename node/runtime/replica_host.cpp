#include "node/runtime/replica_host.hpp"

#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "common/planted.hpp"

namespace kin {
namespace {

// What clients ask has kinds below this one.
constexpr std::uint16_t first_kind_of_members = 64;

bool owns_anything(const ProtocolEntry& entry) {
  for (std::uint16_t kind = 0; kind < first_kind_of_members; ++kind) {
    if (entry.owns(wire::Kind{kind})) return true;
  }
  return false;
}

bool is_used(const ProtocolEntry& entry, const ClusterConfig& cluster) {
  const auto names_it = [&](const BucketConfig& bucket) { return bucket.tier == entry.name; };
  return std::any_of(cluster.buckets.begin(), cluster.buckets.end(), names_it) || owns_anything(entry);
}

// The job ended in the same turn in which the tier has said that it does not want it.
bool is_news_of_cancelled(const Input& input, const std::vector<JobId>& cancelled) {
  const auto* done = std::get_if<JobDone>(&input);
  const auto* progress = std::get_if<JobProgress>(&input);
  if (done == nullptr && progress == nullptr) return false;
  const JobId id = done != nullptr ? done->id : progress->id;
  return std::find(cancelled.begin(), cancelled.end(), id) != cancelled.end();
}

template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  if (from.empty()) return;
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

struct ReplicaHost::Tier {
  Tier(const ProtocolEntry& of, const StoreView& store) : entry(of), overlay(store, std::string(of.prefix)) {}

  const ProtocolEntry& entry;
  Overlay overlay;
  Outputs out{overlay};
  std::unique_ptr<Protocol> protocol;
};

ReplicaHost::ReplicaHost(Store& store, const ClusterConfig& cluster, const Actor& self)
    : store_(store),
      cluster_(cluster),
      self_(self),
      uncommitted_(store, ""),
      own_(uncommitted_, std::string(runtime_prefix)) {
  own_.put(incarnation_key, print_incarnation(self.life));
}

ReplicaHost::~ReplicaHost() = default;

tl::expected<std::unique_ptr<ReplicaHost>, StorageError> ReplicaHost::open(Store& store, const ClusterConfig& cluster,
                                                                           const Actor& self,
                                                                           std::span<const ProtocolEntry> entries,
                                                                           Rng& rng) {
  std::unique_ptr<ReplicaHost> host(new ReplicaHost(store, cluster, self));
  const StoreView& seen = planted(Bug::turn_ahead_is_blind) ? static_cast<const StoreView&>(store) : host->uncommitted_;
  try {
    for (const ProtocolEntry& entry : entries) {
      if (!is_used(entry, cluster)) continue;
      KIN_REQUIRE(!entry.prefix.empty() && !entry.prefix.starts_with(runtime_prefix), std::string(entry.name));
      Tier& tier = *host->tiers_.emplace_back(std::make_unique<Tier>(entry, seen));
      tier.protocol = entry.make(Environment{self.node, self.life, cluster, tier.overlay, rng});
    }
  } catch (const StorageFailure& failure) {
    return tl::unexpected(failure.error);
  }
  for (const BucketConfig& bucket : cluster.buckets) {
    KIN_REQUIRE(host->tier_named(bucket.tier), bucket.name + " has tier " + bucket.tier);
  }
  return host;
}

std::size_t ReplicaHost::tiers() const { return tiers_.size(); }

const ProtocolEntry& ReplicaHost::entry(TierIndex tier) const { return tiers_.at(tier)->entry; }

std::optional<TierIndex> ReplicaHost::tier_named(std::string_view name) const {
  for (TierIndex i = 0; i < tiers_.size(); ++i) {
    if (tiers_[i]->entry.name == name) return i;
  }
  return std::nullopt;
}

std::optional<TierIndex> ReplicaHost::tier_numbered(std::uint32_t number) const {
  for (TierIndex i = 0; i < tiers_.size(); ++i) {
    if (tiers_[i]->entry.number == number) return i;
  }
  return std::nullopt;
}

std::optional<TierIndex> ReplicaHost::owner_of(wire::Kind kind) const {
  for (TierIndex i = 0; i < tiers_.size(); ++i) {
    if (tiers_[i]->entry.owns(kind)) return i;
  }
  return std::nullopt;
}

void ReplicaHost::step(TierIndex index, const Input& input) {
  if (cannot_go_on_) return;
  Tier& tier = *tiers_.at(index);
  if (is_news_of_cancelled(input, tier.out.cancelled)) return;
  const std::size_t replies_before = tier.out.replies.size();
  const std::size_t malformed_before = tier.out.malformed.size();
  try {
    tier.protocol->step(input, tier.out);
  } catch (const StorageFailure& failure) {
    return failed(failure.error);
  }
  if (tier.out.stop) cannot_go_on_ = CannotGoOn{*tier.out.stop, std::nullopt};

  const auto* call = std::get_if<ClientCall>(&input);
  if (call == nullptr || tier.out.malformed.size() == malformed_before) return;
  const auto answers_it = [&](const Reply& reply) { return reply.to == call->id; };
  if (std::none_of(tier.out.replies.begin() + static_cast<std::ptrdiff_t>(replies_before), tier.out.replies.end(),
                   answers_it)) {
    tier.out.fail(call->id, Failure{Status::usage, Applied::no, "malformed request: " + tier.out.malformed.back(),
                                    self_.node, 0, 0});
  }
}

void ReplicaHost::step_all(const Input& input) {
  for (TierIndex i = 0; i < tiers_.size(); ++i) step(i, input);
}

StepNotes ReplicaHost::take_notes() {
  StepNotes notes;
  for (const auto& tier : tiers_) {
    move_behind(notes.trace, tier->out.trace);
    move_behind(notes.warnings, tier->out.warnings);
    move_behind(notes.malformed, tier->out.malformed);
  }
  return notes;
}

std::size_t ReplicaHost::replies_that_may_leave() const {
  if (uncommitted_.dirty()) return 0;  // they may be about what is not durable yet
  std::size_t replies = 0;
  for (const auto& tier : tiers_) {
    if (tier->overlay.dirty()) return 0;
    replies += tier->out.replies.size();
  }
  return own_.dirty() ? 0 : replies;
}

std::size_t ReplicaHost::records_to_commit() const {
  std::size_t records = own_.writes().size();
  for (const auto& tier : tiers_) records += tier->overlay.writes().size();
  return records;
}

tl::expected<void, CannotGoOn> ReplicaHost::begin_commit(const SendEarly& send_early) {
  KIN_REQUIRE(!committing(), std::to_string(batch().size()) + " records are being committed");
  try {
    for (const auto& tier : tiers_) {
      if (cannot_go_on_) break;
      tier->protocol->finish_turn(tier->out);
      if (tier->out.stop) cannot_go_on_ = CannotGoOn{*tier->out.stop, std::nullopt};
    }
  } catch (const StorageFailure& failure) {
    failed(failure.error);
  }
  if (cannot_go_on_) return tl::unexpected(*cannot_go_on_);

  TurnEffects& effects = under_way_.emplace();
  std::vector<TierSend> early;
  WriteBatch batch = own_.take();
  for (TierIndex i = 0; i < tiers_.size(); ++i) {
    Tier& tier = *tiers_[i];
    for (Send& send : tier.out.sends) {
      const bool too_early =
          planted(Bug::sends_before_commit) || (planted(Bug::reports_before_commit) && send.what == "gossip");
      (send.early || too_early ? early : effects.sends).push_back({i, std::move(send)});
    }
    tier.out.sends.clear();
    move_behind(effects.replies, tier.out.replies);
    for (Job& job : tier.out.jobs) effects.jobs.push_back({i, std::move(job)});
    for (const JobId id : tier.out.cancelled) effects.cancelled.push_back({i, id});
    tier.out.jobs.clear();
    tier.out.cancelled.clear();
    batch.merge(tier.overlay.take());
  }
  uncommitted_.lay(std::move(batch));
  if (!early.empty()) send_early(early);
  return {};
}

tl::expected<TurnEffects, CannotGoOn> ReplicaHost::end_commit(const tl::expected<void, StorageError>& committed) {
  KIN_REQUIRE(committing(), std::to_string(commits_) + " commits, and none is under way");
  TurnEffects effects = std::move(*under_way_);
  under_way_.reset();
  if (!committed && !planted(Bug::goes_on_after_failed_write)) {
    failed(committed.error());
    withheld_ = std::move(effects.replies);
    return tl::unexpected(*cannot_go_on_);
  }
  if (!uncommitted_.take().empty()) ++commits_;
  return effects;
}

tl::expected<TurnEffects, CannotGoOn> ReplicaHost::end_turn(const SendEarly& send_early) {
  if (auto begun = begin_commit(send_early); !begun) return tl::unexpected(begun.error());
  return end_commit(batch().empty() ? tl::expected<void, StorageError>{} : store_.commit(batch()));
}

const std::vector<Reply>& ReplicaHost::withheld() const { return under_way_ ? under_way_->replies : withheld_; }

std::vector<wire::TierReport> ReplicaHost::reports(std::uint64_t now_ms) {
  std::vector<wire::TierReport> reports;
  try {
    for (const auto& tier : tiers_) reports.push_back(tier->protocol->report(now_ms));
  } catch (const StorageFailure& failure) {
    failed(failure.error);
    reports.clear();
  }
  return reports;
}

void ReplicaHost::check_invariants() const {
  for (const auto& tier : tiers_) tier->protocol->check_invariants();
}

void ReplicaHost::failed(const StorageError& error) {
  cannot_go_on_ = CannotGoOn{"the disk of " + self_.node + " failed: " + error.message, error};
}

}  // namespace kin
