// The register: what other holders ask of it, and what it keeps.
#include <algorithm>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/atomic/token.hpp"

namespace kin::atomic {
namespace {

std::vector<NodeId> without(std::vector<NodeId> nodes, const NodeId& one) {
  std::erase(nodes, one);
  return nodes;
}

// What is on the disk under this key. Throws StorageFailure where it cannot be read as that.
template <class T>
std::optional<T> stored(const StoreView& store, const std::string& key) {
  const auto bytes = store.get(key);
  if (!bytes) return std::nullopt;
  auto value = wire::decode<T>(*bytes);
  if (!value) throw StorageFailure{{true, "the record " + key + " of the atomic tier: " + value.error().what}};
  return std::move(*value);
}

}  // namespace

Token::Token(const TokenScheme& scheme, Process& process)
    : scheme_(scheme),
      process_(process),
      holders_(scheme.holders()),
      others_(without(holders_, process.env.self)),
      quorum_(scheme.quorum()) {}

void Token::start(Outputs& out) {
  const StoreView& store = process_.env.store;
  if (auto record = stored<Record>(store, record_key(scheme_.id))) {
    const std::string wrong = flaw(*record);
    if (!wrong.empty()) throw StorageFailure{{true, "the record of token " + scheme_.id + " has " + wrong}};
    record_ = std::move(*record);
  }
  silence_ = stored<Silence>(store, silence_key(scheme_.id));
  load_silence();
  notice(record_.stamp);
  const auto holder = stored<HolderState>(store, holder_key(scheme_.id));
  if (holder) holder_ = *holder;
  if (holder_.up_to_date) return;
  if (!holder) {
    holder_.disks[process_.env.self] = process_.env.life;
    keep_holder(out);
  }
  begin_recovery(out);
}

void Token::keep(const Record& record, Outputs& out) {
  if (record.stamp <= record_.stamp && !planted(Bug::older_stamp_overwrites)) return;
  const bool begins = record.exists();
  record_ = record;
  if (planted(Bug::drop_forgets_stamp) && record.state == State::dropped) record_ = {};
  out.writes.put(record_key(scheme_.id), wire::encode(record_));
  if (begins && !silence_ && silent_fault() != nullptr) fall_silent_in(silent_fault()->after_ms, out);
}

void Token::keep_holder(Outputs& out) { out.writes.put(holder_key(scheme_.id), wire::encode(holder_)); }

void Token::notice(const wire::TokenStamp& stamp) {
  if (is_writer() && stamp.life > process_.env.life) process_.superseded_by = stamp.life;
}

// ------------------------------------------------------------------------------------------------ messages

std::string Token::implausible(const NodeId& from, const Incarnation& life, const Message& message) const {
  if (!std::binary_search(others_.begin(), others_.end(), from)) return from + " is no other holder of " + scheme_.id;
  const Record* record = nullptr;
  if (const auto* write = std::get_if<Write>(&message)) {
    record = &write->record;
    if (from != scheme_.writer) return from + " is not the writer of " + scheme_.id;
    if (record->stamp.life != life && !planted(Bug::stamp_without_life)) return "a change stamped by another process";
  } else if (const auto* impose = std::get_if<Impose>(&message)) {
    record = &impose->record;
  } else if (const auto* known = std::get_if<Known>(&message)) {
    record = &known->record;
  } else if (const auto* recover = std::get_if<Recover>(&message)) {
    if (recover->disk > life) return "a disk that is newer than the process";
  }
  return record != nullptr ? flaw(*record) : std::string();
}

void Token::receive(const NodeId& from, const Incarnation& life, const Message& message, Outputs& out) {
  if (silent()) return;
  // A newer process of the sender is known: it will never miss an answer to this.
  if (const Incarnation newest = process_.lives[from]; life < newest) {
    if (std::holds_alternative<Write>(message)) process_.say(from, "refused", Refused{scheme_.id, newest});
    return;
  }
  std::visit([&](const auto& event) { on(from, life, event, out); }, message);
}

void Token::on(const NodeId& from, const Incarnation& life, const Write& message, Outputs& out) {
  if (record_.stamp.life > life) {
    return process_.say(from, "refused", Refused{scheme_.id, record_.stamp.life});
  }
  if (!holder_.up_to_date) return;
  keep(message.record, out);
  process_.say(from, "held", Held{scheme_.id, message.operation, holder_.disks});
}

void Token::on(const NodeId& from, const Incarnation&, const Impose& message, Outputs& out) {
  notice(message.record.stamp);
  if (!holder_.up_to_date) return;
  keep(message.record, out);
  process_.say(from, "held", Held{scheme_.id, message.operation, holder_.disks});
}

void Token::on(const NodeId& from, const Incarnation&, const Query& message, Outputs&) {
  if (!holder_.up_to_date) return;
  process_.say(from, "known", Known{scheme_.id, message.operation, record_, true, holder_.disks});
}

void Token::on(const NodeId& from, const Incarnation&, const Recover& message, Outputs& out) {
  // On the disk before the answer leaves: from now on what it said on an earlier disk does not count.
  if (join(holder_.disks, {{from, message.disk}})) keep_holder(out);
  process_.say(from, "known", Known{scheme_.id, message.operation, record_, holder_.up_to_date, holder_.disks});
}

void Token::on(const NodeId& from, const Incarnation& life, const Held& message, Outputs& out) {
  if (message.operation.life != process_.env.life) return;
  answered(message.operation.number, from, life, message.disks, out);
}

void Token::on(const NodeId& from, const Incarnation& life, const Known& message, Outputs& out) {
  if (message.operation.life != process_.env.life) return;
  notice(message.record.stamp);
  if (!recovery_ || recovery_->number != message.operation.number) {
    return answered(message.operation.number, from, life, message, out);
  }
  if (join(holder_.disks, message.disks)) keep_holder(out);
  recovery_->answers[from] = {life, message};
  recover(out);
}

void Token::on(const NodeId&, const Incarnation&, const Refused& message, Outputs&) { notice({message.newest, 0}); }

// ------------------------------------------------------------------------------------------------ looking

wire::TokenShowReply Token::show() const {
  wire::TokenShowReply out;
  out.node = process_.env.self;
  out.scheme = {scheme_.id, scheme_.writer, scheme_.readers};
  out.quorum_all = scheme_.all;
  out.state = holder_.up_to_date ? std::string(name(record_.state)) : "unknown";
  out.value = record_.value;
  out.stamp = record_.stamp;
  return out;
}

Failure Token::failure(Status status, Applied applied, std::string message) const {
  return {status, applied, std::move(message), process_.env.self, 0, 0};
}

Failure Token::too_many(std::size_t most, const char* what) const {
  return failure(Status::limit, Applied::no,
                 std::to_string(most) + ' ' + what + " of token " + scheme_.id + " are waiting already");
}

void Token::trace(const char* event, const Record& record, Outputs& out) const {
  out.trace.push_back({event,
                       {{"token", scheme_.id},
                        {"stamp", to_string(Dot{{scheme_.writer, record.stamp.life}, record.stamp.counter})},
                        {"state", std::string(name(record.state))}}});
}

void Token::check_invariants() const {
  const auto on_disk = process_.env.store.get(record_key(scheme_.id));
  KIN_REQUIRE(on_disk ? *on_disk == wire::encode(record_) : record_.stamp == wire::TokenStamp{},
              "token " + scheme_.id + " is not on the disk as it is in memory");
  KIN_REQUIRE(flaw(record_).empty(), "token " + scheme_.id + " has " + flaw(record_));
  if (is_writer() && record_.stamp.life == process_.env.life) {
    KIN_REQUIRE(record_.stamp.counter <= process_.last_counter(),
                "token " + scheme_.id + " has counter " + std::to_string(record_.stamp.counter) + ", the last one is " +
                    std::to_string(process_.last_counter()));
  }
  KIN_REQUIRE(holder_.up_to_date != recovery_.has_value() || silent(), "token " + scheme_.id);
  KIN_REQUIRE(!turn_ || (rounds_.contains(*turn_) && !changes_.empty()), "token " + scheme_.id);
  for (const auto& [number, round] : rounds_) {
    KIN_REQUIRE(!round.tally.complete(), "round " + std::to_string(number) + " of token " + scheme_.id + " is over");
  }
}

}  // namespace kin::atomic
