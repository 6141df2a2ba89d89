// NodeId, and the order of actors and dots: what their texts say, whatever their lengths.
#include "common/causality/node_id.hpp"

#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/causality/dot.hpp"

using kin::Actor;
using kin::Dot;
using kin::NodeId;

namespace {

// Around the sizes of a word and of what stands in the value itself.
const std::vector<std::size_t> sizes{0, 1, 2, 7, 8, 9, 14, 15, 16, 17, 18, 24, 32, 240, 255};

// Few different bytes, so that many texts begin alike; one of them is negative as a char.
std::string any_text() {
  std::string text(*rc::gen::elementOf(sizes), 'a');
  if (text.empty()) return text;
  const auto last = text.size() - 1;
  for (std::size_t changes = *rc::gen::inRange(0, 3); changes > 0; --changes) {
    text[*rc::gen::elementOf(std::vector<std::size_t>{0, last / 2, last})] =
        *rc::gen::elementOf(std::string("a\x01~\xff", 4));
  }
  return text;
}

Actor any_actor() {
  return {NodeId(any_text()),
          {*rc::gen::inRange<std::uint64_t>(0, 3), static_cast<std::uint32_t>(*rc::gen::inRange(0, 3))}};
}

auto in_words(const Actor& actor) { return std::tuple(actor.node.str(), actor.life.born, actor.life.ordinal); }

// Numbers at the end, where the text is long.
std::string text_of(std::size_t size) {
  std::string text(size, 'x');
  if (size > 0) text.back() = '7';
  return text;
}

}  // namespace

TEST_CASE("an id is the text that it was made of") {
  for (const std::size_t size : sizes) {
    const std::string text = text_of(size);
    const NodeId id(text);
    INFO(size);
    CHECK(id.view() == text);
    CHECK(id.str() == text);
    CHECK(id.size() == size);
    CHECK(id.empty() == (size == 0));
    CHECK(id == text);
    CHECK_FALSE(id == text + 'x');
    CHECK(id + "," == text + ',');
    CHECK(id + '.' == text + '.');
    CHECK("at " + id == "at " + text);
    std::ostringstream out;
    out << id;
    CHECK(out.str() == text);
  }
  CHECK(NodeId() == NodeId(""));
}

TEST_CASE("copies are the same and go their own ways") {
  for (const std::size_t size : sizes) {
    const std::string text = text_of(size);
    for (const std::size_t other_size : sizes) {
      const std::string other_text = "o" + text_of(other_size);
      INFO(size << " over " << other_size);
      NodeId id(text);
      NodeId copy(id);
      CHECK(copy == id);
      copy = NodeId(other_text);
      CHECK(copy == other_text);
      CHECK(id == text);
      copy = id;
      CHECK(copy == text);
      id = NodeId(other_text);
      CHECK(copy == text);
      NodeId moved(std::move(id));
      CHECK(moved == other_text);
      CHECK(id.empty());  // NOLINT(bugprone-use-after-move): it is promised
      moved = std::move(copy);
      CHECK(moved == text);
      CHECK(copy.empty());  // NOLINT(bugprone-use-after-move)
      copy = moved;
      CHECK(copy == text);
    }
    NodeId id(text);
    NodeId& same = id;
    id = same;
    CHECK(id == text);
    id = std::move(same);
    CHECK(id == text);
  }
}

TEST_CASE("a NUL is no part of an id") {
  for (const std::size_t size : sizes) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = text_of(size);
      text[at] = '\0';
      for (const char* before : {"n1", "an id that is longer than others"}) {
        NodeId id(before);
        INFO("a NUL at " << at << " of " << size);
        CHECK_FALSE(id.assign(text));
        CHECK(id == before);
      }
    }
  }
}

TEST_CASE("a text can be put in the place of another") {
  for (const std::size_t size : sizes) {
    for (const std::size_t other_size : sizes) {
      NodeId id(text_of(size));
      CHECK(id.assign(text_of(other_size)));
      CHECK(id == text_of(other_size));
      CHECK(id == NodeId(text_of(other_size)));
    }
  }
}

TEST_CASE("ids are ordered as their bytes are") {
  CHECK(NodeId("n1") < NodeId("n2"));
  CHECK(NodeId("n10") < NodeId("n2"));
  CHECK(NodeId("n1") < NodeId("n10"));
  CHECK(NodeId("") < NodeId("\x01"));
  CHECK(NodeId("~") < NodeId("\xff"));
  CHECK(NodeId("127.0.0.1:5001") < NodeId("127.0.0.1:5002"));
  CHECK(NodeId("sixteen bytes it") < NodeId("sixteen bytes it "));
  CHECK(NodeId("sixteen bytes it, and a") < NodeId("sixteen bytes it, and b"));
  rc::prop("two texts", [] {
    const std::string a = any_text(), b = any_text();
    const NodeId one(a), other(b);
    RC_ASSERT((one <=> other) == (a <=> b));
    RC_ASSERT((one == other) == (a == b));
    RC_ASSERT((one < other) == (a < b));
  });
}

TEST_CASE("actors and dots are ordered by node, life and counter") {
  rc::prop("two actors", [] {
    const Actor a = any_actor(), b = any_actor();
    RC_ASSERT((a <=> b) == (in_words(a) <=> in_words(b)));
    RC_ASSERT((a == b) == (in_words(a) == in_words(b)));
  });
  rc::prop("two dots", [] {
    const Dot a{any_actor(), *rc::gen::inRange<std::uint64_t>(1, 3)};
    const Dot b{*rc::gen::element(a.actor, any_actor()), *rc::gen::inRange<std::uint64_t>(1, 3)};
    const auto words = [](const Dot& dot) { return std::tuple_cat(in_words(dot.actor), std::tuple(dot.counter)); };
    RC_ASSERT((a <=> b) == (words(a) <=> words(b)));
    RC_ASSERT((a == b) == (words(a) == words(b)));
  });
}
