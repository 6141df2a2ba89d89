// The bytes of every message, for ever: peers of other versions and clients in other languages rely on them.
// golden.txt holds them; a line that must change is a new protocol version.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "common/wire/codec.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "tests/wire/samples.hpp"

using namespace kin::wire;

namespace {

std::map<std::string, std::string> golden() {
  std::ifstream file(KIN_GOLDEN);
  REQUIRE(file);
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    REQUIRE(colon != std::string::npos);
    out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

}  // namespace

TEST_CASE("every message has the bytes that golden.txt pins") {
  const auto pinned = golden();
  std::string missing_or_changed;
  for (const Sample& sample : samples()) {
    auto found = pinned.find(sample.name);
    const std::string hex = to_hex(sample.bytes);
    if (found == pinned.end() || found->second != hex) missing_or_changed += sample.name + ": " + hex + "\n";
    CHECK(sample.recode(sample.bytes) == sample.bytes);
  }
  if (!missing_or_changed.empty()) {
    FAIL_CHECK("golden.txt lacks these lines, or has others:\n" << missing_or_changed);
  }
  CHECK(pinned.size() == samples().size());
}

TEST_CASE("the smallest forms, byte by byte") {
  CHECK(to_hex(encode(std::uint64_t{127})) == "7f");
  CHECK(to_hex(encode(std::uint64_t{128})) == "cc80");
  CHECK(to_hex(encode(~std::uint64_t{0})) == "cfffffffffffffffff");
  CHECK(to_hex(encode(true)) == "c3");
  CHECK(to_hex(encode(std::string("ab"))) == "c4026162");
  CHECK(to_hex(encode(std::optional<std::string>{})) == "c0");
  CHECK(to_hex(encode(std::vector<bool>{}.size())) == "00");
  CHECK(to_hex(encode(kin::CounterSet::up_to(3))) == "920103");
  CHECK(to_hex(encode(kin::CounterSet{})) == "90");
  CHECK(to_hex(encode(kin::DotSet{})) == "929090");
  CHECK(to_hex(encode(kin::VersionVector({{"n1", 2}}))) == "9192c4026e3102");
  CHECK(to_hex(encode(kin::Dot{{"n1", {5, 1}}, 9})) == "94c4026e31050109");
}

TEST_CASE("a reader takes a str where bytes should be, and ignores fields that a later version added") {
  CHECK(*decode<std::string>(from_hex("a26162")) == "ab");
  CHECK(*decode<std::string>(from_hex("d9026162")) == "ab");
  // Done with two more fields: a map and a float.
  CHECK(decode<std::vector<std::string>>(from_hex("91a26162"))->front() == "ab");
  CHECK(decode<Done>(from_hex("93 a26162 81a16101 cb4000000000000000"))->message == "ab");
}

TEST_CASE("items share a message, and each body is exactly its own bytes") {
  std::string message;
  Envelope envelope;
  for (const Sample& sample : samples()) {
    if (sample.is_word()) continue;
    envelope.request_id++;
    append_item(message, envelope, std::string_view(sample.bytes));
  }
  std::size_t offset = 0;
  std::uint64_t request_id = 0;
  for (const Sample& sample : samples()) {
    if (sample.is_word()) continue;
    auto item = next_item(message, offset);
    REQUIRE(item);
    CHECK(item->envelope.request_id == ++request_id);
    CHECK(item->body == sample.bytes);
  }
  CHECK(offset == message.size());
}

TEST_CASE("a newer version is named, whatever else its envelope holds") {
  // [2, "demo", 99, 77, {}, nil] and a body
  const std::string message = from_hex("96 02 c40464656d6f 63 4d 80 c0 90");
  std::size_t offset = 0;
  auto item = next_item(message, offset);
  REQUIRE_FALSE(item);
  CHECK(item.error().newer_version);
  CHECK(item.error().request_id == 77);
}

TEST_CASE("a kind that this version does not know is still an item") {
  Envelope envelope;
  envelope.kind = static_cast<Kind>(9999);
  envelope.request_id = 5;
  std::string message;
  append_item(message, envelope, std::string_view("\x90"));
  std::size_t offset = 0;
  auto item = next_item(message, offset);
  REQUIRE(item);
  CHECK(static_cast<int>(item->envelope.kind) == 9999);
}

TEST_CASE("fields that were added cost nothing where they are not used, and may be absent") {
  const AddUpdate plain{"default", "cart", "apples", Seen::implied, "", {}, "op-1", false};
  AddUpdate told = plain;
  told.meta = {{"by", "till 4"}};
  const std::string bytes = encode(plain);
  CHECK(static_cast<unsigned char>(bytes[0]) == 0x98);  // 8 fields, as before there were more
  CHECK(static_cast<unsigned char>(encode(told)[0]) == 0x9a);
  CHECK(decode<AddUpdate>(encode(told))->meta == told.meta);
  CHECK(decode<AddUpdate>(encode(told))->content_type.empty());
  CHECK(decode<AddUpdate>(bytes)->meta.empty());
  std::string fewer = bytes;
  fewer[0] = static_cast<char>(0x97);
  fewer.pop_back();
  CHECK_FALSE(decode<AddUpdate>(fewer));
}
