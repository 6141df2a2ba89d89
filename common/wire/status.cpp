#include "common/wire/status.hpp"

namespace kin {

std::string_view name(Status status) {
  switch (status) {
    case Status::ok: return "OK";
    case Status::internal: return "INTERNAL";
    case Status::usage: return "USAGE";
    case Status::bad_config: return "BAD_CONFIG";
    case Status::not_found: return "NOT_FOUND";
    case Status::conflict: return "CONFLICT";
    case Status::already_exists: return "ALREADY_EXISTS";
    case Status::stale: return "STALE";
    case Status::unavailable: return "UNAVAILABLE";
    case Status::timeout: return "TIMEOUT";
    case Status::partial: return "PARTIAL";
    case Status::limit: return "LIMIT";
    case Status::wrong_tier: return "WRONG_TIER";
    case Status::not_writer: return "NOT_WRITER";
    case Status::unsupported: return "UNSUPPORTED";
    case Status::denied: return "DENIED";
    case Status::check_failed: return "CHECK_FAILED";
  }
  return "INTERNAL";
}

std::string_view name(Applied applied) {
  switch (applied) {
    case Applied::no: return "no";
    case Applied::yes: return "yes";
    case Applied::unknown: return "unknown";
  }
  return "unknown";
}

int exit_code(Status status) {
  switch (status) {
    case Status::ok: return 0;
    case Status::internal: return 1;
    case Status::usage:
    case Status::bad_config: return 2;
    case Status::not_found: return 3;
    case Status::conflict: return 4;
    case Status::already_exists:
    case Status::stale: return 5;
    case Status::unavailable: return 6;
    case Status::timeout:
    case Status::partial: return 7;
    case Status::limit: return 8;
    case Status::wrong_tier:
    case Status::not_writer:
    case Status::unsupported: return 9;
    case Status::denied: return 10;
    case Status::check_failed: return 11;
  }
  return 1;
}

}  // namespace kin
