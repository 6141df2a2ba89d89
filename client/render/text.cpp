#include "client/render/text.hpp"

#include "client/client.hpp"
#include "client/identity.hpp"
#include "client/render/bytes.hpp"
#include "client/render/table.hpp"
#include "client/render/wording.hpp"
#include "common/listed.hpp"

namespace kin::text {
namespace {

constexpr std::size_t most_pairs_explained = 3;

// Of what belongs to a value.
constexpr std::size_t part_columns = 40;

// A value alone on the screen: line breaks and tabs as they are, what a terminal would act on escaped.
std::string whole_value(const std::string& value) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const bool backslash = i < value.size() && value[i] == '\\';
    if (i < value.size() && value[i] != '\n' && value[i] != '\t' && !backslash) continue;
    out += escaped(std::string_view(value).substr(begin, i - begin));
    if (i < value.size()) out += value[i];
    begin = i + 1;
  }
  return out;
}

std::string origin(const wire::ShownSibling& sibling) {
  const std::string client = sibling.client.empty() ? "" : " for " + shortened(sibling.client, 60);
  return "taken by " + sibling.dot.actor.node + client + " at " + utc_time(sibling.written_us);
}

// What was kept with a value; nothing where nothing was.
std::string kept_with(const wire::ShownSibling& sibling, const std::string& indent, const Palette& palette) {
  std::string out;
  const auto line = [&](const std::string& text) { out += emphasised(palette.dim, indent + text, palette) + '\n'; };
  if (!sibling.content_type.empty()) line("content type " + shortened(sibling.content_type, part_columns));
  for (const auto& [name, text] : sibling.meta) {
    line(shortened(name, part_columns) + " = " + shortened(text, part_columns));
  }
  return out;
}

std::string sibling_table(const std::string& key, const std::vector<wire::ShownSibling>& siblings,
                          const std::vector<NodeId>& order, const Style& style) {
  const Palette& palette = style.palette;
  Table table({"#", "value", "clock", "dot", "taken by", "client", "written"}, {"#"});
  std::size_t number = 0;
  for (const wire::ShownSibling& s : siblings) {
    table.row({std::to_string(++number), shortened(s.value, value_columns(style)), print_positions(s.clock, order),
               to_string(s.dot), s.dot.actor.node.str(), shortened(s.client, part_columns), utc_time(s.written_us)});
  }
  std::string out = table.fit(style.columns, {"client", "value"}, "written").print(palette);
  out += where_whole(out, key, siblings, style);
  number = 0;
  for (const wire::ShownSibling& s : siblings) {
    out += kept_with(s, "  " + std::to_string(++number) + ": ", palette);
  }
  for (const std::string& line : misleading_clocks(siblings, order)) out += "  " + line + '\n';
  return out;
}

std::string writers(const wire::ConflictRow& row) {
  return listed(row.writers, ", ", [](const std::string& writer) { return shortened(writer, part_columns); });
}

std::string of(std::uint32_t got, std::uint32_t wanted, const char* what) {
  return std::to_string(got) + " of " + std::to_string(wanted) + ' ' + what;
}

}  // namespace

std::vector<std::string> misleading_clocks(const std::vector<wire::ShownSibling>& siblings,
                                           const std::vector<NodeId>& order) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    for (std::size_t j = i + 1; j < siblings.size(); ++j) {
      const auto& a = siblings[i];
      const auto& b = siblings[j];
      const Relation relation = a.clock.compare(b.clock);
      if (relation == Relation::concurrent) continue;
      if (lines.size() == most_pairs_explained) {
        ++more;
        continue;
      }
      const char* looks = relation == Relation::equal ? " look equal: " : " look ordered: ";
      const bool one_node = a.dot.actor.node == b.dot.actor.node;
      const std::string why = one_node ? "both taken by " + a.dot.actor.node + " (or before a delete)"
                                       : "both count writes that one node took (or a delete lies between)";
      lines.push_back(std::to_string(i + 1) + " and " + std::to_string(j + 1) + ": " + print_positions(a.clock, order) +
                      " and " + print_positions(b.clock, order) + looks + why + ": not ordered, see the dots");
    }
  }
  if (more > 0) lines.push_back("and " + std::to_string(more) + " more pairs whose clocks mislead in the same way");
  return lines;
}

