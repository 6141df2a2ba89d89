// kin resolve: reads, makes one value of all, and writes it with the context of that read. It replaces just what it has
// seen: a value that comes in between stays, and is looked at again.
#include "client/commands/calling.hpp"
#include "client/commands/interrupts.hpp"
#include "client/commands/merging.hpp"
#include "client/commands/requests.hpp"
#include "client/commands/run.hpp"
#include "client/commands/telling.hpp"
#include "client/commands/user_files.hpp"
#include "client/render/json.hpp"
#include "client/render/text.hpp"
#include "client/story/conflict_story.hpp"

namespace kin {
namespace {

constexpr int most_rounds = 10;

class Resolving {
 public:
  Resolving(const ResolveCommand& command, UserFiles& files, Client& client, const CommandContext& context)
      : command_(command), files_(files), client_(client), context_(context) {}

  int run() { return ended(resolve(), kept_, client_, context_); }

 private:
  int resolve() {
    for (int round = 1;; ++round) {
      const auto reply = read();
      if (!reply || reply->siblings.empty()) return tell(ReadCommand{command_.key, {}, false}, reply, context_);
      if (auto same = as_it_was_read(command_, reply->siblings); !same) {
        same.error().node = reply->node;
        return context_.screen.fail(same.error());
      }
      if (reply->siblings.size() == 1) return nothing_to_resolve(*reply);
      auto value = merged(command_, reply->siblings, base(), context_.interrupt_fd);
      if (is_interrupted(context_.interrupt_fd)) return interrupted();
      if (!value) return context_.screen.fail(value.error());
      if (command_.dry_run) return show_only(*value, *reply);
      const auto written = write(*value, reply->context);
      const bool came = written && written->siblings.size() > 1;
      if (!came || !sees_what_came() || round == most_rounds) {
        const int code = tell_resolved(command_.key, *value, written, context_);
        return came ? exit_code(Status::conflict) : code;
      }
      if (!context_.globals.quiet) {
        context_.screen.explain("kin: another value of " + text::key(command_.key) +
                                "     came meanwhile; resolving it too\n");
      }
    }
  }

  // For a program that merges: the one value that all writers had seen, where the bucket keeps it.
  std::string base() {
    if (!command_.merge_command) return {};
    std::vector<NodeAnswer> answers;
    for (auto& reply : client_.explain_at_all({context_.globals.bucket, command_.key})) {
      if (reply) answers.push_back({reply->node.str(), std::move(*reply), ""});
    }
    const auto story = story_of(answers);
    if (!story || !story->common.certain || story->common.last.size() != 1) return {};
    for (const wire::BaseValue& kept : story->bases) {
      if (kept.dot == story->common.last.front().dot) return kept.value;
    }
    return {};
  }

  // A merge takes in what it is given. What a user chose, they chose without having seen the value that came.
  bool sees_what_came() const { return !command_.value && !command_.take && command_.over.empty(); }

  tl::expected<wire::ReadReply, Failure> read() {
    HistoryEvent event = files_.begin(context_.globals, client_.core().options().name, "get", command_.key);
    auto reply = files_.read(client_, {context_.globals.bucket, command_.key, {}});
    reply ? record(event, *reply, monotonic_ns()) : record(event, reply.error(), monotonic_ns());
    keep(event);
    return reply;
  }

  tl::expected<wire::WriteReply, Failure> write(std::string value, const std::string& seen) {
    const Globals& globals = context_.globals;
    const AddUpdateCommand asked{command_.key, value, std::nullopt, command_.level, wire::Seen::context, seen};
    const WriterContext carried = files_.context_for(globals, command_.key, asked.seen, asked.context);
    HistoryEvent event = files_.begin(globals, client_.core().options().name, "put", command_.key, carried);
    event.value = value;
    event.start_ns = monotonic_ns();
    auto reply =
        files_.add_update(client_, request_of(globals, asked, std::move(value), carried, files_.keeps_history()));
    reply ? record(event, *reply, monotonic_ns()) : record(event, reply.error(), monotonic_ns());
    keep(event);
    return reply;
  }

  void keep(const HistoryEvent& event) {
    if (auto kept = files_.finish(context_.globals, event); !kept) kept_ = kept;
  }

  int interrupted() {
    context_.screen.fail({Status::internal, Applied::no, "interrupted; nothing was written, the conflict stays"});
    return interrupted_exit;
  }

  int nothing_to_resolve(const wire::ReadReply& reply) {
    const Globals& globals = context_.globals;
    if (context_.screen.output() == Output::json) {
      context_.screen.print(json::read(globals.bucket, command_.key, reply));
    } else if (!globals.quiet) {
      context_.screen.explain("kin: nothing to resolve, there is one value of " + text::key(command_.key));
    }
    return 0;
  }

  int show_only(const std::string& value, const wire::ReadReply& reply) {
    Screen& screen = context_.screen;
    if (screen.output() == Output::json) {
      screen.print(json::resolution(context_.globals.bucket, command_.key, value, reply));
    } else if (screen.output() == Output::raw) {
      screen.print(value);
    } else {
      screen.print(text::resolution(command_.key, value, reply, screen.style()));
    }
    return 0;
  }

  const ResolveCommand& command_;
  UserFiles& files_;
  Client& client_;
  const CommandContext& context_;
  tl::expected<void, std::string> kept_;  // of the session and the history: the last error
};

}  // namespace

int run_command(const ResolveCommand& command, const CommandContext& context) {
  auto files = UserFiles::open(context.globals);
  if (!files) return context.screen.fail(files.error());
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  return Resolving(command, *files, client, context).run();
}

}  // namespace kin
