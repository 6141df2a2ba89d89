// The one codec: structs to msgpack and back. codec.cpp is the only file that includes msgpack.
//
// A struct takes part by naming its fields once:
//
//   struct Read {
//     std::string bucket, key;
//     template <class V> void fields(V& v) { v(bucket, key); }
//   };
//
// Grammar:
//   struct     = array of its fields in order. A reader ignores further elements, so fields may be added at the
//                end; it refuses an array that is too short. Fields that were added (with_added) are left out from
//                the last one that holds something, so that they cost nothing where they are not used.
//   string     = bin (a reader takes str too): keys and values are bytes, names are UTF-8
//   integer    = unsigned msgpack integer; bool = msgpack bool; enum = its number
//   optional   = nil or the thing; vector = array; map = array of [key, value], ascending
//   Incarnation = [born, ordinal]; Actor = [node, born, ordinal]; Dot = [node, born, ordinal, counter]
//   CounterSet = [first, last, first, last, ...], ascending, disjoint, not adjacent, first >= 1
//   DotSet     = [[actor, counters]..., [node, floor]...] as two arrays
//   VersionVector = map of id to count
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "common/causality/version_vector.hpp"
#include "common/text_end.hpp"
#include "common/wire/object_head.hpp"

namespace kin::wire {

// The bytes are not what they should be. `what` is for the log of the receiver.
struct Malformed {
  std::string what;
};

// No message is larger than this; what a peer wants to say beyond it goes into the next message.
inline constexpr std::size_t max_message_bytes = 64u << 20;
inline constexpr std::size_t max_depth = 16;
inline constexpr std::size_t max_items = 2u << 20;                      // of one array or map, a map's keys counted too
inline constexpr std::size_t max_runs = 4u << 20;                       // of one set of counters
inline constexpr std::size_t max_all_items = 2 * max_runs + max_items;  // of all arrays of one object
inline constexpr std::size_t max_nodes = 4096;                          // ids in one version vector
inline constexpr std::size_t max_name_bytes = 255;                      // node id, bucket, cluster
using kin::max_counter;

// Appends to a text, which ends where the packed bytes end once the packer is gone (text_end.hpp).
class Packer {
 public:
  // `out` must outlive the packer.
  explicit Packer(std::string& out) : end_(out) {}

  // The text as it will be, valid until more is put.
  std::string_view text() const { return end_.text(); }

  void array(std::size_t n) {
    if (n < 16) {
      add(static_cast<char>(0x90 | n));
    } else {
      put_long_array(n);
    }
  }
  void nil();
  void put(bool value);
  void put(std::uint64_t value) {
    if (value < 0x80) {
      add(static_cast<char>(value));
    } else {
      put_large(value);
    }
  }
  void put(std::string_view value) {
    if (value.size() < 0x100) {
      char* to = end_.room(2 + value.size());
      to[0] = '\xc4';
      to[1] = static_cast<char>(value.size());
      end_.written_to(std::copy(value.begin(), value.end(), to + 2));
    } else {
      put_long(value);
    }
  }
  void put(const std::string& value) { put(std::string_view(value)); }
  void put(const NodeId& value) { put(value.view()); }
  void put(const Incarnation& value);
  void put(const Actor& value);
  void put(const Dot& value);
  void put(const CounterSet& value);
  void put(const DotSet& value);
  void put(const VersionVector& value);

