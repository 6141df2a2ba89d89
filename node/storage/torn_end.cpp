#include "node/storage/torn_end.hpp"

#include <leveldb/env.h>

#include <array>
#include <cstdint>
#include <vector>

namespace kin {
namespace {

constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7;  // checksum 4, length 2, type 1; little-endian

// CRC-32C, RFC 3720 section 12.1.
constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82f63b78u : 0);
    table[byte] = rest;
  }
  return table;
}

constexpr auto crc_table = make_table();

std::uint32_t number(std::string_view bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) out = (out << 8) | static_cast<unsigned char>(bytes[i - 1]);
  return out;
}

// LevelDB stores checksums masked, so that a checksum of bytes that hold checksums is a good one.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

// Whether the bytes from the type on match the checksum under any length.
bool whole_under_another_length(std::uint32_t checksum, std::string_view type_and_rest) {
  std::uint32_t state = 0xffffffffu;
  for (const char c : type_and_rest) {
    state = (state >> 8) ^ crc_table[(state ^ static_cast<unsigned char>(c)) & 0xff];
    if (masked(~state) == checksum) return true;
  }
  return false;
}

}  // namespace

bool hides_damage(std::string_view log) {
  std::string_view rest = log.substr(log.size() - log.size() % block_bytes);
  while (rest.size() > header_bytes) {
    const std::size_t length = number(rest.substr(4, 2));
    if (length > rest.size() - header_bytes) {
      return whole_under_another_length(number(rest.substr(0, 4)), rest.substr(header_bytes - 1));
    }
    rest.remove_prefix(header_bytes + length);
  }
  return false;
}

std::string find_hidden_damage(leveldb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env.GetChildren(directory, &names).ok()) return {};
  for (const std::string& name : names) {
    if (!name.ends_with(".log") && !name.starts_with("MANIFEST-")) continue;
    std::string path = directory + '/' + name;
    std::string bytes;
    if (leveldb::ReadFileToString(&env, path, &bytes).ok() && hides_damage(bytes)) return path;
  }
  return {};
}

}  // namespace kin
