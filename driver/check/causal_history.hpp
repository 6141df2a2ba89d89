// What clients of the causal tier did and saw, one JSON object a line. The lines' shape: docs/operations.md, histories.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "driver/check/history_line.hpp"

namespace kin::check {

enum class Op { put, remove, get, final_read };

// What a write said that it had seen.
enum class Past { nothing, operation, implied };

struct Operation : KeyName, Course {
  std::string id;
  std::size_t line = 0;  // from 1
  Op op = Op::get;
  std::string value;                // of a put
  std::vector<std::string> values;  // what a get or a final read showed
  Past past = Past::nothing;        // of a put or delete
  std::optional<std::size_t> seen;  // with Past::operation: position of the operation whose context was carried
  std::optional<std::vector<std::string>> replaced;  // values; nothing where the line does not say
  bool sent_again = false;                           // a write that two nodes may have taken, each in its place
  std::string node;
  std::string session;  // empty: none

  bool writes() const { return op == Op::put || op == Op::remove; }
};

struct CausalHistory {
  std::vector<Operation> operations;  // in the order of the lines
};

std::string_view name(Op op);  // put | delete | get | final

// Reads to the end of `lines`; empty lines are passed over, fields that are not known are ignored. Refused: what is no
// JSON object, missing fields and wrong types, two operations with one id, two puts of one value to one key (values
// name writes), a context of an operation that is not there, is of another key or did not succeed.
tl::expected<CausalHistory, BadLine> read_causal_history(std::istream& lines);

}  // namespace kin::check
