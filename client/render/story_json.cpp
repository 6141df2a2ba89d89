#include <algorithm>

#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json_parts.hpp"
#include "client/render/story.hpp"
#include "client/render/wording.hpp"

namespace kin::json {
namespace {

Json time_or_null(std::uint64_t us) { return us == 0 ? Json(nullptr) : Json(utc_time(us)); }

const char* name(Holds holds) {
  switch (holds) {
    case Holds::no: return "no";
    case Holds::yes: return "yes";
    case Holds::replaced: return "replaced";
  }
  return "?";
}

Json version(const Version& one, const ConflictStory& story) {
  Json object{{"dot", to_string(one.dot)},
              {"deleted", one.clock.empty()},
              {"clock", positions(one.clock, story.order)},
              {"value", nullptr}};
  const auto base =
      std::find_if(story.bases.begin(), story.bases.end(), [&](const auto& kept) { return kept.dot == one.dot; });
  if (base != story.bases.end()) object["value"] = bytes_to_json(base->value);
  return object;
}

Json value(std::size_t i, const ConflictStory& story) {
  const StoryValue& one = story.values[i];
  Json object = sibling_of(one.shown, story.order);
  Json copies = Json::array(), seen = Json::array(), not_seen = Json::array(), unknown = Json::array();
  for (std::size_t copy = 1; copy < one.told.dots.size(); ++copy) copies.push_back(to_string(one.told.dots[copy]));
  for (const Version& version : one.had_seen) seen.push_back(to_string(version.dot));
  for (std::size_t j = 0; j < story.values.size(); ++j) {
    const std::string dot = to_string(story.values[j].shown.dot);
    if (one.of_values[j] == Knew::no) not_seen.push_back(dot);
    if (one.of_values[j] == Knew::unknown) unknown.push_back(dot);
  }
  object["copies"] = std::move(copies);
  object["had_seen"] = std::move(seen);
  object["had_not_seen"] = std::move(not_seen);
  object["perhaps_seen"] = std::move(unknown);
  return object;
}

Json node(const StoryNode& one, const ConflictStory& story) {
  Json values = Json::array();
  for (std::size_t i = 0; i < one.of_values.size(); ++i) {
    values.push_back({{"dot", to_string(story.values[i].shown.dot)},
                      {"holds", name(one.of_values[i].holds)},
                      {"since", time_or_null(one.of_values[i].since_us)}});
  }
  return {{"node", one.name},
          {"answered", one.answered},
          {"started", time_or_null(one.started_us)},
          {"values", std::move(values)}};
}

}  // namespace

std::string story(const std::string& bucket, const std::string& key, const ConflictStory& story) {
  const Status status = story.values.empty() ? Status::not_found : story.conflict() ? Status::conflict : Status::ok;
  Json object{{"status", kin::name(status)}};
  if (status == Status::not_found) {
    object["applied"] = kin::name(Applied::no);
    object["message"] = nothing_there(key);
  }
  object["bucket"] = bytes_to_json(bucket);
  object["key"] = bytes_to_json(key);
  Json siblings = Json::array(), common = Json::array(), nodes = Json::array(), silences = Json::array();
  for (std::size_t i = 0; i < story.values.size(); ++i) siblings.push_back(value(i, story));
  for (const Version& one : story.common.last) common.push_back(version(one, story));
  for (const StoryNode& one : story.nodes) nodes.push_back(node(one, story));
  for (const StorySilence& one : story.silences) {
    silences.push_back({{"node", one.node},
                        {"members", one.members},
                        {"from", utc_time(one.from_us)},
                        {"until", time_or_null(one.until_us)}});
  }
  object["siblings"] = std::move(siblings);
  object["last_common"] = {{"versions", std::move(common)}, {"certain", story.common.certain}};
  object["nodes"] = std::move(nodes);
  object["silences"] = std::move(silences);
  object["since"] = time_or_null(story.since_us);
  object["not_asked"] = story.not_asked;
  object["on_conflict"] = story.rule.empty() ? Json("siblings") : bytes_to_json(story.rule);
  object["context"] = story.context.empty() ? Json(nullptr) : Json(story.context);
  return line(object);
}

}  // namespace kin::json
