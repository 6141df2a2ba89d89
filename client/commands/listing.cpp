#include "client/commands/listing.hpp"

#include <algorithm>
#include <chrono>

#include "client/commands/calling.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

constexpr std::uint64_t page = 1000;

std::uint64_t wall_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

// Of the next page; a limit of 0 is none.
std::uint32_t page_within(std::uint64_t limit, std::uint64_t taken) {
  return static_cast<std::uint32_t>(limit == 0 ? page : std::min(page, limit - taken));
}

}  // namespace

KeyPages::KeyPages(const KeysCommand& command, const Globals& globals)
    : limit_(command.limit), request_{globals.bucket, command.prefix, "", page_within(command.limit, 0)} {}

std::vector<std::string> KeyPages::take(wire::KeysReply&& reply) {
  taken_ += reply.keys.size();
  over_ = !reply.more || reply.keys.empty() || (limit_ != 0 && taken_ >= limit_);
  if (!over_) {
    request_.after = reply.keys.back();
    request_.limit = page_within(limit_, taken_);
  }
  return std::move(reply.keys);
}

ConflictPages::ConflictPages(const Globals& globals) {
  request_.limit = page;
  if (globals.bucket_given) request_.bucket = globals.bucket;
}

void ConflictPages::take(wire::ConflictsReply&& reply) {
  over_ = !reply.more || reply.rows.empty();
  std::move(reply.rows.begin(), reply.rows.end(), std::back_inserter(rows_));
  if (over_) return;
  request_.after_bucket = rows_.back().bucket;
  request_.after_key = rows_.back().key;
}

int tell(const std::vector<std::string>& keys, const CommandContext& context) {
  Screen& screen = context.screen;
  if (screen.output() == Output::json) {
    screen.print(json::keys(context.globals.bucket, keys));
    return 0;
  }
  std::string lines;
  for (const std::string& key : keys) lines += screen.output() == Output::raw ? key + '\n' : text::key(key);
  screen.print(lines);
  return 0;
}

int tell(const std::vector<wire::ConflictRow>& rows, const CommandContext& context) {
  Screen& screen = context.screen;
  switch (screen.output()) {
    case Output::json: screen.print(json::conflicts(rows)); break;
    case Output::text: screen.print(text::conflicts(rows, wall_clock_us(), screen.style())); break;
    case Output::raw:
      for (const wire::ConflictRow& row : rows) screen.print(row.key + '\n');
      break;
  }
  return 0;
}

int run_command(const KeysCommand& command, const CommandContext& context) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  const bool as_json = context.screen.output() == Output::json;
  std::vector<std::string> all;
  for (KeyPages pages(command, context.globals); !pages.over();) {
    auto reply = client.keys(pages.next());
    if (!reply) return fail(client, reply.error(), context);
    std::vector<std::string> keys = pages.take(std::move(*reply));
    if (as_json) {
      std::move(keys.begin(), keys.end(), std::back_inserter(all));
    } else {
      tell(keys, context);
    }
  }
  return as_json ? tell(all, context) : 0;
}

int run_command(const ConflictsCommand& command, const CommandContext& context) {
  if (command.watch) return watch_conflicts(command, context);
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  ConflictPages pages(context.globals);
  while (!pages.over()) {
    auto reply = client.conflicts(pages.next());
    if (!reply) return fail(client, reply.error(), context);
    pages.take(std::move(*reply));
  }
  return tell(pages.rows(), context);
}

}  // namespace kin
