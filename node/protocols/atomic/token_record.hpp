// What a holder keeps of a token on its disk.
//
//   r<id>  the record: the newest change that the holder knows
//   h<id>  whether the record can be relied on, and which holders have lost their disks
//   s<id>  the fault: silent for ever, or how long until then
//
// A record is never erased, also not by a drop: its stamp is what older messages are measured by.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/wire/tokens.hpp"

namespace kin::atomic {

// Numbers are on disk and on the wire; never reused.
enum class State : std::uint8_t { absent = 0, created = 1, written = 2, dropped = 3 };

std::string_view name(State state);  // absent | created | written | dropped

struct Record {
  wire::TokenStamp stamp;
  State state = State::absent;
  std::optional<wire::TokenValue> value;  // of `written`

  bool exists() const { return state == State::created || state == State::written; }

  template <class V>
  void fields(V& v) {
    v(stamp, state, value);
  }
};

// What is wrong with a record; empty when it can be one.
std::string flaw(const Record& record);

// For each holder the first of its processes on the disk that it has now. What an earlier process of it said, it may
// have forgotten.
using Disks = std::map<NodeId, Incarnation>;

// Takes over what is newer. True when something was.
bool join(Disks& into, const Disks& other);

struct HolderState {
  bool up_to_date = false;  // the record is as new as every change that had reached its quorum; see token.hpp
  Disks disks;              // of this node, and of all that were heard to have lost theirs

  template <class V>
  void fields(V& v) {
    v(up_to_date, disks);
  }
};

struct Silence {
  bool silent = false;
  std::uint64_t left_ms = 0;  // until then, if not yet

  template <class V>
  void fields(V& v) {
    v(silent, left_ms);
  }
};

std::string record_key(std::string_view id);
std::string holder_key(std::string_view id);
std::string silence_key(std::string_view id);

}  // namespace kin::atomic
