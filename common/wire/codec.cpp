#include "common/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <msgpack.hpp>

#include "common/assert.hpp"

namespace kin::wire {
namespace {

using Sort = ObjectHead::Sort;

// Nearly all that is read has a head of one or two bytes, and to make an ObjectHead of it costs more than to look: so
// arrays, bytes and numbers look for the usual form themselves, and leave all others to Unpacker::take_head().

// The bytes that stand at `at`, if they are less than 256 and all there.
std::optional<std::string_view> short_bytes(const char* at, const char* end) {
  if (end - at < 2 || *at != '\xc4') return std::nullopt;
  const auto size = static_cast<unsigned char>(at[1]);
  if (end - at - 2 < static_cast<std::ptrdiff_t>(size)) return std::nullopt;
  return std::string_view(at + 2, size);
}

bool small_number(const char* at, const char* end) { return at != end && static_cast<unsigned char>(*at) < 0x80; }

// How many bytes an object takes that is a number or bytes in one of the usual forms, and all there; 0: look closer.
std::size_t plain_bytes(const char* at, const char* end) {
  const auto there = static_cast<std::size_t>(end - at);
  if (there < 2) return small_number(at, end) ? 1 : 0;
  const auto first = static_cast<unsigned char>(*at);
  std::size_t bytes = 0;
  if (first < 0x80) {
    bytes = 1;
  } else if (first == 0xc4) {
    bytes = std::size_t{2} + static_cast<unsigned char>(at[1]);
  } else if (first >= 0xcc && first <= 0xcf) {
    bytes = std::size_t{1} + (std::size_t{1} << (first - 0xcc));
  }
  return bytes <= there ? bytes : 0;
}

// A head as msgpack's packer writes it, to anything with write(data, size).
class Head {
 public:
  void write(const char* data, std::size_t size) {
    KIN_REQUIRE(size_ + size <= sizeof bytes_, std::to_string(size_) + " and " + std::to_string(size));
    std::copy_n(data, size, bytes_ + size_);
    size_ += size;
  }
  std::string_view bytes() const { return {bytes_, size_}; }

 private:
  static constexpr std::size_t longest = 9;

