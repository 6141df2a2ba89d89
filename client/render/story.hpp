// The story of a conflict for people and for programs.
#pragma once

#include <string>

#include "client/render/text.hpp"
#include "client/story/conflict_story.hpp"

namespace kin::text {

// In plain sentences, with what to type next.
std::string story(const std::string& key, const ConflictStory& story, const Style& style);

}  // namespace kin::text

namespace kin::json {

// Status CONFLICT, OK where there is one value, or NOT_FOUND with what a failure prints as well.
std::string story(const std::string& bucket, const std::string& key, const ConflictStory& story);

}  // namespace kin::json
