#include "client/render/bench.hpp"

#include "client/bench/bench_run.hpp"
#include "client/commands/calling.hpp"
#include "client/commands/final_reads.hpp"
#include "client/commands/interrupts.hpp"
#include "client/commands/progress_line.hpp"
#include "client/commands/run.hpp"

namespace kin {
namespace {

BenchOptions options_of(const BenchCommand& command, const Globals& globals) {
  const Mix* mix = mix_named(command.mix);
  BenchOptions options;
  options.plan.mix = mix;
  options.plan.favour = command.favour.value_or(mix->favour);
  options.plan.bucket = globals.bucket;
  options.plan.prefix = command.prefix;
  options.plan.value_bytes = command.value_bytes;
  options.plan.depth = command.depth;
  options.plan.read = command.read;
  options.plan.write = command.write;
  options.plan.unseeing = command.unseeing;
  options.plan.one_a_message = command.one_a_message;
  options.plan.rate = static_cast<double>(command.rate) / static_cast<double>(command.clients);
  options.keys = command.keys;
  options.clients = command.clients;
  options.duration = command.duration;
  options.load = command.load;
  options.seed = command.seed;
  options.history = globals.history;
  return options;
}

}  // namespace

int run_command(const BenchCommand& command, const CommandContext& context) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  const BenchOptions options = options_of(command, context.globals);
  const auto result = [&] {
    ProgressLine line(context);
    return run_bench(
        options, client_options(*book, context), [&] { return book->for_any(); },
        [&](const BenchStage& stage) { line.show(text::progress_of(stage)); });
  }();
  if (!result) return context.screen.fail(result.error());
  const bool as_json = context.screen.output() == Output::json;
  context.screen.print(as_json ? json::bench(options, *result) : text::bench(options, *result, context.screen.style()));
  if (!result->history_error.empty()) {
    context.screen.explain("kin: " + result->history_error + '\n');
    return exit_code(Status::internal);
  }
  if (result->interrupted) return interrupted_exit;
  if (!options.history.empty()) {
    const auto kept = append_final_reads({options.plan.bucket, options.plan.prefix, result->keys}, context);
    if (!kept) context.screen.explain("kin: " + options.history + " has not all final reads: " + kept.error() + '\n');
    if (is_interrupted(context.interrupt_fd)) return interrupted_exit;
  }
  const BenchTally& tally = result->tally;
  return tally.done() == 0 && tally.first_failure ? exit_code(tally.first_failure->status) : 0;
}

}  // namespace kin
