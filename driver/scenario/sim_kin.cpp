#include "driver/scenario/sim_kin.hpp"

#include <algorithm>
#include <sstream>

#include "client/commands/requests.hpp"
#include "client/commands/telling.hpp"
#include "client/commands/token_book.hpp"
#include "client/commands/token_telling.hpp"
#include "client/identity.hpp"
#include "client/register_event.hpp"
#include "client/render/json.hpp"
#include "driver/scenario/kin_output.hpp"

namespace kin::driver {

namespace {

constexpr const char* config_name = "the simulated cluster";

template <class Kind, class... Some>
constexpr bool one_of = (std::is_same_v<Kind, Some> || ...);

}  // namespace

SimKin::SimKin(SimClients& clients, ClientCall call)
    : clients_(clients), call_(std::move(call)), name_("kin@sim:" + std::to_string(++clients.runs)) {}

void SimKin::begin() {
  answer_.start_ns = static_cast<std::int64_t>(clients_.now_ns());
  std::vector<std::string> arguments{"--config", config_name, "--node", call_.node, "-o", "json"};
  arguments.insert(arguments.end(), call_.arguments.begin(), call_.arguments.end());
  const auto line = parse_command_line(arguments, {});
  if (!line) {
    globals_.output = line.error().output;
    return print([&](const CommandContext& context) {
      if (line.error().problem.empty()) {
        context.screen.print(line.error().help);
        return 0;
      }
      const int code = context.screen.fail(usage_failure(line.error().problem));
      context.screen.explain(line.error().hint + '\n');
      return code;
    });
  }
  globals_ = line->globals;
  if (!globals_.as.empty()) name_ = globals_.as;
  if (!globals_.history.empty() || globals_.config != config_name || !globals_.endpoints.empty())
    return not_played("a simulated client has no --config, --endpoints and --history of its own");
  const auto& nodes = clients_.cluster.config().nodes;
  const auto node = std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one.id == globals_.node; });
  if (node == nodes.end()) return refuse(usage_failure("there is no node " + globals_.node));
  at_ = {node->id, node->host, node->port};
  std::visit(
      [&](const auto& command) {
        using Kind = std::decay_t<decltype(command)>;
        constexpr bool of_data = one_of<Kind, ReadCommand, AddUpdateCommand, DeleteCommand, TokenCreateCommand,
                                        TokenWriteCommand, TokenReadCommand, TokenDropCommand, TokenShowCommand,
                                        SilenceCommand, KeysCommand, ConflictsCommand, ExplainCommand, ResolveCommand>;
        if constexpr (of_data) {
          play(command);
        } else {
          play_alone(command);
        }
      },
      line->command);
}

// ------------------------------------------------------------------------------------------------ commands

void SimKin::play(const ReadCommand& command) {
  ask_about_key(request_of(globals_, command), [this, command, begun = event("get", command.key, {})](Outcome outcome) {
    finish<wire::ReadReply>(begun, std::move(outcome), [&](const auto& reply, const CommandContext& context) {
      return tell(command, reply, context);
    });
  });
}

void SimKin::play(const AddUpdateCommand& command) {
  auto value = value_of(command);
  if (!value) return refuse(value.error());
  const WriterContext carried = context_for(command.key, command.seen, command.context);
  HistoryEvent begun = event("put", command.key, carried);
  begun.value = *value;
  wire::AddUpdate request = request_of(globals_, command, std::move(*value), carried, call_.in_history);
  request.operation = drawn_id();
  ask_about_key(request, [this, key = command.key, begun](Outcome outcome) {
    finish<wire::WriteReply>(begun, std::move(outcome), [&](const auto& reply, const CommandContext& context) {
      return tell(key, reply, context);
    });
  });
}

void SimKin::play(const DeleteCommand& command) {
  if (command.until_forgotten) {
    return not_played("a simulated client does not wait until a key is forgotten");
  }
  const WriterContext carried = context_for(command.key, command.seen, command.context);
  wire::Remove request = request_of(globals_, command, carried, call_.in_history);
  request.operation = drawn_id();
  ask_about_key(request, [this, key = command.key, begun = event("delete", command.key, carried)](Outcome outcome) {
    finish<wire::WriteReply>(begun, std::move(outcome), [&](const auto& reply, const CommandContext& context) {
      return tell(key, reply, context);
    });
  });
}

void SimKin::play(const TokenCreateCommand& command) {
  ask_about_token("create", wire::TokenCreate{command.id, command.if_absent});
}

void SimKin::play(const TokenWriteCommand& command) {
  ask_about_token("write", wire::TokenWrite{command.id, command.name, command.low, command.mid, command.high, false});
}

void SimKin::play(const TokenReadCommand& command) {
  if (!command.reader.empty() && command.reader != at_.node)
    return not_played("a simulated client reads at the node of its step");
  ask_about_token("read", wire::TokenRead{command.id});
}

void SimKin::play(const TokenDropCommand& command) { ask_about_token("drop", wire::TokenDrop{command.id}); }

void SimKin::play(const TokenShowCommand& command) {
  ask(wire::TokenShow{command.id}, [this](Outcome outcome) {
    const auto reply = narrowed<wire::TokenShowReply>(std::move(outcome));
    print([&](const CommandContext& context) { return tell_token_show(reply, context); });
  });
}

