// What clients did to registers and saw, one JSON object a line. The lines' shape: docs/operations.md, histories.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "driver/check/history_line.hpp"

namespace kin::check {

enum class RegisterOp { read, write, cas };

// Values are JSON texts in which fields are sorted, so that equal values are equal texts; a string has its quotes. Who
// writes this one empties the register, as a drop does.
inline constexpr std::string_view never_written = "null";

struct RegisterOperation : KeyName, Course {
  std::size_t line = 0;  // from 1
  std::string client;
  RegisterOp op = RegisterOp::read;
  std::string value;     // what a read that is ok showed, or what a write or cas was to set
  std::string expected;  // of a cas
  bool swapped = false;  // of a cas that is ok: the register held `expected`, and holds `value` now
};

struct RegisterHistory {
  std::vector<RegisterOperation> operations;  // in the order of the lines
};

std::string_view name(RegisterOp op);  // read | write | cas

// Reads to the end of `lines`; empty lines are passed over, fields that are not known are ignored. Refused: what is no
// JSON object, missing fields and wrong types, an unknown operation, an end before the start, a
// client that begins an operation before its last one ended. A client may begin the next
// one at the very time at which its last one ended, and at any time after the start of one that has no end.
tl::expected<RegisterHistory, BadLine> read_register_history(std::istream& lines);

}  // namespace kin::check
