#include "client/story/story_diagram.hpp"

#include <algorithm>
#include <functional>

#include "common/listed.hpp"

namespace kin {
namespace {

class Drawing {
 public:
  Drawing(const std::string& bucket, const std::string& key, const ConflictStory& story)
      : bucket_(bucket), key_(key), story_(story) {
    for (const StoryNode& node : story.nodes) out_.nodes.push_back(node.name);
    for (const StoryValue& value : story.values) out_.nodes.push_back(value.shown.dot.actor.node.str());
    std::sort(out_.nodes.begin(), out_.nodes.end());
    out_.nodes.erase(std::unique(out_.nodes.begin(), out_.nodes.end()), out_.nodes.end());
  }

  Diagram drawn() {
    writes_.resize(story_.values.size());
    for (std::size_t i = 0; i < story_.values.size(); ++i) add_write(i);
    for (const StoryNode& node : story_.nodes) add_arrivals(node);
    for (const StorySilence& silence : story_.silences) add_silence(silence);
    std::stable_sort(moments_.begin(), moments_.end(),
                     [](const Moment& a, const Moment& b) { return a.event.time_us < b.event.time_us; });
    for (std::size_t at = 0; at < moments_.size(); ++at) {
      out_.events.push_back(std::move(moments_[at].event));
      moments_[at].placed(at);
    }
    return std::move(out_);
  }

 private:
  // An event, and who wants to know where it stands in the end.
  struct Moment {
    Diagram::Event event;
    std::function<void(std::size_t)> placed;
  };

  std::size_t at(const std::string& node) const {
    return static_cast<std::size_t>(std::lower_bound(out_.nodes.begin(), out_.nodes.end(), node) - out_.nodes.begin());
  }

  Diagram::Event event(const std::string& node, std::uint64_t time_us, const char* kind) const {
    Diagram::Event out;
    out.node = at(node);
    out.time_us = time_us;
    out.kind = kind;
    return out;
  }

  Diagram::Event about_key(Diagram::Event made) const {
    made.bucket = bucket_;
    made.key = key_;
    return made;
  }

  void add_write(std::size_t i) {
    const wire::ShownSibling& shown = story_.values[i].shown;
    Diagram::Event write = about_key(event(shown.dot.actor.node.str(), shown.written_us, "add_update"));
    write.host = to_string(shown.dot.actor);
    write.value = shown.value;
    write.dot = to_string(shown.dot);
    write.clock = print_positions(shown.clock, story_.order);
    moments_.push_back({std::move(write), [this, i](std::size_t place) { writes_[i] = place; }});
  }

  void add_arrivals(const StoryNode& node) {
    std::uint64_t all_us = 0;  // since when it has all of them
    bool all = !node.of_values.empty();
    for (std::size_t i = 0; i < node.of_values.size(); ++i) {
      const wire::ShownSibling& shown = story_.values[i].shown;
      const bool own = shown.dot.actor.node == node.name;
      const Knowledge& known = node.of_values[i];
      all = all && known.holds == Holds::yes;
      if (known.holds != Holds::yes || (!own && known.since_us == 0)) continue;
      const std::uint64_t here_us = own ? shown.written_us : std::max(known.since_us, shown.written_us + 1);
      all_us = std::max(all_us, here_us);
      if (!own) add_arrival(node, i, here_us);
    }
    // Values from before the conflict have no time; the one that made it has.
    if (all && all_us != 0 && story_.conflict()) add_conflict(node, all_us + 1);
  }

  void add_arrival(const StoryNode& node, std::size_t i, std::uint64_t here_us) {
    moments_.push_back({event(node.name, here_us, "receive"), [this, i, to = at(node.name)](std::size_t place) {
                          out_.events[place].learnt = {writes_[i]};
                          out_.messages.push_back({writes_[i], place, to, "push", 0, {writes_[i]}});
                        }});
  }

  void add_conflict(const StoryNode& node, std::uint64_t from_us) {
    Diagram::Event begin = about_key(event(node.name, from_us, "conflict-begin"));
    begin.siblings = std::to_string(story_.values.size());
    moments_.push_back({std::move(begin), [this, on = at(node.name)](std::size_t place) {
                          Diagram::Span span{on, place, std::nullopt, "conflict", "in conflict", bucket_, key_, {}};
                          for (const StoryValue& value : story_.values) span.dots.push_back(to_string(value.shown.dot));
                          out_.spans.push_back(std::move(span));
                        }});
  }

  void add_silence(const StorySilence& silence) {
    Diagram::Event begin = event(silence.node, silence.from_us, "fault");
    begin.text = "hears nothing of " + listed(silence.members);
    const std::size_t span = out_.spans.size();
    out_.spans.push_back({begin.node, 0, std::nullopt, "fault", begin.text, std::nullopt, std::nullopt, {}});
    moments_.push_back({std::move(begin), [this, span](std::size_t place) { out_.spans[span].from = place; }});
    if (silence.until_us == 0) return;
    Diagram::Event end = event(silence.node, silence.until_us, "fault");
    end.text = "hears them again";
    moments_.push_back({std::move(end), [this, span](std::size_t place) { out_.spans[span].to = place; }});
  }

  const std::string& bucket_;
  const std::string& key_;
  const ConflictStory& story_;
  Diagram out_;
  std::vector<Moment> moments_;
  std::vector<std::size_t> writes_;  // of each value its place among the events
};

}  // namespace

Diagram story_diagram(const std::string& bucket, const std::string& key, const ConflictStory& story) {
  return Drawing(bucket, key, story).drawn();
}

}  // namespace kin