// The command names its node itself.
void SimKin::play(const SilenceCommand& command) {
  const NodeConfig* node = clients_.cluster.config().node(command.node);
  if (node == nullptr) return refuse(usage_failure("there is no node " + command.node));
  at_ = {node->id, node->host, node->port};
  const wire::TokenSilence request{command.token, static_cast<std::uint64_t>(command.after.count())};
  ask(request, [this](Outcome outcome) {
    const auto reply = narrowed<wire::Done>(std::move(outcome));
    print([&](const CommandContext& context) {
      if (!reply) return context.screen.fail(reply.error());
      context.screen.print(json::done({at_.node.str()}, {}, reply->message));
      return 0;
    });
  });
}

template <class Request>
void SimKin::ask_about_token(const char* verb, const Request& request) {
  if (auto wrong = impossible_id(request.id)) return refuse(*wrong);
  const TokenScheme* token = clients_.cluster.config().token(request.id);
  RegisterEvent begun = event_of(request);
  begun.client = name_;
  begun.start_ns = clients_.now_ns();
  ask(request, [this, verb, begun, writer = token == nullptr ? "" : token->writer](Outcome outcome) {
    RegisterEvent event = begun;
    const auto reply = narrowed<wire::TokenReply>(std::move(outcome));
    reply ? record(event, *reply, clients_.now_ns()) : record(event, reply.error(), clients_.now_ns());
    if (call_.in_history) clients_.history += history_line(event);
    print([&](const CommandContext& context) { return tell_token(verb, writer, reply, context); });
  });
}

void SimKin::play_alone(const Command& command) {
  const bool asks_nobody =
      std::holds_alternative<VclockCompareCommand>(command) || std::holds_alternative<VclockDecodeCommand>(command);
  if (asks_nobody) return print([&](const CommandContext& context) { return run(command, context); });
  not_played(
      "a simulated client reads, writes, deletes, resolves, explains, lists keys and conflicts, has tokens and "
      "compares "
      "clocks; faults and waiting are steps of the scenario");
}

// ------------------------------------------------------------------------------------------------ asking

void SimKin::ask_at(const Endpoint& at, wire::Kind kind, wire::Kind what, std::string body,
                    std::function<void(Outcome)> then) {
  SimQuestion::ask(clients_, {at, name_, kind, what, std::move(body), globals_.timeout},
                   [self = shared_from_this(), then = std::move(then)](Outcome outcome) { then(std::move(outcome)); });
}

template <class ReplyBody, class Tell>
void SimKin::finish(HistoryEvent event, Outcome outcome, const Tell& tell) {
  const auto reply = noted<ReplyBody>(std::move(event), std::move(outcome));
  print([&](const CommandContext& context) { return tell(reply, context); });
}

WriterContext SimKin::context_for(const std::string& key, std::optional<wire::Seen> said,
                                  const std::string& context) const {
  if (said) return {*said, context};
  const auto session = clients_.sessions.find(globals_.session);
  if (session == clients_.sessions.end()) return {};
  const auto seen = session->second.context(globals_.bucket, key);
  return seen ? WriterContext{wire::Seen::context, *seen} : WriterContext{};
}

HistoryEvent SimKin::event(const char* op, const std::string& key, const WriterContext& carried) {
  HistoryEvent event;
  event.client = name_;
  event.id = name_ + '/' + to_hex(drawn_id());
  event.op = op;
  event.bucket = globals_.bucket;
  event.session = globals_.session;
  event.key = key;
  event.seen = carried.seen;
  if (carried.seen == wire::Seen::context) {
    std::istringstream so_far(clients_.history);
    event.context_of = operation_that_gave(carried.context, so_far);
  }
  event.start_ns = clients_.now_ns();
  return event;
}

// ------------------------------------------------------------------------------------------------ answering

void SimKin::refuse(const Failure& failure) {
  print([&](const CommandContext& context) { return context.screen.fail(failure); });
}

void SimKin::not_played(const std::string& why) {
  refuse({Status::unsupported, Applied::no, why});
  answer_.not_played = true;
}

void SimKin::print(const std::function<int(const CommandContext&)>& action) {
  say(action);
  over_ = true;
}

void SimKin::say(const std::function<int(const CommandContext&)>& action) {
  std::ostringstream output, errors;
  const text::Style style{palette(false), globals_.quiet, globals_.command};
  Screen screen(globals_.output, output, errors, style, style, false);
  const int code = action({globals_, screen});
  const std::int64_t start_ns = answer_.start_ns;
  answer_ = read_kin_output(code, output.str(), errors.str());
  answer_.start_ns = start_ns;
  answer_.end_ns = static_cast<std::int64_t>(clients_.now_ns());
}

std::string SimKin::drawn_id() {
  std::string id;
  while (id.size() < 16) {
    const std::uint64_t drawn = clients_.rng.next();
    for (int byte = 0; byte < 8; ++byte) id += static_cast<char>(drawn >> (8 * byte));
  }
  return id;
}

}  // namespace kin::driver
