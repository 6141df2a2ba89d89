// What the lines of all histories have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kin::check {

// fail: certainly did not happen and never will. unknown: may have happened, may still happen.
enum class Outcome { ok, fail, unknown };

std::string_view name(Outcome outcome);  // ok | fail | unknown

struct KeyName {
  std::string bucket, plain_key;  // as the line says; the bucket is empty where it names none
  std::string key;                // both together: what tells keys apart
};

// When an operation ran, in nanoseconds of one clock, and how it ended. What is ok has an end.
struct Course {
  std::int64_t start_ns = 0;           // just before it was sent
  std::optional<std::int64_t> end_ns;  // just after the reply; nothing when none came
  Outcome outcome = Outcome::unknown;
};

// Why a history was refused.
struct BadLine {
  std::size_t line = 0;  // from 1
  std::string message;
};

}  // namespace kin::check
