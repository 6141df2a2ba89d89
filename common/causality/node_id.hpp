// A member's id: a short text that is compared, copied and looked up with every message and every write.
//
// The first 16 bytes stand in the value itself, and nearly all ids have no more: to compare, copy or destroy such a
// one is a few instructions and no call. A longer one keeps its whole text on the heap besides.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace kin {

// As the cluster file spells it: any bytes but NUL, which fills the place behind a short id. That one is 1 to 240
// printable bytes is checked where it comes from a file (common/config). Ordered as its bytes are, unsigned, and so are
// printed clocks; an id stands before its continuations.
class NodeId {
 public:
  NodeId() = default;  // the empty id, less than all others
  NodeId(const char* text) : NodeId(std::string_view(text)) {}
  // A NUL in the text stops the process: text from outside goes through assign().
  explicit NodeId(std::string_view text) {
    if (!assign(text)) refuse(text);
  }

  NodeId(const NodeId& other) : head_(other.head_), whole_(other.whole_ == nullptr ? nullptr : copy(*other.whole_)) {}
  NodeId(NodeId&& other) noexcept
      : head_(std::exchange(other.head_, {})), whole_(std::exchange(other.whole_, nullptr)) {}
  NodeId& operator=(const NodeId& other) {
    if (this != &other) *this = NodeId(other);
    return *this;
  }
  NodeId& operator=(NodeId&& other) noexcept {  // what was moved from is empty, unless it is this one
    const auto head = std::exchange(other.head_, {});
    const auto* whole = std::exchange(other.whole_, nullptr);
    drop();
    head_ = head;
    whole_ = whole;
    return *this;
  }
  ~NodeId() { drop(); }

  // Takes the text. false: there is a NUL in it, and the id is what it was.
  [[nodiscard]] bool assign(std::string_view text);

  bool empty() const { return head_[0] == '\0'; }
  std::size_t size() const { return whole_ != nullptr ? whole_->size() : short_size(); }  // bytes
  // Valid until the id changes, moves or goes.
  std::string_view view() const {
    return whole_ != nullptr ? std::string_view(*whole_) : std::string_view(head_.data(), short_size());
  }
  std::string str() const { return std::string(view()); }
  operator std::string_view() const { return view(); }

  friend bool operator==(const NodeId& a, const NodeId& b) {
    return ((a.word(0) ^ b.word(0)) | (a.word(1) ^ b.word(1))) == 0 && (a.whole_ == b.whole_ || a.view() == b.view());
  }
  friend std::strong_ordering operator<=>(const NodeId& a, const NodeId& b) {
    if (a.word(0) != b.word(0)) return in_order(a.word(0)) <=> in_order(b.word(0));
    if (a.word(1) != b.word(1)) return in_order(a.word(1)) <=> in_order(b.word(1));
    return a.whole_ == b.whole_ ? std::strong_ordering::equal : a.view() <=> b.view();
  }
  // With a text, without making an id of it.
  template <class Text>
  requires(std::convertible_to<const Text&, std::string_view> && !std::same_as<Text, NodeId>) friend bool operator==(
      const NodeId& id, const Text& text) {
    return id.view() == std::string_view(text);
  }

  friend std::string operator+(std::string text, const NodeId& id) { return std::move(text.append(id.view())); }
  friend std::string operator+(const NodeId& id, std::string_view text) { return id.str().append(text); }
  friend std::string operator+(const NodeId& id, char c) { return id.str() + c; }
  friend std::ostream& operator<<(std::ostream& out, const NodeId& id);

 private:
  using Head = std::array<char, 16>;

  // In the machine's byte order.
  std::uint64_t word(std::size_t i) const {
    std::uint64_t word;
    std::memcpy(&word, head_.data() + i * sizeof word, sizeof word);
    return word;
  }
  // Of a word: greater where its bytes are.
  static std::uint64_t in_order(std::uint64_t word) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
  }
  std::size_t short_size() const {
    const std::uint64_t low = in_order(word(1));
    if (low != 0) return 16 - static_cast<std::size_t>(std::countr_zero(low)) / 8;
    return 8 - static_cast<std::size_t>(std::countr_zero(in_order(word(0)))) / 8;
  }

  void drop() {
    if (whole_ != nullptr) [[unlikely]]
      destroy(whole_);
  }
  bool assign_long(std::string_view text);
  static const std::string* copy(const std::string& whole);
  static void destroy(const std::string* whole);
  [[noreturn]] static void refuse(std::string_view text);

  Head head_{};                         // filled up with NUL
  const std::string* whole_ = nullptr;  // owned; of an id with more bytes than the head has, and only of such a one
};

inline bool NodeId::assign(std::string_view text) {
  if (text.size() > sizeof(Head)) return assign_long(text);
  Head head{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return false;
    head[i] = text[i];
  }
  drop();
  head_ = head;
  whole_ = nullptr;
  return true;
}

static_assert(sizeof(NodeId) == 24);

}  // namespace kin
