#include "node/protocols/causal/entry_cache.hpp"

#include <catch2/catch.hpp>

using namespace kin;
using namespace kin::causal;

namespace {

Entry entry_of(const std::string& value) {
  Entry out;
  out.siblings.emplace(Dot{{"n1", {1, 1}}, 1}, Sibling{value, {}, {}, {}, 0});
  return out;
}

}  // namespace

TEST_CASE("what was put is found, and the last one counts") {
  EntryCache cache(1'000'000);
  CHECK(cache.find("a") == nullptr);
  cache.put("a", entry_of("old"));
  cache.put("a", entry_of("new"));
  REQUIRE(cache.find("a") != nullptr);
  CHECK(cache.find("a")->siblings.begin()->second.value == "new");
  CHECK(cache.find("b") == nullptr);
  CHECK(cache.size() == 1);
}

TEST_CASE("the cache goes down to its bound at the end of a turn, and what was used stays") {
  EntryCache cache(10'000);
  const std::string value(1000, 'v');
  for (int i = 0; i < 20; ++i) cache.put(std::to_string(i), entry_of(value));
  CHECK(cache.size() == 20);  // not before the turn has ended
  cache.find("3");
  cache.trim();
  CHECK(cache.bytes() <= 10'000);
  CHECK(cache.bytes() > 8'000);
  CHECK(cache.find("3") != nullptr);
  CHECK(cache.find("19") != nullptr);
  CHECK(cache.find("0") == nullptr);
  CHECK(cache.find("4") == nullptr);
}

TEST_CASE("a use saves an entry once: without another one it goes with the next that are put") {
  const auto stays = [](bool used, int rounds) {
    EntryCache cache(10'000);
    cache.put("it", entry_of("v"));
    cache.keep_answer("it", "a");
    if (used) cache.answer("it");
    for (int i = 0; i < 10 * rounds; ++i) {
      cache.put(std::to_string(i), entry_of(std::string(1000, 'v')));
      if (i % 10 == 9) cache.trim();
    }
    return cache.find("it") != nullptr;
  };
  CHECK_FALSE(stays(false, 1));
  CHECK(stays(true, 1));
  CHECK_FALSE(stays(true, 3));
}

TEST_CASE("keys are told apart however long they are, and however much of them is alike") {
  EntryCache cache(0);  // one tree for all
  const auto key_of = [](int i) { return std::string(static_cast<std::size_t>(i), 'k'); };
  for (int i = 0; i < 200; ++i) cache.put(key_of(i), entry_of(std::to_string(i)));
  CHECK(cache.size() == 200);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(cache.find(key_of(i)) != nullptr);
    CHECK(cache.find(key_of(i))->siblings.begin()->second.value == std::to_string(i));
  }
  CHECK(cache.find(key_of(200)) == nullptr);
  CHECK(cache.find("kK") == nullptr);
}

TEST_CASE("what is foreseen stays as it is, whether it is there or not") {
  EntryCache cache(10'000);
  cache.put("a", entry_of("v"));
  cache.put("none", {});
  cache.keep_answer("a", "shown");
  const std::size_t bytes = cache.bytes();
  const std::vector<std::string_view> keys{"a", "nowhere", "none", "a"};
  for (std::size_t at = 0; at < keys.size() + foreseen_ahead; ++at) {
    foresee_at(at, keys.size(), [&](std::size_t key, Foresight step) { cache.foresee(keys[key], step); });
  }
  CHECK(cache.bytes() == bytes);
  CHECK(cache.size() == 2);
  CHECK(*cache.answer("a") == "shown");
  CHECK(cache.find("nowhere") == nullptr);
}

TEST_CASE("each key of a row takes each step once, in their order and before it is looked up") {
  for (const std::size_t keys : {0, 1, 5, 40}) {
    std::vector<std::vector<Foresight>> taken(keys);
    for (std::size_t at = 0; at < keys + foreseen_ahead; ++at) {
      foresee_at(at, keys, [&](std::size_t key, Foresight step) { taken.at(key).push_back(step); });
      if (at < foreseen_ahead) continue;
      CHECK(taken[at - foreseen_ahead] == std::vector{Foresight::place, Foresight::slot, Foresight::content});
    }
  }
}

TEST_CASE("bytes are counted once, whatever is put again") {
  EntryCache cache(1'000'000);
  cache.put("a", entry_of("v"));
  const std::size_t one = cache.bytes();
  cache.put("a", entry_of(std::string(101, 'v')));
  CHECK(cache.bytes() == one + 100);
  cache.put("a", entry_of("v"));
  CHECK(cache.bytes() == one);
  cache.put("a", {});
  cache.trim();
  CHECK(cache.bytes() == 0);
}

TEST_CASE("an entry that holds nothing leaves no trace, unless something was put in its place") {
  EntryCache cache(1'000'000);
  cache.put("gone", entry_of("v"));
  cache.put("gone", {});
  cache.put("gone", {});
  cache.put("back", {});
  cache.put("back", entry_of("v"));
  CHECK(cache.find("gone") != nullptr);  // this turn knows that there is nothing
  cache.trim();
  CHECK(cache.find("gone") == nullptr);
  CHECK(cache.find("back") != nullptr);
  cache.trim();
  CHECK(cache.size() == 1);
}

TEST_CASE("a cache without room keeps nothing over the end of a turn") {
  EntryCache cache(0);
  cache.put("a", entry_of("v"));
  CHECK(cache.find("a") != nullptr);
  cache.trim();
  CHECK(cache.size() == 0);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("an answer stands beside its entry until more is known of the key, or of all") {
  EntryCache cache(1'000'000);
  cache.keep_answer("a", "no entry, no answer");
  CHECK(cache.answer("a") == nullptr);
  cache.put("a", entry_of("v"));
  cache.put("b", entry_of("v"));
  const std::size_t bare = cache.bytes();
  const auto keep = [&] {
    cache.keep_answer("a", std::string(100, 'a'));
    cache.keep_answer("b", std::string(100, 'b'));
    REQUIRE(cache.answer("a") != nullptr);
    CHECK(*cache.answer("a") == std::string(100, 'a'));
    CHECK(cache.bytes() >= bare + 200);
  };
  keep();
  cache.put("a", entry_of("w"));
  CHECK(cache.answer("a") == nullptr);
  CHECK(cache.answer("b") != nullptr);
  keep();
  cache.drop_all_answers();
  CHECK(cache.answer("a") == nullptr);
  CHECK(cache.answer("b") == nullptr);
  keep();
  cache.put("a", entry_of("v"));
  cache.put("b", entry_of("v"));
  CHECK(cache.bytes() == bare);
}

TEST_CASE("an entry is moved out to be changed, and put back") {
  EntryCache cache(1'000'000);
  cache.put("a", entry_of("old"));
  const std::size_t bytes = cache.bytes();
  auto taken = cache.take("a");
  REQUIRE(taken);
  CHECK(taken->siblings.begin()->second.value == "old");
  taken->siblings.begin()->second.value = "older";
  cache.put("a", std::move(*taken));
  CHECK(cache.find("a")->siblings.begin()->second.value == "older");
  CHECK(cache.bytes() == bytes + 2);
  CHECK_FALSE(cache.take("b"));
}