std::string dashed_word(const std::string& key) { return (key.starts_with('-') ? "-- " : "") + shell_word(key); }

std::size_t value_columns(const Style& style) { return style.columns == 0 ? 1000 : 40; }

std::string where_whole(const std::string& shown, const std::string& key,
                        const std::vector<wire::ShownSibling>& siblings, const Style& style) {
  const bool all = std::all_of(siblings.begin(), siblings.end(),
                               [&](const auto& one) { return shown.find(escaped(one.value)) != std::string::npos; });
  if (all) return "";
  return emphasised(style.palette.dim, "  whole: " + style.command + " --quiet read " + dashed_word(key),
                    style.palette) +
         '\n';
}

std::string ways_to_resolve(const std::string& key, const std::vector<wire::ShownSibling>& siblings,
                            const std::string& context, const Style& style) {
  const auto typed = [&](const std::string& line) {
    return "  " + emphasised(style.palette.bold, line, style.palette) + '\n';
  };
  std::string taking = style.command + " resolve --take " + shell_word(to_string(siblings.front().dot));
  for (std::size_t i = 1; i < siblings.size(); ++i) taking += " --over " + shell_word(to_string(siblings[i].dot));
  std::string out = "To resolve it, say which value shall stand for all " + std::to_string(siblings.size()) + ":\n" +
                    typed(taking + ' ' + dashed_word(key)) +
                    "or make one of them, with --union, --edit, --merge-cmd CMD or --value V";
  if (context.empty()) return out + ".\n";
  return out + "; or by hand:\n" + typed(resolving_command(style.command, key, context));
}

std::string resolving_command(const std::string& command, const std::string& key, const std::string& context) {
  return command + " add_update --context " + context + ' ' + dashed_word(key) + " VALUE";
}

std::string read(const std::string& key, const wire::ReadReply& reply, const Style& style) {
  const Palette& p = style.palette;
  if (reply.siblings.size() == 1) {
    const wire::ShownSibling& only = reply.siblings.front();
    std::string out = whole_value(only.value) + '\n';
    if (style.quiet) return out;
    out += emphasised(p.dim,
                      "  clock " + print_positions(only.clock, reply.order) + "  dot " + to_string(only.dot) + "  " +
                          origin(only),
                      p) +
           '\n';
    out += kept_with(only, "  ", p);
    out += emphasised(p.dim, "  read at " + reply.node + ", " + of(reply.got, reply.wanted, "replies"), p) + '\n';
    out += emphasised(p.dim, "  context " + reply.context, p) + '\n';
    return out;
  }
  if (style.quiet) {
    std::string out;
    for (const wire::ShownSibling& sibling : reply.siblings) out += escaped(sibling.value) + '\n';
    return out;
  }
  const std::string count = std::to_string(reply.siblings.size());
  std::string out = emphasised(p.bold, shortened(key, 60), p) + ": " + emphasised(p.yellow, "CONFLICT", p) + ", " +
                    count + " values, written without having seen each other\n";
  out += sibling_table(key, reply.siblings, reply.order, style);
  out += emphasised(p.dim,
                    "  read at " + reply.node + ", " + of(reply.got, reply.wanted, "replies") + ", all together " +
                        print_positions(reply.clock, reply.order),
                    p) +
         '\n';
  out += ways_to_resolve(key, reply.siblings, reply.context, style);
  out += "Why they conflict, and who has which:\n";
  out += "  " + emphasised(p.bold, style.command + " explain " + dashed_word(key), p) + '\n';
  return out;
}

