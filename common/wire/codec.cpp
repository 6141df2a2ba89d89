#include "common/wire/codec.hpp"

#include <algorithm>
#include <msgpack.hpp>

namespace kin::wire {
namespace {

// msgpack's packer writes to anything with write(data, size).
struct Appender {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};

msgpack::packer<Appender> packer(Appender& appender) { return msgpack::packer<Appender>(appender); }

const msgpack::object& as_msgpack(const Unpacker::Object* o) {
  return *reinterpret_cast<const msgpack::object*>(o);  // the only dress that Object ever wears
}

const Unpacker::Object* as_object(const msgpack::object& o) { return reinterpret_cast<const Unpacker::Object*>(&o); }

bool never_copy(msgpack::type::object_type, std::size_t, void*) { return true; }

// Looks at one object before anything is allocated for it. The parser that builds the tree makes room for an array
// as soon as its length is announced, at every level; here a length must first be covered by bytes that are there.
class Survey : public msgpack::null_visitor {
 public:
  explicit Survey(std::size_t bytes) : items_left_(std::min(bytes, max_all_items)) {}

  const char* error = "cut off";  // unless one of the others is found

  bool start_array(std::uint32_t n) { return enter(n); }
  bool end_array() { return leave(); }
  bool start_map(std::uint32_t n) { return enter(2 * std::size_t{n}); }
  bool end_map() { return leave(); }
  void parse_error(std::size_t, std::size_t) { error = "no msgpack"; }
  void insufficient_bytes(std::size_t, std::size_t) {}