  template <class T>
  requires std::is_enum_v<T>
  void put(T value) { put(static_cast<std::uint64_t>(value)); }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) void put(T value) {
    put(static_cast<std::uint64_t>(value));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : nil();
  }
  template <class T>
  void put(const std::vector<T>& value) {
    put_all(value);
  }
  template <class T, std::size_t N>
  void put(const boost::container::small_vector<T, N>& value) {
    put_all(value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    array(2);
    put(value.first);
    put(value.second);
  }
  template <class K, class T>
  void put(const std::map<K, T>& value) {
    put_map(value);
  }
  template <class K, class T>
  void put(const boost::container::flat_map<K, T>& value) {
    put_map(value);
  }
  template <class T>
  requires requires(T& t, Packer& p) { t.fields(p); }
  void put(const T& value) {
    const_cast<T&>(value).fields(*this);  // fields() names the members; packing only reads them
  }
  template <class... T>
  void operator()(T&... field) {
    array(sizeof...(T));
    (put(field), ...);
  }
  // The first `Required` fields were there from the start.
  template <std::size_t Required, class... T>
  void with_added(T&... field) {
    std::size_t at = 0;
    std::size_t used = Required;
    ((++at, used = at > Required && says_something(field) ? at : used), ...);
    array(used);
    at = 0;
    ((at++ < used ? put(field) : void()), ...);
  }

 private:
  template <class All>
  void put_all(const All& value) {
    array(value.size());
    for (const auto& item : value) put(item);
  }

  template <class Map>
  void put_map(const Map& value) {
    array(value.size());
    for (const auto& [key, item] : value) {
      array(2);
      put(key);
      put(item);
    }
  }

  void add(char byte) {
    char* to = end_.room(1);
    *to = byte;
    end_.written_to(to + 1);
  }
  void put_long_array(std::size_t n);
  void put_large(std::uint64_t value);
  void put_long(std::string_view value);

  template <class T>
  static bool says_something(const T& field) {
    if constexpr (requires { field == T{}; }) return !(field == T{});
    return true;
  }

  TextEnd end_;
};

// Reads one msgpack object from front to back, straight from the bytes. Sizes, depth and counts are checked before
// anything is allocated; the first error sticks, and everything read after it is empty.
class Unpacker {
 public:
  // Reads the object that starts at bytes[offset], where `offset` <= bytes.size(). The bytes outlive the unpacker.
  explicit Unpacker(std::string_view bytes, std::size_t offset = 0);
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  bool ok() const { return error_ == nullptr; }
  // What was wrong; only where !ok().
  const char* error() const { return error_; }
  void fail(const char* what);
  // Behind what was read so far.
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  // Reads over so many objects, whatever they are, and checks what can be checked all the same.
  void skip(std::size_t objects);

  void get(bool& value);
  void get(std::uint64_t& value) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      value = static_cast<unsigned char>(*at_++);
    } else {
      value = large_number();
    }
  }
  void get(std::string& value);
  void get(std::string_view& value);  // a view into the bytes
  void get(NodeId& value);            // a name that may be empty
  void get(Incarnation& value);
  void get(Actor& value);
  void get(Dot& value);
  void get(CounterSet& value);
  void get(DotSet& value);
  void get(VersionVector& value);

  template <class T>
  requires std::is_enum_v<T>
  void get(T& value) { value = static_cast<T>(number_up_to(std::numeric_limits<std::underlying_type_t<T>>::max())); }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) void get(T& value) {
    value = static_cast<T>(number_up_to(std::numeric_limits<T>::max()));
  }
  template <class T>
  void get(std::optional<T>& value) {
    value.reset();
    if (!take_nil()) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& value) {
    get_all(value);
  }
  template <class T, std::size_t N>
  void get(boost::container::small_vector<T, N>& value) {
    get_all(value);
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    if (array() != 2) return fail("not a pair where one should be");
    get(value.first);
    get(value.second);
  }
  template <class K, class T>
  void get(std::map<K, T>& value) {
    get_map(value);
  }
  template <class K, class T>
  void get(boost::container::flat_map<K, T>& value) {
    get_map(value);
  }
  template <class T>
  requires requires(T& t, Unpacker& u) { t.fields(u); }
  void get(T& value) { value.fields(*this); }
  template <class... T>
  void operator()(T&... field) {
    const std::size_t n = array_of_at_least(sizeof...(T), "too few fields");
    (get(field), ...);
    skip(n - sizeof...(T));
  }
  template <std::size_t Required, class... T>
  void with_added(T&... field) {
    const std::size_t there = array_of_at_least(Required, "too few fields");
    std::size_t at = 0;
    ((at++ < there ? get(field) : static_cast<void>(field = T{})), ...);
    skip(there - std::min(there, sizeof...(T)));
  }

 private:
  // A length is only announced: what it makes room for ahead is little.
  template <class Item>
  static std::size_t room_for(std::size_t items) {
    constexpr std::size_t most_bytes = 64u << 10;
    return std::min(items, most_bytes / sizeof(Item));
  }

  template <class All>
  void get_all(All& value) {
    value.clear();
    const std::size_t n = array();
    value.reserve(room_for<typename All::value_type>(n));
    for (std::size_t i = 0; i < n && ok(); ++i) get(value.emplace_back());
  }

  template <class Map>
  void get_map(Map& value) {
    value.clear();
    const std::size_t n = array();
    if constexpr (requires { value.reserve(n); }) value.reserve(room_for<typename Map::value_type>(n));
    for (std::size_t i = 0; i < n && ok(); ++i) {
      if (array() != 2) return fail("a map item is not a pair");
      typename Map::key_type key{};
      get(key);
      get(value.try_emplace(value.end(), std::move(key))->second);  // mostly in order
    }
    if (value.size() != n) fail("a map key twice");
  }

  ObjectHead take_head();
  // Of what follows an array's or a map's head; an error and 0 where that is more than `most`.
  std::size_t count(const ObjectHead& head, std::size_t most);
  // Its size; an error and 0 where it is no array. Nearly all are small, and are taken without a call.
  std::size_t array(std::size_t most = max_items) {
    if (at_ == end_ || !is_small_array(*at_)) return large_array(most);
    const std::size_t n = static_cast<unsigned char>(*at_++) & 0x0fu;
    if (n > items_left_ || n > static_cast<std::size_t>(end_ - at_)) return too_many_items();
    items_left_ -= n;
    return n;
  }
  static bool is_small_array(char head) { return (static_cast<unsigned char>(head) & 0xf0u) == 0x90; }
  std::size_t large_array(std::size_t most);
  std::size_t too_many_items();
  std::size_t array_of_at_least(std::size_t least, const char* error);  // `least` after an error
  std::string_view take_bytes(std::uint64_t size);
  bool take_nil();
  std::uint64_t number_up_to(std::uint64_t largest);
  std::uint64_t large_number();
  void name(NodeId& value);
  void check_not_empty(const NodeId& name);

  const char* begin_;
  const char* at_;
  const char* end_;  // after an error the same as at_
  std::size_t items_left_;
  const char* error_ = nullptr;
};

