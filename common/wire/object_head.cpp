#include "common/wire/object_head.hpp"

#include <cstddef>

namespace kin::wire {
namespace {

using Sort = ObjectHead::Sort;

// A head whose `width` bytes behind the first one are a big-endian number; `extra` more bytes follow than it says.
ObjectHead wide(Sort sort, const char* at, const char* end, std::uint32_t width, std::uint64_t extra = 0) {
  if (end - at <= static_cast<std::ptrdiff_t>(width)) return {};
  std::uint64_t value = 0;
  for (std::uint32_t i = 1; i <= width; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return {sort, 1 + width, value + extra};
}

}  // namespace

ObjectHead read_wide_head(const char* at, const char* end) {
  const auto first = static_cast<unsigned char>(*at);
  if (first < 0x90) return {Sort::map, 1, first & 0x0fu};
  if (first < 0xc0) return {Sort::bytes, 1, first & 0x1fu};
  if (first >= 0xe0) return {Sort::other, 1, 0};  // a negative number
  switch (first) {
    case 0xc0: return {Sort::nil, 1, 0};
    case 0xc2: return {Sort::boolean, 1, 0};
    case 0xc3: return {Sort::boolean, 1, 1};
    case 0xc4: return wide(Sort::bytes, at, end, 1);
    case 0xc5: return wide(Sort::bytes, at, end, 2);
    case 0xc6: return wide(Sort::bytes, at, end, 4);
    case 0xc7: return wide(Sort::other, at, end, 1, 1);  // extensions: a type follows the length
    case 0xc8: return wide(Sort::other, at, end, 2, 1);
    case 0xc9: return wide(Sort::other, at, end, 4, 1);
    case 0xca: return {Sort::other, 1, 4};  // floats
    case 0xcb: return {Sort::other, 1, 8};
    case 0xcc: return wide(Sort::number, at, end, 1);
    case 0xcd: return wide(Sort::number, at, end, 2);
    case 0xce: return wide(Sort::number, at, end, 4);
    case 0xcf: return wide(Sort::number, at, end, 8);
    case 0xd0: return {Sort::other, 1, 1};  // signed numbers
    case 0xd1: return {Sort::other, 1, 2};
    case 0xd2: return {Sort::other, 1, 4};
    case 0xd3: return {Sort::other, 1, 8};
    case 0xd4: return {Sort::other, 1, 2};  // extensions of a fixed size, and their type
    case 0xd5: return {Sort::other, 1, 3};
    case 0xd6: return {Sort::other, 1, 5};
    case 0xd7: return {Sort::other, 1, 9};
    case 0xd8: return {Sort::other, 1, 17};
    case 0xd9: return wide(Sort::bytes, at, end, 1);
    case 0xda: return wide(Sort::bytes, at, end, 2);
    case 0xdb: return wide(Sort::bytes, at, end, 4);
    case 0xdc: return wide(Sort::array, at, end, 2);
    case 0xdd: return wide(Sort::array, at, end, 4);
    case 0xde: return wide(Sort::map, at, end, 2);
    case 0xdf: return wide(Sort::map, at, end, 4);
    default: return {Sort::unused, 1, 0};
  }
}

}  // namespace kin::wire
