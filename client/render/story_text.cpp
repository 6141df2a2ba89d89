#include <algorithm>

#include "client/render/bytes.hpp"
#include "client/render/story.hpp"
#include "client/render/table.hpp"
#include "client/render/wording.hpp"

namespace kin::text {
namespace {

// In a sentence.
constexpr std::size_t part_columns = 40;

std::string quoted(const StoryValue& value) { return '"' + shortened(value.shown.value, part_columns) + '"'; }

std::string writer(const StoryValue& value) {
  return value.shown.client.empty() ? "somebody" : shortened(value.shown.client, part_columns);
}

std::string version_text(const Version& version, const std::vector<NodeId>& order) {
  const bool deletes = version.clock.empty();
  return to_string(version.dot) + (deletes ? ", a delete" : ", clock " + print_positions(version.clock, order));
}

std::string list(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

std::string shown_by(const std::string& rule) {
  if (rule == "latest") return "the value that was written last, by its node's clock";
  if (rule == "max") return "the greatest value, by its bytes";
  return rule == "union" ? "one value of all their lines" : "what its rule makes of them";
}

class Telling {
 public:
  Telling(const std::string& key, const ConflictStory& story, const Style& style)
      : key_(key), story_(story), style_(style), palette_(style.palette) {}

  std::string text() {
    if (!story_.conflict()) return single();
    out_ = emphasised(palette_.bold, shortened(key_, 60), palette_) + ": " +
           emphasised(palette_.yellow, "CONFLICT", palette_) + ", " + std::to_string(story_.values.size()) +
           " values, written without having seen each other\n";
    values();
    paragraph("What they have in common:", common());
    paragraph("Who had not seen whom:", not_seen());
    paragraph("Who was out of reach:", out_of_reach());
    out_ += "\nWho holds which value:\n" + holders() + not_asked();
    story_.rule.empty() ? next() : next_by_rule();
    return out_;
  }

 private:
  std::string single() {
    const StoryValue& value = story_.values.front();
    std::string out = emphasised(palette_.bold, shortened(key_, 60), palette_) + ": no conflict, one value, \"" +
                      shortened(value.shown.value, value_columns(style_)) + "\"\n";
    out += "  taken by " + value.shown.dot.actor.node + " for " + writer(value) + " at " +
           utc_time(value.shown.written_us) + ", " + to_string(value.shown.dot) + ", clock " +
           print_positions(value.shown.clock, story_.order) + '\n';
    out += "  " + had_seen(value) + '\n';
    for (const StoryNode& node : story_.nodes) {
      if (!node.answered) {
        out += "  " + node.name + " did not answer, what it holds is not known\n";
      } else if (node.of_values.front().holds != Holds::yes) {
        out += "  " + node.name + " does not hold it\n";
      }
    }
    return out + not_asked();
  }

  std::string not_asked() const {
    if (story_.not_asked.empty()) return "";
    return "  " + list(story_.not_asked) + (story_.not_asked.size() == 1 ? " was" : " were") +
           " not asked: give --config, or all nodes in --endpoints\n";
  }

  void paragraph(const std::string& title, const std::vector<std::string>& sentences) {
    out_ += '\n' + title + '\n';
    for (const std::string& sentence : sentences) out_ += wrapped("  ", sentence, style_.columns);
  }

  std::string number(std::size_t i) const { return std::to_string(i + 1); }

  std::string had_seen(const StoryValue& value) const {
    if (value.had_seen.empty()) {
      return value.told.lineage.empty() ? "its writer had seen nothing of the key"
                                        : "what its writer had seen is no longer known";
    }
    std::vector<std::string> names;
    for (const Version& version : value.had_seen) names.push_back(version_text(version, story_.order));
    return "its writer had seen " + list(names);
  }

  void values() {
    std::size_t i = 0;
    for (const StoryValue& value : story_.values) {
      out_ += "  " + number(i++) + "  " +
              emphasised(palette_.bold, '"' + shortened(value.shown.value, value_columns(style_)) + '"', palette_) +
              "  " + to_string(value.shown.dot) + ", clock " + print_positions(value.shown.clock, story_.order) + '\n';
      out_ += "     written by " + writer(value) + " at " + value.shown.dot.actor.node + ", " +
              utc_time(value.shown.written_us) + '\n';
      out_ += "     " + had_seen(value) + '\n';
      if (value.told.dots.size() > 1) {
        out_ += "     sent " + std::to_string(value.told.dots.size()) + " times and shown once, also as";
        for (std::size_t copy = 1; copy < value.told.dots.size(); ++copy)
          out_ += ' ' + to_string(value.told.dots[copy]);
        out_ += '\n';
      }
      if (!value.shown.content_type.empty()) {
        out_ += "     content type " + shortened(value.shown.content_type, part_columns) + '\n';
      }
      for (const auto& [name, text] : value.shown.meta) {
        out_ += "     " + shortened(name, part_columns) + " = " + shortened(text, part_columns) + '\n';
      }
    }
    out_ += where_whole(out_, key_, shown(), style_);
  }

  std::vector<std::string> common() const {
    std::vector<std::string> out;
    for (const Version& version : story_.common.last) {
      std::string sentence = "All writers had seen " + version_text(version, story_.order);
      const auto base = std::find_if(story_.bases.begin(), story_.bases.end(),
                                     [&](const wire::BaseValue& one) { return one.dot == version.dot; });
      if (base != story_.bases.end()) {
        sentence += ": \"" + shortened(base->value, part_columns) + '"';
      } else if (!version.clock.empty()) {
        sentence += "; its value is not kept";
      }
      out.push_back(sentence + '.');
    }
    if (out.size() > 1) out.push_back("These were in conflict themselves.");
    if (out.empty()) out.push_back("Nothing: no version of the key was seen by all writers.");
    if (!story_.common.certain) {
      out.push_back("This is not certain: older versions are not kept, a newer one in common may be among them.");
    }
    return out;
  }

  // For each two values, in the order of the clocks on the wall, which need not be right.
  std::vector<std::string> not_seen() const {
    std::vector<std::string> out;
    constexpr std::size_t most = 12;
    for (std::size_t i = 0; i < story_.values.size(); ++i) {
      for (std::size_t j = i + 1; j < story_.values.size(); ++j) {
        if (out.size() == most) {
          out.push_back("And so on for the other pairs.");
          return out;
        }
        const bool in_order = story_.values[i].shown.written_us <= story_.values[j].shown.written_us;
        out.push_back(pair(in_order ? i : j, in_order ? j : i));
      }
    }
    return out;
  }

  std::string pair(std::size_t earlier, std::size_t later) const {
    const StoryValue& first = story_.values[earlier];
    const StoryValue& second = story_.values[later];
    const std::string apart = duration(second.shown.written_us - first.shown.written_us);
    const NodeId& from = first.shown.dot.actor.node;
    const NodeId& to = second.shown.dot.actor.node;
    std::string out = writer(second) + " had not seen " + quoted(first) + " when writing " + quoted(second);
    if (second.of_values[earlier] == Knew::unknown)
      out = "Whether " + writer(second) + " had seen " + quoted(first) + " is no longer known; no node says so";
    if (from == to) {
      return out + ": " + from + " took both, " + apart + " apart, and the second write did not go on from the first.";
    }
    out += ": by the clocks of these nodes " + from + " had taken it " + apart + " earlier, but " + to +
           " did not have it, or was not asked for it.";
    const bool neither = first.of_values[later] == Knew::no;
    return neither ? out + ' ' + writer(first) + " had not seen " + quoted(second) + " either." : out;
  }

  std::vector<std::string> out_of_reach() const {
    std::vector<std::string> out;
    for (const StorySilence& silence : story_.silences) {
      std::string sentence =
          silence.node + " heard nothing of " + list(silence.members) + " from " + utc_time(silence.from_us);
      sentence += silence.until_us == 0 ? " until now." : " to " + utc_time(silence.until_us) + '.';
      out.push_back(std::move(sentence));
    }
    for (const StoryNode& node : story_.nodes) {
      if (!node.answered) out.push_back(node.name + " does not answer now; what it saw is not known.");
      // A process that began after the first write can tell nothing of what was before.
      const auto began_late = std::any_of(story_.values.begin(), story_.values.end(), [&](const StoryValue& value) {
        return value.shown.written_us < node.started_us;
      });
      if (node.answered && began_late) {
        out.push_back(node.name + " was started at " + utc_time(node.started_us) +
                      ", after a value was written; what it heard before is not known.");
      }
    }
    if (!story_.not_asked.empty()) {
      out.push_back("What " + list(story_.not_asked) + " noticed is not known: nobody asked.");
    } else if (out.empty()) {
      out.push_back("No node noticed a silence: the cut was short, or the writes were made before news could travel.");
    }
    return out;
  }

  std::string holders() const {
    std::vector<std::string> titles{"node"};
    for (std::size_t i = 0; i < story_.values.size(); ++i) {
      titles.push_back(number(i) + " " + shortened(story_.values[i].shown.value, 24));
    }
    Table table(titles, {});
    for (const StoryNode& node : story_.nodes) {
      std::vector<std::string> row{node.name};
      for (std::size_t i = 0; i < story_.values.size(); ++i) row.push_back(cell(node, i));
      table.row(std::move(row));
    }
    return table.print(palette_);
  }

  std::string cell(const StoryNode& node, std::size_t i) const {
    if (!node.answered) return "not known, no answer";
    const Knowledge& knowledge = node.of_values[i];
    if (knowledge.holds == Holds::no) return "not there yet";
    if (knowledge.holds == Holds::replaced) return "replaced";
    const bool took_it = story_.values[i].shown.dot.actor.node == node.name;
    if (took_it) return "took it " + utc_time(story_.values[i].shown.written_us);
    return knowledge.since_us == 0 ? "before the conflict" : "since " + utc_time(knowledge.since_us);
  }

  void next() {
    out_ += '\n';
    if (story_.context.empty()) {
      out_ += "No node that answers holds all of them yet. Bring the nodes together first:\n  " +
              emphasised(palette_.bold, style_.command + " cluster wait --converged", palette_) + '\n';
    }
    out_ += ways_to_resolve(key_, shown(), story_.context, style_);
  }

  std::vector<wire::ShownSibling> shown() const {
    std::vector<wire::ShownSibling> out;
    for (const StoryValue& value : story_.values) out.push_back(value.shown);
    return out;
  }

  // Readers are shown one value, so there is nothing for `resolve` to do.
  void next_by_rule() {
    out_ += "\nThe bucket shows readers " + shown_by(story_.rule) + " (on_conflict: " + escaped(story_.rule) +
            "); the values stay until a write replaces them.\n";
    if (story_.context.empty()) {
      out_ += "No node that answers holds all of them yet. Bring the nodes together, and ask again:\n  " +
              emphasised(palette_.bold, style_.command + " cluster wait --converged", palette_) + '\n';
      return;
    }
    out_ += "To replace all " + std::to_string(story_.values.size()) + " by one value:\n  " +
            emphasised(palette_.bold, resolving_command(style_.command, key_, story_.context), palette_) + '\n';
  }

  const std::string& key_;
  const ConflictStory& story_;
  const Style& style_;
  const Palette& palette_;
  std::string out_;
};

}  // namespace

std::string story(const std::string& key, const ConflictStory& story, const Style& style) {
  return Telling(key, story, style).text();
}

}  // namespace kin::text
