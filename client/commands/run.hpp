// Runs one command of kin.
#pragma once

#include "client/cli/command_line.hpp"
#include "client/commands/screen.hpp"

namespace kin {

inline constexpr int interrupted_exit = 130;

struct CommandContext {
  const Globals& globals;
  Screen& screen;
  int interrupt_fd = -1;  // see ClientOptions
};

// Returns the exit code.
int run(const Command& command, CommandContext context);

int run_command(const ReadCommand& command, const CommandContext& context);
int run_command(const AddUpdateCommand& command, const CommandContext& context);
int run_command(const DeleteCommand& command, const CommandContext& context);
int run_command(const ResolveCommand& command, const CommandContext& context);
int run_command(const ConflictsCommand& command, const CommandContext& context);
int run_command(const WatchCommand& command, const CommandContext& context);
// `conflicts --watch`
int watch_conflicts(const ConflictsCommand& command, const CommandContext& context);
int run_command(const ExplainCommand& command, const CommandContext& context);
int run_command(const KeysCommand& command, const CommandContext& context);
int run_command(const VclockCompareCommand& command, const CommandContext& context);
int run_command(const VclockDecodeCommand& command, const CommandContext& context);
int run_command(const ClusterStatusCommand& command, const CommandContext& context);
int run_command(const ClusterLagCommand& command, const CommandContext& context);
int run_command(const ClusterWaitCommand& command, const CommandContext& context);
int run_command(const ClusterRemoveCommand& command, const CommandContext& context);
int run_command(const LogCommand& command, const CommandContext& context);
int run_command(const BenchCommand& command, const CommandContext& context);
int run_command(const TimelineCommand& command, const CommandContext& context);
int run_command(const FaultCommand& command, const CommandContext& context);
int run_command(const SilenceCommand& command, const CommandContext& context);
int run_command(const TokenCreateCommand& command, const CommandContext& context);
int run_command(const TokenWriteCommand& command, const CommandContext& context);
int run_command(const TokenReadCommand& command, const CommandContext& context);
int run_command(const TokenDropCommand& command, const CommandContext& context);
int run_command(const TokenListCommand& command, const CommandContext& context);
int run_command(const TokenShowCommand& command, const CommandContext& context);
int run_command(const ShellCommand& command, const CommandContext& context);
int run_command(const CompletionCommand& command, const CommandContext& context);

}  // namespace kin
