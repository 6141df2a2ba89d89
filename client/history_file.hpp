// Appends what a client did, one JSON object a line, for `kin-driver check causal`:
//
//   {"id", "op": "put" | "delete" | "get" | "final", "key", "value" | "values", "context", "replaced", "node",
//   "start_ns",
//    "end_ns", "outcome": "ok" | "fail" | "unknown"}
//
// and beside these "client", "bucket", "session" (the name of its file, where there is one), "sent_again": true of a
// write that was sent more than once, whose "replaced" is null then, and, where a reply gave a context, "token": the
// hash of that context. By it a later operation that carries the context finds the id of the operation that gave it.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/register_event.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "common/wire/status.hpp"

namespace kin {

// One operation, from before it was sent until after its reply. Times are of CLOCK_MONOTONIC, nanoseconds.
struct HistoryEvent {
  std::string id;
  std::string client;
  std::string session;  // empty: none
  std::string op;       // put | delete | get | final
  std::string bucket, key;
  std::optional<std::string> value;                // of a put
  std::optional<std::vector<std::string>> values;  // of a get or final that was answered
  wire::Seen seen = wire::Seen::implied;           // of a put or delete
  std::string context_of;  // for Seen::context: the id of the operation whose context it carries
  std::vector<std::string> replaced;
  bool sent_again = false;  // see AsyncClient: there may be two copies, and who answered told what one of them replaced
  std::string node;         // who answered; empty: nobody
  std::string context;      // that the reply gave; empty: none
  std::uint64_t start_ns = 0;
  std::optional<std::uint64_t> end_ns;  // none when no reply came
  Applied applied = Applied::unknown;
};

std::uint64_t monotonic_ns();

// The event's fields from a reply or from a failure. `end_ns` is when it came.
void record(HistoryEvent& event, const wire::ReadReply& reply, std::uint64_t end_ns);
void record(HistoryEvent& event, const wire::WriteReply& reply, std::uint64_t end_ns);
void record(HistoryEvent& event, const Failure& failure, std::uint64_t end_ns);

// How a history spells what became of an operation: fail, ok or unknown.
const char* outcome_word(Applied applied);

// One line with its newline.
std::string history_line(const HistoryEvent& event);

// The id of the last operation of this history that was given this context. Where there is none: `outside:` and the
// context's hash, so that a checker sees that the history is not whole.
std::string operation_that_gave(const std::string& context, std::istream& history);

class HistoryFile {
 public:
  // Opens for appending, and makes the file where there is none. Error: a sentence.
  static tl::expected<HistoryFile, std::string> open(const std::string& path);
  HistoryFile(HistoryFile&& other) noexcept;
  HistoryFile& operator=(HistoryFile&&) = delete;
  ~HistoryFile();

  // As above.
  std::string operation_that_gave(const std::string& context) const;

  // As one write, so that several clients may share the file. Error: a sentence.
  [[nodiscard]] tl::expected<void, std::string> append(const HistoryEvent& event);
  [[nodiscard]] tl::expected<void, std::string> append(const RegisterEvent& event);

 private:
  [[nodiscard]] tl::expected<void, std::string> append_line(const std::string& line);
  HistoryFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_ = -1;
};

}  // namespace kin
