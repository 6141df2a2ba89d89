// What a client did to a token, as a line for `kin-driver check linearizable`:
//
//   {"client", "op": "read" | "write" | "cas", "key", "value", "swapped", "start_ns", "end_ns", "outcome", "node"}
//
// A token is a register under its id: it holds null (there is no token), "created", or what was written last, as
// "NAME LOW MID HIGH". A create is a cas of [null, "created"], a drop a write of null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/wire/status.hpp"
#include "common/wire/tokens.hpp"

namespace kin {

// One operation, from before it was sent until after its reply. Times are of CLOCK_MONOTONIC, nanoseconds.
struct RegisterEvent {
  enum class Op { read, write, cas };

  std::string client;
  Op op = Op::read;
  std::string key;
  std::optional<std::string> value;  // read, or to be written; nothing is null. A cas expects null
  bool if_absent = false;            // of a cas: it is OK too where the token was there, and is a reading of it then
  bool swapped = true;               // of a cas that has ended
  std::string node;                  // who answered; empty: nobody
  std::uint64_t start_ns = 0;
  std::optional<std::uint64_t> end_ns;  // none when no reply came
  Applied applied = Applied::unknown;
};

RegisterEvent event_of(const wire::TokenCreate& request);
RegisterEvent event_of(const wire::TokenWrite& request);
RegisterEvent event_of(const wire::TokenRead& request);
RegisterEvent event_of(const wire::TokenDrop& request);

// The event's fields from a reply or from a failure. `end_ns` is when it came.
void record(RegisterEvent& event, const wire::TokenReply& reply, std::uint64_t end_ns);
void record(RegisterEvent& event, const Failure& failure, std::uint64_t end_ns);

// One line with its newline.
std::string history_line(const RegisterEvent& event);

}  // namespace kin
