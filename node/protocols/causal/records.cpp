#include "node/protocols/causal/records.hpp"

#include "common/assert.hpp"

namespace kin::causal::records {
namespace {

constexpr std::size_t life_bytes = 12;
constexpr std::size_t counter_bytes = 8;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

void append_actor(std::string& out, const Actor& actor) {
  out += actor.node;
  out += '\0';
  append_big_endian(out, actor.life.born, 8);
  append_big_endian(out, actor.life.ordinal, 4);
}

Actor parse_actor(std::string_view bytes) {
  KIN_REQUIRE(bytes.size() > life_bytes, "record of " + std::to_string(bytes.size()) + " bytes");
  const std::string_view life = bytes.substr(bytes.size() - life_bytes);
  const auto born = big_endian(life.substr(0, 8));
  const auto ordinal = static_cast<std::uint32_t>(big_endian(life.substr(8)));
  return {NodeId(bytes.substr(0, bytes.size() - life_bytes - 1)), {born, ordinal}};
}

std::string with(char letter, std::string_view rest) {
  std::string out(1, letter);
  out += rest;
  return out;
}

}  // namespace

std::string report(const NodeId& member) { return with('r', member); }

std::string ended(const Actor& actor) {
  std::string out = "E";
  append_actor(out, actor);
  return out;
}

std::string dot(const Dot& dot) {
  std::string out = "d";
  append_actor(out, dot.actor);
  append_big_endian(out, dot.counter, counter_bytes);
  return out;
}

std::string entry(std::string_view key) { return with('e', key); }
std::string shadow_page(std::string_view key, std::uint64_t number) {
  std::string out = with('o', key);
  append_big_endian(out, number, counter_bytes);
  return out;
}
std::string untidy(std::string_view key) { return with('s', key); }
std::string conflict(std::string_view key) { return with('x', key); }

std::string behind(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::string_view tail(std::string_view record) { return record.substr(1); }

Actor actor_of_ended(std::string_view record) { return parse_actor(tail(record)); }

std::uint64_t counter_of_dot(std::string_view record) {
  KIN_REQUIRE(record.size() > counter_bytes, "record of " + std::to_string(record.size()) + " bytes");
  return big_endian(record.substr(record.size() - counter_bytes));
}

Dot dot_of(std::string_view record) {
  const std::uint64_t counter = counter_of_dot(record);
  return {parse_actor(tail(record.substr(0, record.size() - counter_bytes))), counter};
}

std::string join_key(std::string_view bucket, std::string_view key) {
  std::string out(bucket);
  out += '\0';
  out += key;
  return out;
}

std::string_view bucket_of(std::string_view joined) { return joined.substr(0, joined.find('\0')); }
std::string_view user_key_of(std::string_view joined) { return joined.substr(joined.find('\0') + 1); }

}  // namespace kin::causal::records
