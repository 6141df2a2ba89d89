// The story of a conflict out of what all nodes say of a key: who wrote what having seen what, who had not seen whom,
// and who was out of reach meanwhile. Values only; nothing here asks anybody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/causality/common_past.hpp"
#include "common/wire/replies.hpp"

namespace kin {

// What one node was asked and said.
struct NodeAnswer {
  std::string node;
  std::optional<wire::ExplainReply> reply;
  std::string why_silent;  // where there is no reply
};

enum class Holds {
  no,        // the node has not heard of it
  yes,       // it is one of its values
  replaced,  // it has seen what replaced it
};

// How a node stands towards one value.
struct Knowledge {
  Holds holds = Holds::no;
  std::uint64_t since_us = 0;  // the node's wall clock; 0: not recorded
};

struct StoryNode {
  std::string name;
  bool answered = false;
  std::string why_silent;
  std::vector<Knowledge> of_values;  // in the order of the values; empty where it did not answer
  std::uint64_t started_us = 0;      // since when this process of it can tell of silences; 0: not known
};

struct StoryValue {
  wire::ShownSibling shown;
  ToldVersion told;               // its dots, copies included, and what its writer had seen
  std::vector<Version> had_seen;  // the newest of that: what it replaced
  std::vector<Knew> of_values;    // whether its writer had seen the other values; `yes` of itself
};

// A node that heard nothing of some others, for a time that touches the conflict's.
struct StorySilence {
  std::string node;
  std::vector<std::string> members;
  std::uint64_t from_us = 0;
  std::uint64_t until_us = 0;  // 0: it lasts
};

struct ConflictStory {
  std::vector<NodeId> order;       // as clocks are printed
  std::vector<StoryValue> values;  // that no answering node has seen replaced; more than one: a conflict
  CommonPast common;               // of all values, where there are several
  std::vector<wire::BaseValue> bases;
  std::vector<StoryNode> nodes;
  std::vector<StorySilence> silences;
  std::string context;         // of a node that holds all values; empty: no node that answered does
  std::uint64_t since_us = 0;  // when the first node held several; 0: none does

  std::string rule;  // the bucket's on_conflict, where a read shows one of the values or their union
  // Members that an answer names and that nobody asked. Empty as long as a silent endpoint may be one of them.
  std::vector<std::string> not_asked;

  bool conflict() const { return values.size() > 1; }
};

// Error: a sentence; an answer names a context that cannot be read.
tl::expected<ConflictStory, std::string> story_of(const std::vector<NodeAnswer>& answers);

}  // namespace kin