  char bytes_[longest];
  std::size_t size_ = 0;
};

// What `pack` tells the library's packer to pack.
template <class Pack>
Head head(const Pack& pack) {
  Head out;
  msgpack::packer<Head> packer(out);
  pack(packer);
  return out;
}

}  // namespace

// Nearly all arrays, numbers and strings are small, and their heads one or two bytes: those are written without the
// library, and so are large numbers, since it builds each head in a buffer of its own. Its own forms are the same
// (tests/wire/golden.txt).

void Packer::put_long_array(std::size_t n) {
  end_.append(head([&](auto& packer) { packer.pack_array(static_cast<std::uint32_t>(n)); }).bytes());
}

void Packer::nil() {
  end_.append(head([](auto& packer) { packer.pack_nil(); }).bytes());
}

void Packer::put(bool value) {
  end_.append(head([&](auto& packer) { value ? packer.pack_true() : packer.pack_false(); }).bytes());
}

void Packer::put_large(std::uint64_t value) {
  const int log = value < 0x100 ? 0 : value < 0x10000 ? 1 : value >> 32 == 0 ? 2 : 3;  // of the bytes
  const std::size_t bytes = std::size_t{1} << log;
  char* to = end_.room(1 + sizeof value);  // a short number is written as a long one whose end is not used
  *to = static_cast<char>(0xcc + log);
  const std::uint64_t in_front = value << (64 - 8 * bytes);
  const std::uint64_t big_endian = std::endian::native == std::endian::little ? __builtin_bswap64(in_front) : in_front;
  std::memcpy(to + 1, &big_endian, sizeof big_endian);
  end_.written_to(to + 1 + bytes);
}

void Packer::put_long(std::string_view value) {
  end_.append(head([&](auto& packer) { packer.pack_bin(static_cast<std::uint32_t>(value.size())); }).bytes());
  end_.append_long(value);
}

void Packer::put(const Incarnation& value) {
  array(2);
  put(value.born);
  put(value.ordinal);
}

void Packer::put(const Actor& value) {
  array(3);
  put(value.node);
  put(value.life.born);
  put(value.life.ordinal);
}

void Packer::put(const Dot& value) {
  array(4);
  put(value.actor.node);
  put(value.actor.life.born);
  put(value.actor.life.ordinal);
  put(value.counter);
}

void Packer::put(const CounterSet& value) {
  array(value.runs().size() * 2);
  for (const auto& run : value.runs()) {
    put(run.first);
    put(run.last);
  }
}

void Packer::put(const DotSet& value) {
  array(2);
  array(value.actors().size());
  for (const auto& [actor, counters] : value.actors()) {
    array(2);
    put(actor);
    put(counters);
  }
  put(value.floors());
}

void Packer::put(const VersionVector& value) { put(value.counts()); }

// ------------------------------------------------------------------------------------------------ reading

Unpacker::Unpacker(std::string_view bytes, std::size_t offset)
    : begin_(bytes.data()),
      at_(begin_ + offset),
      end_(begin_ + bytes.size()),
      items_left_(std::min(bytes.size() - offset, max_all_items)) {
  if (bytes.size() > max_message_bytes) fail("larger than any message");
}

void Unpacker::fail(const char* what) {
  if (error_ == nullptr) error_ = what;
  end_ = at_;
}

ObjectHead Unpacker::take_head() {
  const ObjectHead head = read_head(at_, end_);
  if (head.sort == Sort::cut_off) fail("cut off");
  if (head.sort == Sort::unused) fail("no msgpack");
  if (ok()) at_ += head.size;
  return head;
}

std::size_t Unpacker::count(const ObjectHead& head, std::size_t most) {
  const std::uint64_t n = head.sort == Sort::map ? 2 * head.value : head.value;
  // Every item takes a byte at least.
  if (n > most || n > items_left_ || n > static_cast<std::size_t>(end_ - at_)) return too_many_items();
  items_left_ -= n;
  return n;
}

std::size_t Unpacker::too_many_items() {
  fail("more items than a message can hold");
  return 0;
}

std::size_t Unpacker::large_array(std::size_t most) {
  const ObjectHead head = take_head();
  if (head.sort == Sort::array) return count(head, most);
  fail("not an array where one should be");
  return 0;
}

std::size_t Unpacker::array_of_at_least(std::size_t least, const char* error) {
  const std::size_t n = array();
  if (n >= least) return n;
  fail(error);
  return least;
}

std::string_view Unpacker::take_bytes(std::uint64_t size) {
  if (size > static_cast<std::size_t>(end_ - at_)) {
    fail("cut off");
    return {};
  }
  const std::string_view taken(at_, size);
  at_ += size;
  return taken;
}

void Unpacker::skip(std::size_t objects) {
  if (objects == 0) return;
  std::array<std::size_t, max_depth + 1> left{objects};
  for (std::size_t depth = 0; ok();) {
    if (left[depth] == 0) {
      if (depth-- == 0) return;
      continue;
    }
    --left[depth];
    if (const std::size_t bytes = plain_bytes(at_, end_); bytes > 0) {
      at_ += bytes;
      continue;
    }
    std::size_t inside = 0;
    if (at_ != end_ && is_small_array(*at_)) {
      inside = array(max_all_items);
    } else {
      const ObjectHead head = take_head();
      if (head.sort == Sort::bytes || head.sort == Sort::other) take_bytes(head.value);
      if (head.sort != Sort::array && head.sort != Sort::map) continue;
      inside = count(head, max_all_items);
    }
    if (++depth == left.size()) return fail("nested too deeply");
    left[depth] = inside;
  }
}

bool Unpacker::take_nil() {
  if (read_head(at_, end_).sort != Sort::nil) return false;
  take_head();
  return true;
}

std::uint64_t Unpacker::number_up_to(std::uint64_t largest) {
  if (small_number(at_, end_) && static_cast<unsigned char>(*at_) <= largest) return static_cast<unsigned char>(*at_++);
  const ObjectHead head = take_head();
  if (head.sort == Sort::number && head.value <= largest) return head.value;
  fail(head.sort == Sort::number ? "a number that is too large" : "not an unsigned number where one should be");
  return 0;
}

// The usual forms without a head of their own, as Packer::put_large() writes them.
std::uint64_t Unpacker::large_number() {
  std::uint64_t value = 0;
  const auto log =
      end_ - at_ > static_cast<std::ptrdiff_t>(sizeof value) ? static_cast<unsigned char>(*at_) - 0xccu : 4;
  if (log > 3 || std::endian::native != std::endian::little)
    return number_up_to(std::numeric_limits<std::uint64_t>::max());
  std::memcpy(&value, at_ + 1, sizeof value);  // what stands behind a short number goes again
  const std::size_t bytes = std::size_t{1} << log;
  at_ += 1 + bytes;
  return __builtin_bswap64(value) >> (64 - 8 * bytes);
}

void Unpacker::get(bool& value) {
  const ObjectHead head = take_head();
  if (head.sort != Sort::boolean) return fail("not a bool where one should be");
  value = head.value != 0;
}

void Unpacker::get(std::string_view& value) {
  if (const auto bytes = short_bytes(at_, end_)) {
    value = *bytes;
    at_ = bytes->data() + bytes->size();
    return;
  }
  const ObjectHead head = take_head();
  if (head.sort != Sort::bytes) return fail("not bytes where they should be");
  value = take_bytes(head.value);
}

void Unpacker::get(std::string& value) {
  std::string_view view;
  get(view);
  value = view;
}

void Unpacker::get(NodeId& value) {
  std::string_view view;
  get(view);
  if (view.size() > max_name_bytes) return fail("a name that is too long");
  if (!value.assign(view)) fail("a name with a NUL in it");
}

void Unpacker::name(NodeId& value) {
  get(value);
  check_not_empty(value);
}

void Unpacker::check_not_empty(const NodeId& name) {
  if (name.empty()) fail("a name that is empty");
}

void Unpacker::get(Incarnation& value) {
  const std::size_t n = array_of_at_least(2, "an incarnation with too few fields");
  get(value.born);
  get(value.ordinal);
  skip(n - 2);
}

void Unpacker::get(Actor& value) {
  const std::size_t n = array_of_at_least(3, "an actor with too few fields");
  name(value.node);
  get(value.life.born);
  get(value.life.ordinal);
  skip(n - 3);
}

void Unpacker::get(Dot& value) {
  const std::size_t n = array_of_at_least(4, "a dot with too few fields");
  name(value.actor.node);
  get(value.actor.life.born);
  get(value.actor.life.ordinal);
  get(value.counter);
  skip(n - 4);
  if (value.counter == 0 || value.counter > max_counter) fail("a counter out of range");
}

void Unpacker::get(CounterSet& value) {
  const std::size_t n = array(2 * max_runs);
  if (n % 2 != 0) return fail("a run without an end");
  std::uint64_t below = 0;  // runs must leave a gap, else one set would have two spellings
  for (std::size_t i = 0; i < n && ok(); i += 2) {
    CounterSet::Run run;
    get(run.first);
    get(run.last);
    const bool ascending = i == 0 ? run.first >= 1 : run.first > below + 1;
    if (!ascending || run.last < run.first || run.last > max_counter) return fail("runs that are not in order");
    below = run.last;
    value.add_run(run);
  }
}

void Unpacker::get(DotSet& value) {
  const std::size_t n = array_of_at_least(2, "a set of dots with too few fields");
  const std::size_t actors = array();
  DotSet::Counters counters;
  counters.reserve(room_for<DotSet::Counters::value_type>(actors));
  for (std::size_t i = 0; i < actors && ok(); ++i) {
    if (array() != 2) return fail("an actor without counters");
    Actor actor;
    get(actor);
    CounterSet& of_actor = counters.try_emplace(counters.end(), std::move(actor))->second;  // mostly in order
    if (counters.size() == i) return fail("an actor twice");
    get(of_actor);
  }
  if (read_head(at_, end_).value > max_nodes) return fail("more floors than a cluster can have nodes");
  DotSet::Floors floors;
  get(floors);
  for (const auto& [node, floor] : floors) check_not_empty(node);
  value = DotSet(std::move(counters), std::move(floors));
  skip(n - 2);
}

void Unpacker::get(VersionVector& value) {
  if (read_head(at_, end_).value > max_nodes) return fail("more ids than a cluster can have");
  VersionVector::Counts counts;
  get(counts);
  for (const auto& [node, count] : counts) {
    check_not_empty(node);
    if (count > max_counter) fail("a counter out of range");
  }
  value = VersionVector(std::move(counts));
}

tl::expected<void, Malformed> skip(std::string_view bytes, std::size_t& offset) {
  Unpacker unpacker(bytes, offset);
  unpacker.skip(1);
  if (!unpacker.ok()) return tl::unexpected(Malformed{unpacker.error()});
  offset = unpacker.offset();
  return {};
}

}  // namespace kin::wire
