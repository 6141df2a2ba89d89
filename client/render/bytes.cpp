#include "client/render/bytes.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <ctime>
#include <cwchar>

namespace kin {
namespace {

unsigned char byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

// The length of the UTF-8 character at bytes[i], 0 where there is none. Unicode 15, table 3-7.
std::size_t character_length(std::string_view bytes, std::size_t i) {
  const unsigned char lead = byte_at(bytes, i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || i + length > bytes.size()) return 0;
  const unsigned char second = byte_at(bytes, i + 1);
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (byte_at(bytes, i + k) < 0x80 || byte_at(bytes, i + k) > 0xBF) return 0;
  }
  return length;
}

// The columns of one character, which `utf8` is the whole of. That of a control or an unknown one is 1, as is each
// where the system has no UTF-8.
std::size_t width_of(std::string_view utf8) {
  const unsigned char lead = byte_at(utf8, 0);
  if (lead < 0x80) return 1;
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (locale == nullptr) return 1;
  auto code = static_cast<wchar_t>(lead & (0x7F >> utf8.size()));
  for (const char c : utf8.substr(1)) code = static_cast<wchar_t>((code << 6) | (static_cast<unsigned char>(c) & 0x3F));
  const locale_t before = ::uselocale(locale);  // of this thread
  const int width = ::wcwidth(code);
  ::uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

std::string hex_escape(unsigned char byte) {
  std::array<char, 5> text{};
  std::snprintf(text.data(), text.size(), "\\x%02x", byte);
  return text.data();
}

// A terminal acts on C0, DEL and C1 (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F). U+FFFE and U+FFFF (EF BF BE and
// EF BF BF) are no characters of XML, so no picture may have them.
bool is_control(std::string_view bytes, std::size_t i, std::size_t length) {
  const unsigned char lead = byte_at(bytes, i);
  if (length == 1) return lead < 0x20 || lead == 0x7F;
  if (length == 3) return lead == 0xEF && byte_at(bytes, i + 1) == 0xBF && byte_at(bytes, i + 2) >= 0xBE;
  return length == 2 && lead == 0xC2 && byte_at(bytes, i + 1) < 0xA0;
}

struct Shown {
  std::size_t bytes = 0, columns = 0;
};

// Of the text, as many whole characters as `most` columns hold.
Shown beginning(std::string_view text, std::size_t most) {
  Shown out;
  while (out.bytes < text.size()) {
    const std::size_t length = std::max<std::size_t>(character_length(text, out.bytes), 1);
    const std::size_t wide = width_of(text.substr(out.bytes, length));
    if (out.columns + wide > most) break;
    out.columns += wide;
    out.bytes += length;
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = character_length(bytes, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    variant);
  text.pop_back();  // the terminating zero that sodium counts
  return text;
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = character_length(bytes, i);
    if (bytes[i] == '\\') {
      out += "\\\\";
    } else if (bytes[i] == '\n') {
      out += "\\n";
    } else if (bytes[i] == '\t') {
      out += "\\t";
    } else if (length == 0 || is_control(bytes, i, length)) {
      for (std::size_t k = 0; k < std::max<std::size_t>(length, 1); ++k) out += hex_escape(byte_at(bytes, i + k));
    } else {
      out += bytes.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string shortened(std::string_view bytes, std::size_t most) {
  // Escaping only makes longer, and no character has more than four bytes: the rest need not be looked at.
  std::string whole = escaped(bytes.substr(0, (most + 1) * 4));
  if (columns(whole) <= most && bytes.size() <= (most + 1) * 4) return whole;
  const std::string tail = "... (" + std::to_string(bytes.size()) + " bytes)";
  most = std::max<std::size_t>(most, 16);
  return whole.substr(0, bytes_within(whole, most - std::min(most, tail.size()))) + tail;
}

std::size_t bytes_within(std::string_view text, std::size_t most) { return beginning(text, most).bytes; }

std::size_t columns(std::string_view text) { return beginning(text, std::string_view::npos).columns; }

std::string shell_word(std::string_view bytes) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=@%+";
  if (!bytes.empty() && bytes.find_first_not_of(harmless) == std::string_view::npos) return std::string(bytes);
  bool printable = is_utf8(bytes);
  for (std::size_t i = 0; printable && i < bytes.size(); i += character_length(bytes, i)) {
    printable = !is_control(bytes, i, character_length(bytes, i));
  }
  std::string out = printable ? "'" : "$'";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned char byte = byte_at(bytes, i);
    if (printable) {
      out += bytes[i] == '\'' ? "'\\''" : std::string(1, bytes[i]);
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += hex_escape(byte);
    } else {
      if (bytes[i] == '\'' || bytes[i] == '\\') out += '\\';
      out += bytes[i];
    }
  }
  return out + '\'';
}

std::string utc_time(std::uint64_t us_since_1970) {
  const auto seconds = static_cast<std::time_t>(us_since_1970 / 1'000'000);
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(us_since_1970) + "us";
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%06uZ", static_cast<unsigned>(us_since_1970 % 1'000'000));
  return text.data();
}

}  // namespace kin
