// kin resolve: it replaces just what it has seen; a value that comes in between stays, and is looked at again.
#include "client/commands/calling.hpp"
#include "client/commands/requests.hpp"
#include "client/commands/resolving.hpp"
#include "client/commands/user_files.hpp"
#include "client/story/conflict_story.hpp"

namespace kin {
namespace {

class Resolving {
 public:
  Resolving(const ResolveCommand& command, UserFiles& files, Client& client, const CommandContext& context)
      : command_(command), files_(files), client_(client), context_(context) {}

  int run() { return ended(resolve(), kept_, client_, context_); }

 private:
  int resolve() {
    for (int round = 1;; ++round) {
      const auto reply = read();
      const auto value = value_to_write(
          command_, reply, [this] { return base(); }, context_);
      if (!value) return value.error();
      const auto written = write(*value, reply->context);
      if (const auto over = end_of_round(command_, *value, written, round, context_)) return *over;
    }
  }

  // The one value that all writers had seen, where the bucket keeps it.
  std::string base() {
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
    event.sent_again = client_.sent_again();
    keep(event);
    return reply;
  }

  void keep(const HistoryEvent& event) {
    if (auto kept = files_.finish(context_.globals, event); !kept) kept_ = kept;
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
