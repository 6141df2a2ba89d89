// What became of a request: the status that people and scripts see, and whether it was applied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/causality/node_id.hpp"

namespace kin {

// Numbers travel on the wire: never reuse one.
enum class Status : std::uint8_t {
  ok = 0,
  internal = 1,
  usage = 2,
  bad_config = 3,
  not_found = 4,
  conflict = 5,
  already_exists = 6,
  stale = 7,
  unavailable = 8,
  timeout = 9,
  partial = 10,
  limit = 11,
  wrong_tier = 12,
  not_writer = 13,
  unsupported = 14,
  denied = 15,
  check_failed = 16,
};

// Three outcomes and no fourth. `unknown` whenever there is doubt.
enum class Applied : std::uint8_t { no = 0, yes = 1, unknown = 2 };

std::string_view name(Status status);    // NOT_FOUND
std::string_view name(Applied applied);  // no | yes | unknown
int exit_code(Status status);            // docs/operations.md, exit codes

// Why a request did not end in its own reply. The same struct on the wire and in the client library.
struct Failure {
  Status status = Status::internal;
  Applied applied = Applied::unknown;
  std::string message;       // a sentence for people: what happened, where, what to do
  NodeId node;               // who says so; empty when the client itself does
  std::uint32_t got = 0;     // of an unmet quorum: how many answered
  std::uint32_t wanted = 0;  // and how many were needed; 0 where no quorum was involved

  template <class V>
  void fields(V& v) {
    v(status, applied, message, node, got, wanted);
  }
};

}  // namespace kin
