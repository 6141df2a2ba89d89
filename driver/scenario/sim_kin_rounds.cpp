// Commands of a simulated client that ask more than once.
#include "client/commands/explaining.hpp"
#include "client/commands/requests.hpp"
#include "client/commands/resolving.hpp"
#include "driver/scenario/sim_kin.hpp"

namespace kin::driver {

void SimKin::play(const KeysCommand& command) { next_page(KeyPages(command, globals_), {}); }

void SimKin::next_page(KeyPages pages, std::vector<std::string> so_far) {
  if (pages.over()) return print([&](const CommandContext& context) { return tell(so_far, context); });
  ask(pages.next(), [this, pages, so_far](Outcome outcome) mutable {
    auto reply = narrowed<wire::KeysReply>(std::move(outcome));
    if (!reply) return refuse(reply.error());
    for (std::string& key : pages.take(std::move(*reply))) so_far.push_back(std::move(key));
    next_page(std::move(pages), std::move(so_far));
  });
}

void SimKin::play(const ConflictsCommand& command) {
  if (command.watch) return not_played("a simulated client does not watch");
  next_page(ConflictPages(globals_));
}

void SimKin::next_page(ConflictPages pages) {
  if (pages.over()) return print([&](const CommandContext& context) { return tell(pages.rows(), context); });
  ask(pages.next(), [this, pages](Outcome outcome) mutable {
    auto reply = narrowed<wire::ConflictsReply>(std::move(outcome));
    if (!reply) return refuse(reply.error());
    pages.take(std::move(*reply));
    next_page(std::move(pages));
  });
}

void SimKin::play(const ExplainCommand& command) {
  struct Answers {
    std::vector<Endpoint> endpoints;
    std::vector<tl::expected<wire::ExplainReply, Failure>> replies;
    std::size_t missing = 0;
  };
  const auto answers = std::make_shared<Answers>();
  for (const NodeConfig& node : clients_.cluster.config().nodes)
    answers->endpoints.push_back({node.id, node.host, node.port});
  answers->missing = answers->endpoints.size();
  answers->replies.resize(answers->missing);
  const std::string body = wire::encode(wire::Explain{globals_.bucket, command.key});
  for (std::size_t i = 0; i < answers->endpoints.size(); ++i) {
    ask_at(answers->endpoints[i], wire::Kind::explain, wire::Kind::explain, body,
           [this, command, answers, i](Outcome outcome) {
             answers->replies[i] = narrowed<wire::ExplainReply>(std::move(outcome));
             if (--answers->missing > 0) return;
             print([&](const CommandContext& context) {
               return tell(command, answers->endpoints, answers->replies, context);
             });
           });
  }
}

void SimKin::play(const ResolveCommand& command) {
  if (command.merge_command || command.edit) return not_played("a simulated client starts no program");
  resolve(command, 1);
}

void SimKin::resolve(const ResolveCommand& command, int round) {
  const wire::Read request{globals_.bucket, command.key, {}};
  ask_about_key(request, [this, command, round, begun = event("get", command.key, {})](Outcome outcome) {
    const auto reply = noted<wire::ReadReply>(begun, std::move(outcome));
    std::optional<std::string> value;
    say([&](const CommandContext& context) {
      auto made = value_to_write(command, reply, {}, context);
      if (!made) return made.error();
      value = *std::move(made);
      return 0;
    });
    over_ = !value;
    if (over_) return;
    const AddUpdateCommand asked{command.key, *value, std::nullopt, command.level, wire::Seen::context, reply->context};
    const WriterContext carried{wire::Seen::context, reply->context};
    HistoryEvent write = event("put", command.key, carried);
    write.value = value;
    wire::AddUpdate put = request_of(globals_, asked, *value, carried, call_.in_history);
    put.operation = drawn_id();
    ask_about_key(put, [this, command, round, value, write](Outcome ended) {
      const auto written = noted<wire::WriteReply>(write, std::move(ended));
      say([&](const CommandContext& context) {
        const auto code = end_of_round(command, *value, written, round, context);
        over_ = code.has_value();
        return code.value_or(0);
      });
      if (!over_) resolve(command, round + 1);
    });
  });
}

}  // namespace kin::driver
