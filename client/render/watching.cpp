#include "client/render/watching.hpp"

#include <algorithm>

#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t least_value_columns = 60;

constexpr const char* about_forgotten =
    "all nodes have forgotten some of what happened meanwhile: what is there is told, and which keys are gone that "
    "this "
    "watch told of; other deletes may be missing. kin keys lists what is there";

wire::ReadReply as_read(const wire::WatchEvent& event, const wire::WatchReply& reply) {
  wire::ReadReply read;
  read.node = reply.node;
  read.order = reply.order;
  read.siblings = event.siblings;
  read.clock = event.clock;
  read.context = event.context;
  read.got = read.wanted = 1;
  return read;
}

std::string line(const Json& object) { return json_line(object) + '\n'; }

void add_token(Json& object, const std::string& token) {
  if (!token.empty()) object["from"] = token;
}

}  // namespace

namespace json {

std::string watching(const std::string& node, const std::string& token) {
  return line({{"event", "watching"}, {"node", node}, {"from", token}});
}

std::string changed(const std::string& bucket, const wire::WatchEvent& event, const wire::WatchReply& reply,
                    const std::string& token) {
  Json object{{"event", event.siblings.empty() ? "delete" : "update"}};
  object.update(Json::parse(read(bucket, event.key, as_read(event, reply))));
  for (const char* of_a_request : {"applied", "message", "replies"}) object.erase(of_a_request);
  add_token(object, token);
  return line(object);
}

std::string changed(const wire::ConflictChange& change, const std::string& token) {
  Json object{{"event", change.open ? "opened" : "resolved"},
              {"bucket", bytes_to_json(change.bucket)},
              {"key", bytes_to_json(change.key)},
              {"siblings", change.siblings},
              {"since", change.open ? Json(utc_time(change.since_us)) : Json(nullptr)}};
  add_token(object, token);
  return line(object);
}

std::string forgotten() { return line({{"event", "forgotten"}, {"message", about_forgotten}}); }

std::string forgotten_by_all() {
  return line({{"status", name(Status::ok)}, {"applied", name(Applied::yes)}, {"forgotten", true}});
}

std::string watch_ended(const std::string& token) { return line({{"event", "end"}, {"from", token}}); }

}  // namespace json

namespace text {

std::string changed(const wire::WatchEvent& event, const wire::WatchReply& reply, const Style& style) {
  const Palette& p = style.palette;
  const std::string key = emphasised(p.bold, shortened(event.key, 60), p);
  if (event.siblings.empty()) return key + "  " + emphasised(p.yellow, "deleted", p) + '\n';
  const bool alone = event.siblings.size() == 1;
  std::string out = key;
  if (!alone) {
    out += "  " + emphasised(p.yellow, "CONFLICT", p) + ", " + std::to_string(event.siblings.size()) +
           " values; to see and end it: " + style.command + " read " + dashed_word(event.key) + '\n';
  }
  for (const wire::ShownSibling& one : event.siblings) {
    out += (alone ? " = " : "  ") + shortened(one.value, std::max(value_columns(style), least_value_columns));
    if (!style.quiet) {
      out += emphasised(p.dim,
                        "  clock " + print_positions(one.clock, reply.order) + "  dot " + to_string(one.dot) + "  " +
                            shortened(one.client, 40) + "  " + utc_time(one.written_us),
                        p);
    }
    out += '\n';
  }
  return out;
}

std::string changed(const wire::ConflictChange& change, bool with_bucket, const Style& style) {
  const Palette& p = style.palette;
  const std::string where =
      (with_bucket ? shortened(change.bucket, 40) + "  " : "") + emphasised(p.bold, shortened(change.key, 60), p);
  if (change.open) {
    const bool other_bucket = with_bucket && style.command.find(" -b ") == std::string::npos;
    const std::string command = style.command + (other_bucket ? " -b " + shell_word(change.bucket) : "");
    const std::string next = style.quiet ? "" : "; why: " + command + " explain " + dashed_word(change.key);
    return emphasised(p.yellow, "opened", p) + "    " + where + "  " + std::to_string(change.siblings) +
           " values since " + utc_time(change.since_us) + next + '\n';
  }
  return emphasised(p.green, "resolved", p) + "  " + where + (change.siblings == 0 ? "  deleted" : "") + '\n';
}

std::string forgotten() { return std::string("kin: ") + about_forgotten + '\n'; }

}  // namespace text

}  // namespace kin
