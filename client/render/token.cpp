#include "client/render/token.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"
#include "client/render/table.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::uint64_t hash) {
  std::array<char, 17> out{};
  std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(hash));
  return out.data();
}

// n1.3:7, as dots are shown; empty: never touched.
std::string timestamp(const wire::TokenStamp& stamp, const NodeId& writer) {
  if (stamp == wire::TokenStamp{}) return "";
  return to_string(Dot{{writer, stamp.life}, stamp.counter});
}

void add_value(Json& object, const std::optional<wire::TokenValue>& value) {
  const auto minimum = [&](const char* of, const std::optional<wire::TokenMinimum>& least) {
    object[of] = least ? Json(least->x) : Json(nullptr);
    object[std::string(of) + "_hash"] = least ? Json(hex(least->hash)) : Json(nullptr);
  };
  object["name"] = value ? bytes_to_json(value->name) : Json(nullptr);
  object["low"] = value ? Json(value->low) : Json(nullptr);
  object["mid"] = value ? Json(value->mid) : Json(nullptr);
  object["high"] = value ? Json(value->high) : Json(nullptr);
  minimum("partial", value ? value->partial : std::nullopt);
  minimum("final", value ? std::optional(value->final) : std::nullopt);
}

void add_timestamp(Json& object, const wire::TokenStamp& stamp, const NodeId& writer, const NodeId& node) {
  const std::string printed = timestamp(stamp, writer);
  object["timestamp"] = printed.empty() ? Json(nullptr) : Json(printed);
  object["node"] = node;
}

std::string line(const Json& object) { return json_line(object) + '\n'; }

std::string minimum_line(const char* of, const std::optional<wire::TokenMinimum>& least, std::uint64_t from,
                         std::uint64_t until) {
  const std::string range = "[" + std::to_string(from) + ", " + std::to_string(until) + ")";
  if (!least) return std::string("  ") + of + "  nothing, " + range + " is empty\n";
  return std::string("  ") + of + "  " + std::to_string(least->x) + "  of " + range + ", hash " + hex(least->hash) +
         '\n';
}

std::string value_lines(const std::optional<wire::TokenValue>& value, const Palette& palette) {
  if (!value) return "";
  return "  name     " + emphasised(palette.bold, shortened(value->name, 60), palette) + '\n' +
         minimum_line("partial", value->partial, value->low, value->mid) +
         minimum_line("final  ", value->final, value->low, value->high);
}

}  // namespace

namespace text {

std::string token(const std::string& verb, const wire::TokenReply& reply, const NodeId& writer, const Style& style) {
  const Palette& p = style.palette;
  const bool reads = verb == "read";
  if (style.quiet) return reads && reply.value ? std::to_string(reply.value->final.x) + '\n' : "";
  std::string out =
      emphasised(p.green, "OK", p) + "  token " + emphasised(p.bold, shortened(reply.id, 60), p) + "  " + verb;
  if (reads && !reply.value) out += ": created, and not written since";
  if (reply.created == false)
    out += reply.value ? ": it exists already" : ": it exists already, and was not written since";
  out += '\n' + value_lines(reply.value, p);
  std::string origin = "  at " + reply.node + ", " + std::to_string(reply.got) + " holders answered, " +
                       std::to_string(reply.wanted) + " were needed";
  const std::string stamp = timestamp(reply.stamp, writer);
  if (!stamp.empty()) origin += ", timestamp " + stamp;
  return out + emphasised(p.dim, origin, p) + '\n';
}

std::string token_show(const wire::TokenShowReply& reply, const Style& style) {
  const Palette& p = style.palette;
  std::string out = emphasised(p.bold, shortened(reply.scheme.id, 60), p) + "  " + reply.state + ", at " + reply.node;
  const std::string stamp = timestamp(reply.stamp, reply.scheme.writer);
  if (!stamp.empty()) out += ", timestamp " + stamp;
  out += '\n' + value_lines(reply.value, p);
  if (style.quiet) return out;
  out += "  writer   " + reply.scheme.writer + '\n';
  out += "  readers  " + listed(reply.scheme.readers) + '\n';
  if (reply.quorum_all) out += "  quorum   all holders\n";
  return out + emphasised(p.dim, "  what this node holds; another may hold something newer", p) + '\n';
}

std::string tokens(const std::vector<ListedToken>& tokens, const Style& style) {
  if (tokens.empty()) return style.quiet ? "" : "no tokens: the cluster file names no tokens_file, or it is empty\n";
  if (style.quiet) {
    std::string out;
    for (const ListedToken& token : tokens) out += escaped(token.id) + '\n';
    return out;
  }
  Table table({"token", "writer", "readers"});
  for (const ListedToken& token : tokens) table.row({shortened(token.id, 40), token.writer, listed(token.readers)});
  return table.fit(style.columns, {"readers"}).print(style.palette);
}

Progress progress_of(const wire::TokenProgress& progress, double seconds) {
  const auto done = static_cast<double>(progress.done);
  Progress out;
  out.part = progress.total > 0 ? done / static_cast<double>(progress.total) : 1;
  out.done = std::to_string(progress.done) + " of " + std::to_string(progress.total) + " numbers";
  out.rate = seconds > 0 ? done / seconds : 0;
  return out;
}

}  // namespace text

namespace json {

std::string token(const wire::TokenReply& reply, const NodeId& writer) {
  Json object{{"status", name(Status::ok)}, {"applied", name(Applied::yes)}, {"id", bytes_to_json(reply.id)}};
  add_value(object, reply.value);
  add_timestamp(object, reply.stamp, writer, reply.node);
  if (reply.created) object["created"] = *reply.created;
  return line(object);
}

std::string token_show(const wire::TokenShowReply& reply) {
  Json object{{"status", name(Status::ok)}, {"applied", name(Applied::yes)}, {"id", bytes_to_json(reply.scheme.id)}};
  add_value(object, reply.value);
  add_timestamp(object, reply.stamp, reply.scheme.writer, reply.node);
  object["state"] = reply.state;
  object["writer"] = reply.scheme.writer;
  object["readers"] = reply.scheme.readers;
  object["quorum"] = reply.quorum_all ? "all" : "majority";
  return line(object);
}

std::string tokens(const std::vector<ListedToken>& tokens) {
  Json array = Json::array();
  for (const ListedToken& token : tokens) {
    array.push_back({{"id", bytes_to_json(token.id)}, {"writer", token.writer}, {"readers", token.readers}});
  }
  return line({{"tokens", std::move(array)}});
}

}  // namespace json
}  // namespace kin