// Moves offset behind the object at bytes[offset] and keeps nothing of it. Checks all that can be checked without
// knowing what it should be: sizes, depth, counts, and that it is complete.
tl::expected<void, Malformed> skip(std::string_view bytes, std::size_t& offset);

// Most messages and records are smaller; to grow in steps costs more than the whole rest of packing them.
inline constexpr std::size_t usual_bytes = 256;

template <class T>
std::string encode(const T& value, std::size_t about_bytes = usual_bytes) {
  std::string out;
  out.reserve(about_bytes);
  Packer(out).put(value);
  return out;
}

// Appends some values, one behind the other, and no array around them.
template <class... T>
void append_packed(std::string& out, const T&... value) {
  Packer packer(out);
  (packer.put(value), ...);
}

// Decodes the object at bytes[offset] and moves offset behind it.
template <class T>
tl::expected<T, Malformed> decode_at(std::string_view bytes, std::size_t& offset) {
  Unpacker unpacker(bytes, offset);
  tl::expected<T, Malformed> value{tl::in_place};
  unpacker.get(*value);
  if (!unpacker.ok()) {
    value = tl::unexpected(Malformed{unpacker.error()});
  } else {
    offset = unpacker.offset();
  }
  return value;
}

// Decodes bytes that are one object and nothing behind it.
template <class T>
tl::expected<T, Malformed> decode(std::string_view bytes) {
  std::size_t offset = 0;
  auto value = decode_at<T>(bytes, offset);
  if (value && offset != bytes.size()) value = tl::unexpected(Malformed{"bytes behind the message"});
  return value;
}

// The same into a new value that stands where it is wanted: to move a large one costs half as much as to read it.
// nullopt: it was read. After an error `value` is worth nothing.
template <class T>
std::optional<Malformed> decode_into(std::string_view bytes, T& value) {
  Unpacker unpacker(bytes);
  unpacker.get(value);
  if (!unpacker.ok()) return Malformed{unpacker.error()};
  if (unpacker.offset() != bytes.size()) return Malformed{"bytes behind the message"};
  return std::nullopt;
}

}  // namespace kin::wire
