#include "client/story/conflict_story.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "common/wire/context_token.hpp"
#include "common/wire/told_values.hpp"

namespace kin {
namespace {

struct Answer {
  const wire::ExplainReply* reply;
  DotSet seen;

  bool holds(const Dot& dot) const {
    return std::any_of(reply->siblings.begin(), reply->siblings.end(),
                       [&](const wire::ToldSibling& one) { return one.shown.dot == dot; });
  }
};

// What no node that answered has seen and holds no longer.
std::vector<wire::ToldSibling> live_values(const std::vector<Answer>& answers) {
  std::map<Dot, wire::ToldSibling> all;
  for (const Answer& answer : answers) {
    for (const wire::ToldSibling& sibling : answer.reply->siblings) all.emplace(sibling.shown.dot, sibling);
  }
  std::erase_if(all, [&](const auto& item) {
    return std::any_of(answers.begin(), answers.end(),
                       [&](const Answer& answer) { return answer.seen.has(item.first) && !answer.holds(item.first); });
  });
  std::vector<wire::ToldSibling> out;
  out.reserve(all.size());
  for (auto& [dot, sibling] : all) out.push_back(std::move(sibling));
  return out;
}

// Of several copies of one write the first that came.
Knowledge knowledge(const Answer& answer, const ToldVersion& value) {
  Knowledge out;
  for (const wire::ToldSibling& sibling : answer.reply->siblings) {
    if (std::find(value.dots.begin(), value.dots.end(), sibling.shown.dot) == value.dots.end()) continue;
    const bool earlier = sibling.known_since_us != 0 && (out.since_us == 0 || sibling.known_since_us < out.since_us);
    if (out.holds != Holds::yes || earlier) out.since_us = sibling.known_since_us;
    out.holds = Holds::yes;
  }
  const bool seen = std::any_of(value.dots.begin(), value.dots.end(), [&](const Dot& d) { return answer.seen.has(d); });
  if (out.holds == Holds::no && seen) out.holds = Holds::replaced;
  return out;
}

// From the first write until a node held all of them; what ended before or began later explains nothing.
std::vector<StorySilence> silences_of(const std::vector<NodeAnswer>& answers, std::uint64_t from_us,
                                      std::uint64_t until_us) {
  std::vector<StorySilence> out;
  constexpr std::uint64_t about_the_same_us = 3'000'000;
  for (const NodeAnswer& answer : answers) {
    if (!answer.reply) continue;
    std::vector<StorySilence> of_node;
    for (const wire::Silence& silence : answer.reply->silences) {
      if (silence.until_us != 0 && silence.until_us < from_us) continue;
      if (until_us != 0 && silence.from_us > until_us) continue;
      const auto same = std::find_if(of_node.begin(), of_node.end(), [&](const StorySilence& one) {
        const auto near = [](std::uint64_t a, std::uint64_t b) { return (a > b ? a - b : b - a) < about_the_same_us; };
        return near(one.from_us, silence.from_us) && (one.until_us == 0) == (silence.until_us == 0) &&
               near(one.until_us, silence.until_us);
      });
      if (same == of_node.end()) {
        of_node.push_back({answer.node, {silence.member.str()}, silence.from_us, silence.until_us});
      } else {
        same->members.push_back(silence.member.str());
        same->from_us = std::max(same->from_us, silence.from_us);
        same->until_us = std::min(same->until_us, silence.until_us);
      }
    }
    for (StorySilence& one : of_node) std::sort(one.members.begin(), one.members.end());
    out.insert(out.end(), of_node.begin(), of_node.end());
  }
  return out;
}

std::vector<std::string> not_asked(const std::vector<NodeId>& order, const std::vector<NodeAnswer>& answers) {
  std::set<std::string> left;
  for (const NodeId& member : order) left.insert(member.str());
  for (const NodeAnswer& answer : answers) {
    const bool named = left.erase(answer.node) > 0;
    if (!named && !answer.reply) return {};
  }
  return {left.begin(), left.end()};
}

}  // namespace

tl::expected<ConflictStory, std::string> story_of(const std::vector<NodeAnswer>& answers) {
  ConflictStory out;
  std::vector<Answer> sound;
  for (const NodeAnswer& answer : answers) {
    if (!answer.reply) continue;
    const auto token = wire::parse_context(answer.reply->context);
    if (!token) return tl::unexpected(answer.node + ": " + token.error());
    sound.push_back({&*answer.reply, token->dots});
    if (out.order.empty()) out.order = answer.reply->order;
    if (out.rule.empty()) out.rule = answer.reply->rule;
    for (const wire::BaseValue& base : answer.reply->bases) {
      if (std::find(out.bases.begin(), out.bases.end(), base) == out.bases.end()) out.bases.push_back(base);
    }
    const std::uint64_t since = answer.reply->conflict_since_us;
    if (since != 0 && (out.since_us == 0 || since < out.since_us)) out.since_us = since;
  }

  const std::vector<wire::ToldSibling> live = live_values(sound);
  std::vector<ToldVersion> told = wire::told_values(live);
  std::uint64_t first_us = 0;
  for (const ToldVersion& value : told) {
    const auto shown =
        std::find_if(live.begin(), live.end(), [&](const auto& one) { return one.shown.dot == value.dots.front(); });
    StoryValue made{shown->shown, value, {}, {}};
    for (const Dot& dot : value.lineage.newest()) made.had_seen.push_back(*value.lineage.find(dot));
    for (const ToldVersion& other : told) {
      made.of_values.push_back(&other == &value ? Knew::yes : had_seen(value, other));
    }
    if (first_us == 0 || made.shown.written_us < first_us) first_us = made.shown.written_us;
    out.values.push_back(std::move(made));
  }
  if (out.conflict()) {
    out.common = common_past(told);
    out.silences = silences_of(answers, first_us, out.since_us);
  }

  auto of_node = sound.begin();
  for (const NodeAnswer& answer : answers) {
    StoryNode node{answer.node, answer.reply.has_value(), answer.why_silent, {}, 0};
    if (answer.reply) {
      node.started_us = answer.reply->started_us;
      bool all = true;
      for (const ToldVersion& value : told) {
        node.of_values.push_back(knowledge(*of_node, value));
        all = all && node.of_values.back().holds == Holds::yes;
      }
      if (all && out.context.empty()) out.context = answer.reply->context;
      ++of_node;
    }
    out.nodes.push_back(std::move(node));
  }
  out.not_asked = not_asked(out.order, answers);
  return out;
}

}  // namespace kin
