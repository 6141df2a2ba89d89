// What replicas of the causal tier say to each other.
//
//   message = [number, body]; the numbers are the struct's `number` and never reused
//
// An entry travels with its whole past. Most of that past is the same for all entries of a message: the bases and
// floors of the sender's node clock. So a message carries that part once (`base`, or the clock of the report) and
// each entry only what its context says beyond it. A base speaks about the entries beside it and is never joined
// into the receiver's node clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "common/causality/dotted_entry.hpp"
#include "common/config/cluster_config.hpp"
#include "common/wire/codec.hpp"

namespace kin::causal {

// An entry with more than this, about, goes into no message: beside it there would be no room for the rest.
inline constexpr std::size_t most_sent_bytes = wire::max_message_bytes - (4u << 20);
static_assert(most_entry_bytes + (4u << 20) <= most_sent_bytes);

using Lives = std::map<NodeId, Incarnation>;
using Ends = std::map<Actor, std::uint64_t>;  // last counters of retired actors

struct EntryState {
  std::string key;  // bucket, NUL, the client's key
  Siblings siblings;
  DotSet context;  // beyond the base of the message
  DotSet dots;     // dots of this key that the context contains; they enter the receiver's clock

  // In a message, about. A key that was overwritten while a member was away names a run of dots for each time that
  // other keys were written between.
  std::size_t about_bytes() const;

  template <class V>
  void fields(V& v) {
    v(key, siblings, context, dots);
  }
};

// What a member has seen; durable at the member before it is sent, since others forget on the strength of it.
struct Report {
  Lives lives;
  DotSet clock;

  template <class V>
  void fields(V& v) {
    v(lives, clock);
  }
};

// New writes of the sender, or the outcome of a read that found the receiver stale.
struct Push {
  static constexpr std::uint8_t number = 1;
  DotSet base;
  std::vector<EntryState> entries;

  template <class V>
  void fields(V& v) {
    v(base, entries);
  }
};

// A push of entries as they are kept, to be packed and not copied. What it refers to must stay until then.
struct PushOfKept {
  struct Entry {
    const std::string* key = nullptr;
    const Siblings* siblings = nullptr;
    DotSet context;
    DotSet dots;

    std::size_t about_bytes() const;

    template <class V>
    void fields(V& v) {
      v(*key, *siblings, context, dots);
    }
  };

  static constexpr std::uint8_t number = Push::number;
  DotSet base;
  std::vector<Entry> entries;

  template <class V>
  void fields(V& v) {
    v(base, entries);
  }
};

// These dots are durable at the sender.
struct Ack {
  static constexpr std::uint8_t number = 2;
  DotSet dots;

  template <class V>
  void fields(V& v) {
    v(dots);
  }
};

// Send me what I lack.
struct Gossip {
  static constexpr std::uint8_t number = 3;
  Report report;
  std::uint64_t ends_tag = 0;  // of the retired lives and their last counters: equal where these are; 0: not told

  template <class V>
  void fields(V& v) {
    v.template with_added<1>(report, ends_tag);
  }
};

// Entries of exactly the dots that the asker lacks. Stands for itself: names the dots that it settles.
struct Entries {
  static constexpr std::uint8_t number = 4;
  Report report;              // its clock is the base of the entries
  DotSet::Floors asked_from;  // the asker's floors, or none of them: `ended` is complete from there on
  Ends ended;
  DotSet voids;  // dots that nobody has and nobody will ever have
  std::vector<EntryState> entries;
  bool more = false;  // ask again at once

  template <class V>
  void fields(V& v) {
    v(report, asked_from, ended, voids, entries, more);
  }
};

// You lack dots whose keys nobody remembers: take everything.
struct OfferCopy {
  static constexpr std::uint8_t number = 5;
  Report report;

  template <class V>
  void fields(V& v) {
    v(report);
  }
};

// Send the page of the full copy that begins behind this key.
struct Copy {
  static constexpr std::uint8_t number = 6;
  std::string after;

  template <class V>
  void fields(V& v) {
    v(after);
  }
};

// What held when the copy began. Taken over when all its pages have been merged, and not before.
struct CopyStart {
  DotSet clock;
  Ends ended;
  DotSet voids;

  template <class V>
  void fields(V& v) {
    v(clock, ended, voids);
  }
};

// All that the sender has of the keys in (after, upto]. It speaks for absent keys too: what is not listed has no
// value and the base as its past.
struct Page {
  static constexpr std::uint8_t number = 7;
  std::string after;
  std::optional<std::string> upto;  // absent: to the end
  DotSet base;
  std::vector<EntryState> entries;
  std::optional<CopyStart> start;  // in the first page

  template <class V>
  void fields(V& v) {
    v(after, upto, base, entries, start);
  }
};

// For reads with R > 1: what those of one turn want to know.
struct Fetch {
  struct Asked {
    std::uint64_t id = 0;
    std::string key;
    // The dots of the values that the asker has, sorted; absent: it wants the entry whatever it has itself.
    std::optional<std::vector<Dot>> held;

    template <class V>
    void fields(V& v) {
      v(id, key, held);
    }
  };

  static constexpr std::uint8_t number = 11;
  std::vector<Asked> asked;

  template <class V>
  void fields(V& v) {
    v(asked);
  }
};

struct Fetched {
  struct Told {
    std::uint64_t id = 0;
    std::optional<EntryState> entry;  // absent: the values that the asker has, and no others

    template <class V>
    void fields(V& v) {
      v(id, entry);
    }
  };

  static constexpr std::uint8_t number = 12;
  Incarnation asker;  // whose ids these are
  DotSet base;
  std::vector<Told> told;

  template <class V>
  void fields(V& v) {
    v(asker, base, told);
  }
};

// A message of this incarnation of yours was refused: a newer one of yours, or your removal, is known.
struct Refused {
  static constexpr std::uint8_t number = 10;
  Incarnation yours;
  Incarnation newer;

  template <class V>
  void fields(V& v) {
    v(yours, newer);
  }
};

using Message = std::variant<Push, Ack, Gossip, Entries, OfferCopy, Copy, Page, Fetch, Fetched, Refused>;

std::string encode(const Message& message);
std::string encode(const PushOfKept& message);
tl::expected<Message, wire::Malformed> decode(std::string_view bytes);

// The word for it in the trace: push, ack, gossip, ...
const char* name(const Message& message);

}  // namespace kin::causal
