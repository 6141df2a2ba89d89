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

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "common/causality/version_vector.hpp"

namespace kin::wire {

// The bytes are not what they should be. `what` is for the log of the receiver.
struct Malformed {
  std::string what;
};

// No message is larger than this; what a peer wants to say beyond it goes into the next message.
inline constexpr std::size_t max_message_bytes = 64u << 20;
inline constexpr std::size_t max_depth = 16;
inline constexpr std::size_t max_items = 1u << 20;      // of one array
inline constexpr std::size_t max_all_items = 4u << 20;  // of all arrays of one object
inline constexpr std::size_t max_nodes = 4096;          // ids in one version vector
inline constexpr std::size_t max_name_bytes = 255;      // node id, bucket, cluster
using kin::max_counter;

class Packer {
 public:
  // Appends to `out`, which must outlive the packer.
  explicit Packer(std::string& out) : out_(out) {}

  void array(std::size_t n);
  void nil();
  void put(bool value);
  void put(std::uint64_t value);
  void put(std::string_view value);
  void put(const std::string& value) { put(std::string_view(value)); }
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
    array(value.size());
    for (const T& item : value) put(item);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    array(2);
    put(value.first);
    put(value.second);
  }
  template <class K, class T>
  void put(const std::map<K, T>& value) {
    array(value.size());
    for (const auto& [key, item] : value) {
      array(2);
      put(key);
      put(item);
    }
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
  template <class T>
  static bool says_something(const T& field) {
    if constexpr (requires { field == T{}; }) return !(field == T{});
    return true;
  }

  std::string& out_;
};

// Reads one msgpack object. Sizes, depth and counts are checked before anything is allocated; the first error
// sticks, and everything read after it is empty.
class Unpacker {
 public:
  struct Object;  // one node of the parsed tree

  // Parses the object that starts at bytes[offset] and moves offset behind it. The bytes must outlive the unpacker.
  Unpacker(std::string_view bytes, std::size_t& offset);
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  void fail(std::string what);

  template <class T>
  void root(T& value) {
    get(value, root_);
  }

  void get(bool& value, const Object* o);
  void get(std::uint64_t& value, const Object* o);
  void get(std::string& value, const Object* o);
  void get(std::string_view& value, const Object* o);  // a view into the parsed bytes
  void get(Incarnation& value, const Object* o);
  void get(Actor& value, const Object* o);
  void get(Dot& value, const Object* o);
  void get(CounterSet& value, const Object* o);
  void get(DotSet& value, const Object* o);
  void get(VersionVector& value, const Object* o);

  template <class T>
  requires std::is_enum_v<T>
  void get(T& value, const Object* o) {
    std::uint64_t n = 0;
    get(n, o);
    value = static_cast<T>(narrow(n, std::numeric_limits<std::underlying_type_t<T>>::max()));
  }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) void get(T& value, const Object* o) {
    std::uint64_t n = 0;
    get(n, o);
    value = static_cast<T>(narrow(n, std::numeric_limits<T>::max()));
  }
  template <class T>
  void get(std::optional<T>& value, const Object* o) {
    value.reset();
    if (!is_nil(o)) get(value.emplace(), o);
  }
  template <class T>
  void get(std::vector<T>& value, const Object* o) {
    value.clear();
    const std::size_t n = array(o);
    value.reserve(n);
    for (std::size_t i = 0; i < n && ok(); ++i) get(value.emplace_back(), item(o, i));
  }
  template <class A, class B>
  void get(std::pair<A, B>& value, const Object* o) {
    if (array(o) != 2) return fail("not a pair where one should be");
    get(value.first, item(o, 0));
    get(value.second, item(o, 1));
  }
  template <class K, class T>
  void get(std::map<K, T>& value, const Object* o) {
    value.clear();
    const std::size_t n = array(o);
    for (std::size_t i = 0; i < n && ok(); ++i) {
      const Object* pair = item(o, i);
      if (array(pair) != 2) return fail("a map item is not a pair");
      K key{};
      get(key, item(pair, 0));
      get(value.emplace_hint(value.end(), std::move(key), T{})->second, item(pair, 1));  // mostly in order
    }
    if (value.size() != n) fail("a map key twice");
  }
  template <class T>
  requires requires(T& t, Unpacker& u) { t.fields(u); }
  void get(T& value, const Object* o) {
    const Object* outer = std::exchange(current_, o);
    value.fields(*this);
    current_ = outer;
  }
  template <class... T>
  void operator()(T&... field) {
    const Object* o = current_;
    if (array(o) < sizeof...(T)) return fail("too few fields");
    std::size_t i = 0;
    (get(field, item(o, i++)), ...);
  }
  template <std::size_t Required, class... T>
  void with_added(T&... field) {
    const Object* o = current_;
    const std::size_t there = array(o);
    if (there < Required) return fail("too few fields");
    std::size_t i = 0;
    ((i < there ? get(field, item(o, i)) : static_cast<void>(field = T{}), ++i), ...);
  }

 private:
  struct Parsed;

  std::size_t array(const Object* o);  // its size; an error and 0 where it is no array
  const Object* item(const Object* o, std::size_t i) const;
  bool is_nil(const Object* o) const;
  std::uint64_t narrow(std::uint64_t value, std::uint64_t largest);
  void name(std::string& value, const Object* o);
  void check_name(const std::string& name);

  // A parsed tree begins with 8 KiB, most messages need a few hundred bytes: the last one is used again.
  static thread_local std::unique_ptr<Parsed> spare_;
  std::unique_ptr<Parsed> parsed_;
  const Object* root_ = nullptr;
  const Object* current_ = nullptr;
  std::string error_;
};

// Moves offset behind the object at bytes[offset] and keeps nothing of it. Checks all that can be checked without
// knowing what it should be: sizes, depth, counts, and that it is complete.
tl::expected<void, Malformed> skip(std::string_view bytes, std::size_t& offset);

template <class T>
std::string encode(const T& value) {
  std::string out;
  Packer(out).put(value);
  return out;
}

// Decodes the object at bytes[offset] and moves offset behind it.
template <class T>
tl::expected<T, Malformed> decode_at(std::string_view bytes, std::size_t& offset) {
  Unpacker unpacker(bytes, offset);
  T value{};
  unpacker.root(value);
  if (!unpacker.ok()) return tl::unexpected(Malformed{unpacker.error()});
  return value;
}

// Decodes bytes that are one object and nothing behind it.
template <class T>
tl::expected<T, Malformed> decode(std::string_view bytes) {
  std::size_t offset = 0;
  auto value = decode_at<T>(bytes, offset);
  if (value && offset != bytes.size()) return tl::unexpected(Malformed{"bytes behind the message"});
  return value;
}

}  // namespace kin::wire
