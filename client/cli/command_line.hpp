// The command line of kin as plain structs. CLI11 is seen by the files of the grammar only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "client/bench/workload.hpp"
#include "common/cli/command_tree.hpp"
#include "common/wire/requests.hpp"

namespace kin {

enum class Output { text, json, raw };

struct Globals {
  std::string config;     // empty: none
  std::string endpoints;  // empty: those of the config
  std::string node;       // empty: any
  std::string bucket = "default";
  bool bucket_given = false;
  std::chrono::milliseconds timeout{2000};
  bool timeout_given = false;
  Output output = Output::text;
  std::string session, history;  // empty: none
  std::string as;                // empty: user@host:pid
  bool quiet = false, no_color = false;
  std::string command = "kin";  // how this user would begin the next command, with the flags that say where and as whom
};

struct ReadCommand {
  std::string key;
  wire::Level level;
  bool allow_siblings = false;
};

struct AddUpdateCommand {
  std::string key;
  std::optional<std::string> value;  // exactly one of the two
  std::optional<std::string> file;   // - is standard input
  wire::Level level;
  std::optional<wire::Seen> seen;  // none: the session's context, else implied
  std::string context;             // for Seen::context
  std::string content_type;
  Metadata meta;
};

struct DeleteCommand {
  std::string key;
  wire::Level level;
  std::optional<wire::Seen> seen;
  std::string context;
  bool until_forgotten = false;  // not over before no node keeps a trace
};

// Exactly one of the five ways.
struct ResolveCommand {
  std::string key;
  std::optional<std::string> take;  // the number of a value, from 1 as read shows them, or its dot
  std::vector<std::string> over;    // dots of the others that may be replaced; empty: all that are there
  std::optional<std::string> value;
  bool union_of_lines = false;
  std::optional<std::string> merge_command;
  bool edit = false;
  bool dry_run = false;
  wire::Level level;
};

struct ConflictsCommand {
  bool watch = false;
  std::string from;  // where a watch goes on; empty: its beginning
};

// Exactly one of key and prefix.
struct WatchCommand {
  std::optional<std::string> key, prefix;
  std::string from;  // empty: now, or with `all` what is there
  bool all = false;
};

struct ExplainCommand {
  std::string key;
  std::string html, svg;  // files for the same as a picture; empty: none
};

struct KeysCommand {
  std::string prefix;
  std::uint64_t limit = 0;  // 0: all
};

struct VclockCompareCommand {
  std::string a, b;
};

struct VclockDecodeCommand {
  std::string context;
};

struct LogCommand {
  enum class Form { merged, shiviz };
  Form form = Form::merged;
  std::string folder;
};

struct BenchCommand {
  std::string mix = "a";         // one of mixes()
  std::optional<Favour> favour;  // none: the mix's own
  std::uint64_t keys = 1000;
  std::size_t value_bytes = 100;
  std::size_t clients = 1, depth = 16;
  wire::Level read, write;
  std::chrono::milliseconds duration{10'000};
  std::uint64_t rate = 0;  // of all clients together; 0: as many as go
  std::uint32_t unseeing = 0;
  bool load = true;
  std::uint64_t seed = 1;
  std::string prefix = "bench-";
  bool one_a_message = false;
};

struct TimelineCommand {
  std::string folder;
  std::optional<std::string> key;  // none: all
  std::string html, svg;           // the file to write; one of the two is empty
};

struct ClusterStatusCommand {};
struct ClusterLagCommand {};

struct ClusterWaitCommand {
  std::chrono::milliseconds timeout{30'000};
};

struct ClusterRemoveCommand {
  std::string member;
  bool force = false;  // also one that answers
};

struct FaultCommand {
  std::string node;  // empty for `clear` on all nodes
  wire::Fault fault;
};

struct SilenceCommand {
  std::string token, node;
  std::chrono::milliseconds after{0};
};

struct TokenCreateCommand {
  std::string id;
  bool if_absent = false;
};

struct TokenWriteCommand {
  std::string id, name;
  std::uint64_t low = 0, mid = 0, high = 0;  // low <= mid < high
};

struct TokenReadCommand {
  std::string id;
  std::string reader;  // host:port or a node's id; empty: any
};

struct TokenDropCommand {
  std::string id;
};

struct TokenListCommand {};

struct TokenShowCommand {
  std::string id;
  std::string reader;  // as above, any holder
};

struct ShellCommand {};

// The script that teaches a shell to complete commands of kin.
struct CompletionCommand {
  std::string shell;  // bash, zsh or fish
};

using Command =
    std::variant<ReadCommand, AddUpdateCommand, DeleteCommand, ResolveCommand, ConflictsCommand, ExplainCommand,
                 WatchCommand, KeysCommand, VclockCompareCommand, VclockDecodeCommand, ClusterStatusCommand,
                 ClusterLagCommand, ClusterWaitCommand, ClusterRemoveCommand, FaultCommand, LogCommand, BenchCommand,
                 TimelineCommand, SilenceCommand, TokenCreateCommand, TokenWriteCommand, TokenReadCommand,
                 TokenDropCommand, TokenListCommand, TokenShowCommand, ShellCommand, CompletionCommand>;

struct Invocation {
  Globals globals;
  Command command;
};

// The environment variables that count; empty where they are not set.
struct EnvironmentVariables {
  std::string config;     // KIN_CONFIG
  std::string endpoints;  // KIN_ENDPOINTS
};

// Why there is nothing to run: help or version was asked for, or the line is wrong.
struct NothingToRun {
  std::string help;              // for standard output; then the exit code is 0
  std::string problem;           // else a sentence, USAGE
  std::string hint;              // what to type instead
  Output output = Output::text;  // as far as it can be told
};

// `args` without the program's name. Flags beat the environment: --config also hides KIN_ENDPOINTS, --endpoints hides
// KIN_CONFIG.
tl::expected<Invocation, NothingToRun> parse_command_line(const std::vector<std::string>& args,
                                                          const EnvironmentVariables& environment);

// All commands and flags, as they are parsed.
CommandTree command_tree();
std::string version_text();  // kin 0.1.0

}  // namespace kin