std::string write(const std::string& key, const wire::WriteReply& reply, const Style& style,
                  const std::optional<std::string>& value) {
  const Palette& p = style.palette;
  const Status status = status_of(reply);
  const std::string verdict{name(status)};
  std::string out;
  if (!style.quiet) {
    out = emphasised(status == Status::ok ? p.green : p.yellow, verdict, p) + "  " +
          emphasised(p.bold, shortened(key, 60), p);
    if (!reply.clock.empty()) out += "  clock " + print_positions(reply.clock, reply.order);
    out += "  dot " + to_string(reply.dot) + "  at " + reply.node + ", " + of(reply.got, reply.wanted, "acks") + '\n';
    if (value) out += "  value " + shortened(*value, value_columns(style)) + '\n';
    for (const wire::Replaced& old : reply.replaced) {
      const std::string lost = old.value ? " (" + shortened(*old.value, value_columns(style)) + ')' : "";
      out += emphasised(p.dim, "  replaced " + to_string(old.dot) + lost, p) + '\n';
    }
    out += emphasised(p.dim, "  context " + reply.context, p) + '\n';
  }
  if (status == Status::partial) out += (style.quiet ? "PARTIAL: " : "  only ") + partial_write(reply) + '\n';
  if (!reply.warning.empty()) out += "  " + emphasised(p.yellow, "warning", p) + ": " + reply.warning + '\n';
  if (reply.siblings.size() > 1 && !style.quiet) {
    out += "It is stored, and " + emphasised(p.yellow, "CONFLICT", p) + ": " + std::to_string(reply.siblings.size()) +
           " values stand side by side, written without having seen each other\n";
    out += sibling_table(key, reply.siblings, reply.order, style);
    out += "To resolve it, read the key and write one value with the context of that read:\n";
    out += "  " + emphasised(p.bold, style.command + " read " + dashed_word(key), p) + '\n';
  }
  return out;
}

std::string resolution(const std::string& key, const std::string& value, const wire::ReadReply& reply,
                       const Style& style) {
  std::string out = whole_value(value);
  if (!out.ends_with('\n')) out += '\n';
  if (style.quiet) return out;
  std::string dots;
  for (const wire::ShownSibling& sibling : reply.siblings) dots += ' ' + to_string(sibling.dot);
  return out +
         emphasised(style.palette.dim, "  nothing was written; in " + shortened(key, 60) + " it would replace" + dots,
                    style.palette) +
         '\n';
}

std::string conflicts(const std::vector<wire::ConflictRow>& rows, std::uint64_t now_us, const Style& style) {
  if (rows.empty()) return style.quiet ? "" : "no conflicts\n";
  Table table({"bucket", "key", "values", "since", "age", "writers"}, {"values", "age"});
  for (const wire::ConflictRow& row : rows) {
    table.row({shortened(row.bucket, part_columns), shortened(row.key, 60), std::to_string(row.siblings),
               utc_time(row.since_us), now_us > row.since_us ? duration(now_us - row.since_us) : "0 ms", writers(row)});
  }
  std::string out = table.fit(style.columns, {"writers", "key"}, "since").print(style.palette);
  if (style.quiet) return out;
  const wire::ConflictRow& first = rows.front();
  out += "To see one and how to resolve it:\n  " + style.command;
  if (first.bucket != "default" && style.command.find(" -b ") == std::string::npos) {
    out += " -b " + shell_word(first.bucket);
  }
  return out + " explain " + dashed_word(first.key) + '\n';
}

std::string key(const std::string& key) { return escaped(key) + '\n'; }

std::string failure(const Failure& failure, const Style& style) {
  const Palette& p = style.palette;
  std::string out = "kin: " + emphasised(p.red, std::string(name(failure.status)), p);
  if (!failure.node.empty()) out += " from " + failure.node;
  out += ": " + escaped(failure.message);
  if (failure.status != Status::usage && failure.status != Status::bad_config) {
    out += " (applied: " + std::string(name(failure.applied)) + ')';
  }
  return out + '\n';
}

std::string context(const wire::ContextToken& token) {
  std::string out = "  bucket    " + shortened(token.bucket, 60) + '\n';
  out += "  key       only its hash is in a context: " + to_hex(token.key_hash) + '\n';
  std::string clock;
  for (const auto& [node, count] : token.clock.counts()) {
    clock += (clock.empty() ? "" : "  ") + node + ':' + std::to_string(count);
  }
  out += "  clock     " + (clock.empty() ? "empty" : clock) + '\n';
  std::string label = "  has seen  ";
  for (const auto& [node, life] : token.dots.floors()) {
    const bool removed = life == removed_for_ever;
    out +=
        label + "all of " + node + (removed ? ", which was removed" : " before " + to_string(Actor{node, life})) + '\n';
    label = "            ";
  }
  for (const auto& [actor, counters] : token.dots.actors()) {
    for (const CounterSet::Run& run : counters.runs()) {
      out += label + to_string(Dot{actor, run.first});
      if (run.last != run.first) out += " to " + std::to_string(run.last);
      out += '\n';
      label = "            ";
    }
  }
  if (token.dots.empty()) out += label + "nothing\n";
  return out;
}

}  // namespace kin::text
