// A space-time diagram of a cluster: nodes are lines, what happened stands on them, messages lead from line to line.
// Made from traces, and from what somebody outside did to the nodes; how it is drawn is client/pages' business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/traces/trace_file.hpp"

namespace kin {

struct Diagram {
  struct Event {
    std::size_t node = 0;       // position in `nodes`
    std::string host;           // n1.3, or empty: nobody's own event
    std::uint64_t number = 0;   // of the host's lines
    std::uint64_t time_us = 0;  // since 1970, by the clock of whoever wrote it
    std::string kind;           // add_update, delete, send, receive, start, fault, conflict-begin, ...
    // Of writes and conflicts; bytes as clients gave them, but for values that the nodes show as hashes.
    std::optional<std::string> bucket, key;
    std::string value, dot, clock, siblings;
    std::vector<std::size_t> learnt;  // of a receive: the writes that it brought, as positions in `events`
    std::string text;                 // of other kinds: their fields
  };
  struct Message {
    std::size_t sent = 0;                 // in `events`
    std::optional<std::size_t> received;  // nothing: no trace says so
    std::size_t to = 0;                   // in `nodes`
    std::string what;                     // push, gossip, ...
    std::uint64_t bytes = 0;
    std::vector<std::size_t> about;  // of a push: the writes of its turn, in `events`
  };
  // From one event to another of the same node, or to the end.
  struct Span {
    std::size_t node = 0;
    std::size_t from = 0;
    std::optional<std::size_t> to;
    std::string kind;  // fault, down, conflict
    std::string label;
    std::optional<std::string> bucket, key;  // of a conflict
    std::vector<std::string> dots;           // of the values that were side by side in it
  };

  std::vector<std::string> nodes;  // sorted
  std::vector<Event> events;       // none stands before what it had seen
  std::vector<Message> messages;
  std::vector<Span> spans;
  std::size_t left_out = 0;  // messages that brought nothing new and were too many
};

bool is_write(const Diagram::Event& event);  // an update or a delete

// What no node can tell of itself: that it was killed, or paused.
struct OutsideEvent {
  std::uint64_t time_us = 0;
  std::string node;
  enum class Kind { killed, paused, resumed } kind = Kind::killed;
};

Diagram diagram_of(const Traces& traces, const std::vector<OutsideEvent>& outside = {});

// What there is about one key, in all buckets or in one: its writes, its conflicts, the messages that brought it, and
// all faults. Error: no write of such a key is there.
tl::expected<Diagram, std::string> about_key(const Diagram& all, const std::optional<std::string>& bucket,
                                             const std::string& key);

// Leaves out messages that brought nothing new where there are more than `most` events.
void leave_out_quiet(Diagram& diagram, std::size_t most);

}  // namespace kin
