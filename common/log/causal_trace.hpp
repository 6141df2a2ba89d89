// The causal trace: one line for every causal event of a process, never filtered.
//
//   line  = TIMESTAMP ' ' HOST ' ' CLOCK ' ' EVENT (' ' key '=' value)* '\n'
//   HOST  = id '.' ordinal, a new one at each process start; CLOCK = a JSON object, host to number
//
// Paper: Mattern, "Virtual Time and Global States of Distributed Systems", 1989: each event ticks the own
// component; a receive first joins what the message carries. ShiViz loads the file with
// (?<ts>\S+) (?<host>\S+) (?<clock>\{.*?\}) (?<event>.*)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/log/line_writer.hpp"

namespace kin {

// Names are literals.
using TraceFields = std::vector<std::pair<std::string_view, std::string>>;

class CausalTrace {
 public:
  using Clock = std::map<std::string, std::uint64_t>;
  // A clock names so many processes of a node, the newest: a node that is started again and again must not make every
  // message of all nodes longer for ever. What an older one did is still before what followed it, since lines before
  // this one, or those that they name, name it.
  static constexpr std::size_t most_lives = 64;

  // Appends to PATH. A torn last line (a crash in the middle of a write) is cut off first: it can belong to no
  // message that left, since lines are flushed before sends. `host` is id.ordinal, printable ASCII without spaces,
  // quotes, braces and backslashes. `nodes` are the ids whose processes the clock may name. Errors: another host name;
  // a file that cannot be opened or cut.
  static tl::expected<std::unique_ptr<CausalTrace>, std::string> open(const std::string& path, std::string host,
                                                                      std::vector<std::string> nodes);
  // A trace that writes nothing; its clock stays empty.
  static std::unique_ptr<CausalTrace> off();
  ~CausalTrace();

  // The highest ordinal that this file holds lines of for a host of this id; 0 when it holds none or is not there.
  static std::uint32_t last_ordinal(const std::string& path, const std::string& id);

  // Ticks and buffers one line. wall_us: microseconds since 1970.
  void event(std::uint64_t wall_us, std::string_view name, const TraceFields& fields);
  // Joins what a message carried, within most_lives, then ticks and buffers one line. What the message says of this
  // process itself is left out, and so are names that are no `id.ordinal` of the nodes: they would stand in each line
  // and message from then on.
  void receive(std::uint64_t wall_us, const Clock& carried, std::string_view name, const TraceFields& fields);
  // What a message that is described by the last line carries.
  const Clock& clock() const;
  // Hands all buffered lines to the operating system. Call before the messages that they describe leave. False when
  // that failed: from then on the trace is off, its clock is empty, and messages carry no clock.
  bool flush();

 private:
  struct State;
  explicit CausalTrace(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A value or key for a trace field or log line: escaped so that no byte of it can start a line or a field.
// Printable ASCII stays, except '%', ' ', '"', '{', '}' and '\\', which become %XX like all other bytes.
std::string trace_escape(std::string_view bytes);
void put_escaped(LineWriter& out, std::string_view bytes);

// How much of clients' values shows up in logs.
enum class ValueDisplay { hash, full, none };

// `len:5,hash:9f3c...` with a hash that is keyed (SipHash-2-4, by `key`, of any length, or by one that each process
// draws for itself where it is empty, so that short values cannot be guessed from logs); the value as it is, for the
// logs escape what they are given; or only its length.
class ValuePrinter {
 public:
  ValuePrinter(ValueDisplay display, std::string key);
  std::string print(std::string_view value) const;

 private:
  ValueDisplay display_;
  std::string key_;
};

}  // namespace kin
