// What holders of a token say to each other.
//
//   body    = message+               all that a turn has to say to one peer, one behind the other
//   message = [number, body]         the numbers are the struct's `number` and never reused
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "common/wire/numbered.hpp"
#include "node/protocols/atomic/token_record.hpp"

namespace kin::atomic {

// Names one phase of one operation, for ever: a phase's answers are told from all others by it.
struct Operation {
  Incarnation life;  // of the process that asks
  std::uint64_t number = 0;

  template <class V>
  void fields(V& v) {
    v(life, number);
  }
};

// A change of the writer, first hand: stamped by the process that sends it. Answer: Held, or Refused.
struct Write {
  static constexpr std::uint8_t number = 1;
  std::string token;
  Operation operation;
  Record record;

  template <class V>
  void fields(V& v) {
    v(token, operation, record);
  }
};

// The newest change that somebody saw, for who has not. Answer: Held.
struct Impose {
  static constexpr std::uint8_t number = 2;
  std::string token;
  Operation operation;
  Record record;

  template <class V>
  void fields(V& v) {
    v(token, operation, record);
  }
};

// What was sent, or something newer, is on the sender's disk.
struct Held {
  static constexpr std::uint8_t number = 3;
  std::string token;
  Operation operation;
  Disks disks;

  template <class V>
  void fields(V& v) {
    v(token, operation, disks);
  }
};

// Which is the newest change you know? Answer: Known, not from a holder that is not up to date.
struct Query {
  static constexpr std::uint8_t number = 4;
  std::string token;
  Operation operation;

  template <class V>
  void fields(V& v) {
    v(token, operation);
  }
};

// The same by a holder that began on an empty disk, in the process `disk`. All answer.
struct Recover {
  static constexpr std::uint8_t number = 5;
  std::string token;
  Operation operation;
  Incarnation disk;

  template <class V>
  void fields(V& v) {
    v(token, operation, disk);
  }
};

struct Known {
  static constexpr std::uint8_t number = 6;
  std::string token;
  Operation operation;
  Record record;
  bool up_to_date = false;
  Disks disks;

  template <class V>
  void fields(V& v) {
    v(token, operation, record, up_to_date, disks);
  }
};

// A Write of a process of the writer that is not its newest: nothing was taken.
struct Refused {
  static constexpr std::uint8_t number = 7;
  std::string token;
  Incarnation newest;

  template <class V>
  void fields(V& v) {
    v(token, newest);
  }
};

using Message = std::variant<Write, Impose, Held, Query, Recover, Known, Refused>;

template <class M>
std::string encode(const M& message) {
  return wire::encode_numbered(message);
}

// All messages of a body. Error: one of them cannot be read, or there is none.
tl::expected<std::vector<Message>, wire::Malformed> decode(std::string_view body);

}  // namespace kin::atomic
