// keys and conflicts: page after page.
#include <algorithm>
#include <chrono>

#include "client/commands/calling.hpp"
#include "client/commands/run.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

constexpr std::uint32_t page = 1000;

std::uint64_t wall_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::string lines(const std::vector<std::string>& keys, Output output) {
  std::string out;
  for (const std::string& key : keys) out += output == Output::raw ? key + '\n' : text::key(key);
  return out;
}

}  // namespace

int run_command(const KeysCommand& command, const CommandContext& context) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  const bool as_json = context.screen.output() == Output::json;
  std::vector<std::string> all;  // of JSON, which is one object; text goes out page by page
  std::uint64_t printed = 0;
  wire::Keys request{context.globals.bucket, command.prefix, "", page};
  while (true) {
    if (command.limit != 0) {
      request.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(page, command.limit - printed));
    }
    auto reply = client.keys(request);
    if (!reply) return fail(client, reply.error(), context);
    printed += reply->keys.size();
    const bool last = !reply->more || reply->keys.empty() || (command.limit != 0 && printed >= command.limit);
    if (!reply->keys.empty()) request.after = reply->keys.back();
    if (as_json) {
      std::move(reply->keys.begin(), reply->keys.end(), std::back_inserter(all));
    } else {
      context.screen.print(lines(reply->keys, context.screen.output()));
    }
    if (last) break;
  }
  if (as_json) context.screen.print(json::keys(context.globals.bucket, all));
  return 0;
}

int run_command(const ConflictsCommand& command, const CommandContext& context) {
  if (command.watch) return watch_conflicts(command, context);
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  std::vector<wire::ConflictRow> rows;
  // Without -b all buckets are meant: a conflict that nobody asked about is the one to find.
  wire::Conflicts request;
  request.limit = page;
  if (context.globals.bucket_given) request.bucket = context.globals.bucket;
  while (true) {
    auto reply = client.conflicts(request);
    if (!reply) return fail(client, reply.error(), context);
    const bool last = !reply->more || reply->rows.empty();
    std::move(reply->rows.begin(), reply->rows.end(), std::back_inserter(rows));
    if (last) break;
    request.after_bucket = rows.back().bucket;
    request.after_key = rows.back().key;
  }
  switch (context.screen.output()) {
    case Output::json: context.screen.print(json::conflicts(rows)); break;
    case Output::text: context.screen.print(text::conflicts(rows, wall_clock_us(), context.screen.style())); break;
    case Output::raw:
      for (const wire::ConflictRow& row : rows) context.screen.print(row.key + '\n');
      break;
  }
  return 0;
}

}  // namespace kin
