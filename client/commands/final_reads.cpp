#include "client/commands/final_reads.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "client/bench/workload.hpp"
#include "client/commands/calling.hpp"
#include "client/commands/converging.hpp"
#include "client/commands/progress_line.hpp"
#include "client/history_file.hpp"
#include "client/identity.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{30};
constexpr milliseconds longest_look{1000}, longest_poll{100}, between_words{500};
constexpr std::size_t in_flight = 64;
constexpr wire::Level by_itself{wire::Quorum::count, 1};

std::optional<std::string> why_they_differ(const Convergence& seen) {
  if (seen.interrupted) return "interrupted";
  if (const auto others = members_not_asked(seen.last); !others.empty())
    return others.begin()->str() + " is not among the nodes that were named: give --config";
  if (!seen.reached()) return "the nodes differ: " + listed(seen.reasons, "; ");
  return std::nullopt;
}

class FinalReads {
 public:
  FinalReads(const LoadedKeys& loaded, AsyncClient& client, HistoryFile& history, ProgressLine& line)
      : loaded_(loaded),
        client_(client),
        history_(history),
        line_(line),
        name_("final-" + to_hex(new_operation_id()).substr(0, 8)) {}

  tl::expected<void, std::string> run() {
    const std::size_t nodes = client_.endpoints().size();
    const std::uint64_t all = loaded_.keys * nodes;
    auto word = Clock::now() + between_words;
    while (!error_ && (done_ < all || client_.in_flight() > 0)) {
      while (!error_ && begun_ < all && client_.in_flight() < in_flight) {
        begin(key_numbered(loaded_.prefix, begun_ / nodes), begun_ % nodes);
      }
      if (!client_.poll(longest_poll)) return tl::unexpected(std::string("interrupted"));
      if (Clock::now() < word) continue;
      word += between_words;
      line_.show({static_cast<double>(done_) / static_cast<double>(all),
                  std::to_string(done_) + " of " + std::to_string(all) + " final reads", 0, 0});
    }
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  void begin(std::string key, std::size_t at) {
    HistoryEvent event;
    event.client = name_;
    event.id = name_ + '-' + std::to_string(++begun_);
    event.op = "final";
    event.bucket = loaded_.bucket;
    event.key = std::move(key);
    event.start_ns = monotonic_ns();
    client_.submit(
        wire::Read{event.bucket, event.key, by_itself}, [this, event](Outcome&& outcome) { ended(event, outcome); },
        at);
  }

  void ended(HistoryEvent event, const Outcome& outcome) {
    if (!outcome) {
      error_ = outcome.error().message;
      return;
    }
    record(event, std::get<wire::ReadReply>(*outcome), monotonic_ns());
    event.context.clear();  // nobody writes with it
    if (auto kept = history_.append(event); !kept) error_ = kept.error();
    ++done_;
  }

  const LoadedKeys& loaded_;
  AsyncClient& client_;
  HistoryFile& history_;
  ProgressLine& line_;
  const std::string name_;
  std::uint64_t begun_ = 0, done_ = 0;
  std::optional<std::string> error_;
};

}  // namespace

tl::expected<void, std::string> append_final_reads(const LoadedKeys& loaded, const CommandContext& context) {
  Globals anywhere = context.globals;
  anywhere.node.clear();
  const auto book = AddressBook::open(anywhere);
  if (!book) return tl::unexpected(book.error().message);
  auto history = HistoryFile::open(context.globals.history);
  if (!history) return tl::unexpected(history.error());
  ClientOptions options = client_options(*book, context);
  const milliseconds patience = options.timeout;
  options.timeout = std::min(longest_look, patience);
  Client client(book->all(), std::move(options));
  ProgressLine line(context);
  const auto begin = Clock::now();
  const Convergence seen = wait_until_converged(client, begin + longest_wait, [&](const std::string&) {
    line.show({(Clock::now() - begin) / std::chrono::duration<double>(longest_wait),
               "waiting until all nodes hold the same", 0, 0});
  });
  if (const auto why = why_they_differ(seen)) return tl::unexpected(*why);
  client.core().set_timeout(patience);
  return FinalReads(loaded, client.core(), *history, line).run();
}

}  // namespace kin