 private:
  bool enter(std::size_t items) {
    if (++depth_ > max_depth) return refuse("nested too deeply");
    // Every item takes a byte at least.
    if (items > 2 * max_items || items > items_left_) return refuse("more items than a message can hold");
    items_left_ -= items;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool refuse(const char* why) {
    error = why;
    return false;
  }

  std::size_t depth_ = 0;
  std::size_t items_left_;
};

}  // namespace

void Packer::array(std::size_t n) {
  Appender a{out_};
  packer(a).pack_array(static_cast<std::uint32_t>(n));
}

void Packer::nil() {
  Appender a{out_};
  packer(a).pack_nil();
}

void Packer::put(bool value) {
  Appender a{out_};
  value ? packer(a).pack_true() : packer(a).pack_false();
}

void Packer::put(std::uint64_t value) {
  Appender a{out_};
  packer(a).pack_uint64(value);
}

void Packer::put(std::string_view value) {
  Appender a{out_};
  auto p = packer(a);
  p.pack_bin(static_cast<std::uint32_t>(value.size()));
  p.pack_bin_body(value.data(), static_cast<std::uint32_t>(value.size()));
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

struct Unpacker::Parsed {
  msgpack::zone zone;
  msgpack::object root;
};

thread_local std::unique_ptr<Unpacker::Parsed> Unpacker::spare_;

tl::expected<void, Malformed> skip(std::string_view bytes, std::size_t& offset) {
  if (bytes.size() > max_message_bytes) return tl::unexpected(Malformed{"larger than any message"});
  if (offset >= bytes.size()) return tl::unexpected(Malformed{"cut off"});
  Survey survey(bytes.size() - offset);
  std::size_t at = offset;
  if (!msgpack::parse(bytes.data(), bytes.size(), at, survey)) return tl::unexpected(Malformed{survey.error});
  offset = at;
  return {};
}

Unpacker::Unpacker(std::string_view bytes, std::size_t& offset)
    : parsed_(spare_ ? std::move(spare_) : std::make_unique<Parsed>()) {
  std::size_t behind = offset;
  if (auto sound = skip(bytes, behind); !sound) {
    fail(std::move(sound.error().what));
    return;
  }
  const msgpack::unpack_limit limit(max_items, max_items, max_message_bytes, max_message_bytes, max_message_bytes,
                                    max_depth);
  try {
    std::size_t at = offset;
    parsed_->root = msgpack::unpack(parsed_->zone, bytes.data(), bytes.size(), at, never_copy, nullptr, limit);
    offset = at;
    root_ = as_object(parsed_->root);
  } catch (const std::exception& e) {
    fail(e.what());
  }
}

Unpacker::~Unpacker() {
  parsed_->zone.clear();
  spare_ = std::move(parsed_);
}

void Unpacker::fail(std::string what) {
  if (error_.empty()) error_ = std::move(what);
}

std::size_t Unpacker::array(const Object* o) {
  if (o == nullptr || as_msgpack(o).type != msgpack::type::ARRAY) {
    fail("not an array where one should be");
    return 0;
  }
  return as_msgpack(o).via.array.size;
}

const Unpacker::Object* Unpacker::item(const Object* o, std::size_t i) const {
  return as_object(as_msgpack(o).via.array.ptr[i]);
}

bool Unpacker::is_nil(const Object* o) const { return o == nullptr || as_msgpack(o).type == msgpack::type::NIL; }

std::uint64_t Unpacker::narrow(std::uint64_t value, std::uint64_t largest) {
  if (value <= largest) return value;
  fail("a number that is too large");
  return 0;
}

void Unpacker::get(bool& value, const Object* o) {
  if (o == nullptr || as_msgpack(o).type != msgpack::type::BOOLEAN) return fail("not a bool where one should be");
  value = as_msgpack(o).via.boolean;
}

void Unpacker::get(std::uint64_t& value, const Object* o) {
  if (o == nullptr || as_msgpack(o).type != msgpack::type::POSITIVE_INTEGER) {
    return fail("not an unsigned number where one should be");
  }
  value = as_msgpack(o).via.u64;
}

void Unpacker::get(std::string_view& value, const Object* o) {
  if (o != nullptr && as_msgpack(o).type == msgpack::type::BIN) {
    value = {as_msgpack(o).via.bin.ptr, as_msgpack(o).via.bin.size};
  } else if (o != nullptr && as_msgpack(o).type == msgpack::type::STR) {
    value = {as_msgpack(o).via.str.ptr, as_msgpack(o).via.str.size};
  } else {
    fail("not bytes where they should be");
  }
}

void Unpacker::get(std::string& value, const Object* o) {
  std::string_view view;
  get(view, o);
  value = view;
}

void Unpacker::name(std::string& value, const Object* o) {
  get(value, o);
  check_name(value);
}

void Unpacker::check_name(const std::string& name) {
  if (name.empty() || name.size() > max_name_bytes) fail("a name that is empty or too long");
}

void Unpacker::get(Incarnation& value, const Object* o) {
  if (array(o) < 2) return fail("an incarnation with too few fields");
  get(value.born, item(o, 0));
  get(value.ordinal, item(o, 1));
}

void Unpacker::get(Actor& value, const Object* o) {
  if (array(o) < 3) return fail("an actor with too few fields");
  name(value.node, item(o, 0));
  get(value.life.born, item(o, 1));
  get(value.life.ordinal, item(o, 2));
}

void Unpacker::get(Dot& value, const Object* o) {
  if (array(o) < 4) return fail("a dot with too few fields");
  get(value.actor, o);
  get(value.counter, item(o, 3));
  if (value.counter == 0 || value.counter > max_counter) fail("a counter out of range");
}

void Unpacker::get(CounterSet& value, const Object* o) {
  const std::size_t n = array(o);
  if (n % 2 != 0) return fail("a run without an end");
  std::uint64_t below = 0;  // runs must leave a gap, else one set would have two spellings
  for (std::size_t i = 0; i < n && ok(); i += 2) {
    CounterSet::Run run;
    get(run.first, item(o, i));
    get(run.last, item(o, i + 1));
    const bool ascending = i == 0 ? run.first >= 1 : run.first > below + 1;
    if (!ascending || run.last < run.first || run.last > max_counter) return fail("runs that are not in order");
    below = run.last;
    value.add_run(run);
  }
}

void Unpacker::get(DotSet& value, const Object* o) {
  if (array(o) < 2) return fail("a set of dots with too few fields");
  DotSet::Floors floors;
  get(floors, item(o, 1));
  for (const auto& [node, floor] : floors) {
    check_name(node);
    value.raise_floor(node, floor);
  }
  const Object* actors = item(o, 0);
  const std::size_t n = array(actors);
  for (std::size_t i = 0; i < n && ok(); ++i) {
    const Object* pair = item(actors, i);
    if (array(pair) != 2) return fail("an actor without counters");
    Actor actor;
    CounterSet counters;
    get(actor, item(pair, 0));
    get(counters, item(pair, 1));
    if (!value.counters(actor).empty()) return fail("an actor twice");
    value.add(actor, counters);
  }
}

void Unpacker::get(VersionVector& value, const Object* o) {
  VersionVector::Counts counts;
  if (array(o) > max_nodes) return fail("more ids than a cluster can have");
  get(counts, o);
  for (const auto& [node, count] : counts) {
    check_name(node);
    if (count > max_counter) fail("a counter out of range");
  }
  value = VersionVector(std::move(counts));
}

}  // namespace kin::wire
