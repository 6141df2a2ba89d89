#include "client/identity.hpp"

#include <pwd.h>
#include <sodium.h>
#include <unistd.h>

#include <array>

#include "common/assert.hpp"

namespace kin {
namespace {

constexpr std::size_t operation_id_bytes = 16;

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

}  // namespace

std::string default_client_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  return user_name() + '@' + host.data() + ':' + std::to_string(::getpid());
}

std::string new_operation_id() {
  KIN_REQUIRE(sodium_init() >= 0, "libsodium does not start");
  std::string id(operation_id_bytes, '\0');
  randombytes_buf(id.data(), id.size());
  return id;
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace kin
