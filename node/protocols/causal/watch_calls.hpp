// Calls that watch keys or conflicts: answered as soon as there is something that their token does not cover, else
// shortly before their deadline, with a token that covers what has happened meanwhile. Nothing of a watch is kept
// between two calls, so a slow watcher costs nothing and any node can go on with a token.
//
// What a watcher was told is a set of dots, as a node clock is: it lacks what the clock has and the set has not. Which
// keys these dots belong to says the dot map (SRDS 2017, section 4, where it serves gossip in the same way). Dots that
// are not in it any more were forgotten by all: then a walk over all keys that match finds those with a value that the
// watcher lacks, and deletes that left no trace cannot be told.
//
// A dot that comes late, when what replaced it was told, makes its key be told once more in the same state: whoever
// watches passes over a state that it was told last.
//
// A watch is a session: a node that lacks what the watcher was told waits until it has it, so no watcher goes back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/watching.hpp"
#include "node/protocols/causal/recent_dots.hpp"
#include "node/protocols/causal/session_calls.hpp"

namespace kin::causal {

inline constexpr std::size_t most_watches = 256;               // calls that wait at a time
inline constexpr std::size_t most_watched_conflicts = 10'000;  // open ones that a token names

class WatchCalls {
 public:
  // A key as watchers see it.
  using Show = std::function<wire::WatchEvent(const std::string& joined)>;
  // Whether readers of the key are shown that it has several values.
  using ShowsConflicts = std::function<bool(std::string_view joined)>;

  // All of them outlive this.
  WatchCalls(const NodeId& self, std::vector<NodeId> order, const CausalReplica& replica, const Overlay& store,
             Show show, ShowsConflicts shows_conflicts);

  // A call that came: refused, or answered now, or it waits. The request itself was checked.
  void watch(CallId call, wire::Watch&& request, std::uint64_t answer_by_ms, Outputs& out);
  void watch_conflicts(CallId call, wire::WatchConflicts&& request, std::uint64_t answer_by_ms, Outputs& out);

  // At the end of a turn, and at a tick: what has come by then is told.
  void tell_news(Outputs& out);
  void tick(std::uint64_t now_ms, Outputs& out);

  std::size_t waiting() const { return keys_.size() + conflicts_.size(); }

 private:
  struct OfKeys {
    CallId call = 0;
    std::uint64_t answer_by_ms = 0;
    wire::Watch request;
    wire::WatchToken token;
  };
  struct OfConflicts {
    CallId call = 0;
    std::uint64_t answer_by_ms = 0;
    wire::WatchConflicts request;
    wire::ConflictsToken token;
  };

  bool matches(const wire::Watch& request, const std::string& joined) const;
  bool has_room(CallId call, Outputs& out) const;
  void begin(OfKeys& watch) const;
  // True once it was answered.
  bool answer(OfKeys& watch, Outputs& out) const;
  bool answer(OfConflicts& watch, Outputs& out) const;
  void answer_key(OfKeys& watch, bool forgotten, Outputs& out) const;
  void answer_walk(OfKeys& watch, bool forgotten, Outputs& out) const;
  // The dots of the key that are known here. Not what its entry has seen: that may name dots of other keys too.
  DotSet all_of(const std::string& joined) const;
  void reply(const OfKeys& watch, wire::WatchReply&& reply, Outputs& out) const;
  void refuse(CallId call, Status status, std::string message, Outputs& out) const;
  void refuse_behind(CallId call, const DotSet& seen, Outputs& out) const;

  const NodeId self_;
  const std::vector<NodeId> order_;
  const CausalReplica& replica_;
  const Overlay& store_;
  const Show show_;
  const ShowsConflicts shows_conflicts_;
  std::vector<OfKeys> keys_;
  std::vector<OfConflicts> conflicts_;
  DotSet told_until_;  // the clock when keys_ were last looked at
  // While keys are watched here, and for a while after: what the dot map forgets between two questions of a watch.
  RecentDots recent_;
  std::uint64_t recent_until_ms_ = 0;  // 0: nothing is kept
  std::uint64_t now_ms_ = 0;
};

}  // namespace kin::causal
