#include "node/protocols/atomic/token_scan.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "common/assert.hpp"

namespace kin::atomic {
namespace {

// What a cancelled scan may still hash: some milliseconds of work.
constexpr std::uint64_t numbers_between_reports = 16384;
constexpr std::size_t block_bytes = SHA256_CBLOCK;
constexpr std::size_t most_digits = 20;
constexpr std::size_t room_for_end = 1 + 8;  // of the message: a one bit, and its length in bits
constexpr std::size_t tail_bytes = 2 * block_bytes;
static_assert(block_bytes - 1 + most_digits + room_for_end <= tail_bytes);

// OpenSSL 3 calls the bare compression of one block deprecated, and offers nothing that does only that: its other
// functions take half as long again for a message of one block, most of them several times as long.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void first_state(SHA256_CTX& state) { SHA256_Init(&state); }
void add_block(SHA256_CTX& state, const unsigned char* block) { SHA256_Transform(&state, block); }
#pragma GCC diagnostic pop

using Words = std::array<SHA_LONG, 8>;

// The messages "NAME x" with x of one number of digits, as SHA-256 pads them: x is counted up in place. The blocks
// that hold nothing but the name are hashed once.
class CountedMessage {
 public:
  CountedMessage(std::string_view name, std::uint64_t x) {
    std::string text(name);
    text += ' ';
    const std::size_t whole = text.size() / block_bytes * block_bytes;
    text += std::to_string(x);
    SHA256_CTX state;
    first_state(state);
    for (std::size_t at = 0; at < whole; at += block_bytes) {
      add_block(state, reinterpret_cast<const unsigned char*>(text.data()) + at);
    }
    std::copy(std::begin(state.h), std::end(state.h), before_.begin());

    end_ = text.size() - whole;
    std::memcpy(tail_.data(), text.data() + whole, end_);
    tail_[end_] = 0x80;
    two_blocks_ = end_ + room_for_end > block_bytes;
    const std::size_t size = two_blocks_ ? tail_bytes : block_bytes;
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (std::size_t i = 0; i < 8; ++i) tail_[size - 1 - i] = static_cast<unsigned char>(bits >> (8 * i));
  }

  std::uint64_t hash() const {
    SHA256_CTX state;
    std::memcpy(state.h, before_.data(), sizeof before_);
    add_block(state, tail_.data());
    if (two_blocks_) add_block(state, tail_.data() + block_bytes);
    return std::uint64_t{state.h[0]} << 32 | state.h[1];
  }

  // The number has more digits than nines.
  void count_up() {
    std::size_t i = end_ - 1;
    while (tail_[i] == '9') tail_[i--] = '0';
    ++tail_[i];
  }

 private:
  alignas(block_bytes) std::array<unsigned char, tail_bytes> tail_{};
  Words before_{};
  std::size_t end_ = 0;
  bool two_blocks_ = false;
};

// The smallest number of more digits than x; the largest number there is where no such fits.
std::uint64_t more_digits(std::uint64_t x) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t power = 10;
  while (power <= x) {
    if (power > largest / 10) return largest;
    power *= 10;
  }
  return power;
}

// Of one scan: how far it is, and the best of all that it has hashed.
class Scan {
 public:
  Scan(std::string_view name, std::uint64_t low, std::uint64_t high, JobWatch& watch)
      : name_(name), low_(low), high_(high), watch_(watch) {}

  // Goes on to `until`. False: cancelled.
  bool go_on(std::uint64_t from, std::uint64_t until) {
    while (from < until) {
      const std::uint64_t same_digits = std::min(until, more_digits(from));
      CountedMessage message(name_, from);
      while (from < same_digits) {
        if (watch_.cancelled()) return false;
        watch_.progress(from - low_, high_ - low_);
        const std::uint64_t stop = from + std::min(same_digits - from, numbers_between_reports);
        run(message, from, stop);
        from = stop;
        if (from < same_digits) message.count_up();
      }
    }
    return true;
  }

  const std::optional<wire::TokenMinimum>& best() const { return best_; }

 private:
  // `message` holds `from`, and in the end the last number before `stop`.
  void run(CountedMessage& message, std::uint64_t from, std::uint64_t stop) {
    if (!best_) best_ = wire::TokenMinimum{from, message.hash()};
    wire::TokenMinimum best = *best_;
    for (std::uint64_t x = from;;) {
      const std::uint64_t hash = message.hash();
      if (hash < best.hash) best = {x, hash};
      if (++x == stop) break;
      message.count_up();
    }
    best_ = best;
  }

  std::string_view name_;
  std::uint64_t low_, high_;
  JobWatch& watch_;
  std::optional<wire::TokenMinimum> best_;
};

}  // namespace

std::uint64_t token_hash(std::string_view name, std::uint64_t x) { return CountedMessage(name, x).hash(); }

std::optional<wire::TokenValue> scan(std::string_view name, std::uint64_t low, std::uint64_t mid, std::uint64_t high,
                                     JobWatch& watch) {
  KIN_REQUIRE(low <= mid && mid < high, std::to_string(low) + " " + std::to_string(mid) + " " + std::to_string(high));
  wire::TokenValue out{std::string(name), low, mid, high, std::nullopt, {}};
  Scan scan(name, low, high, watch);
  if (!scan.go_on(low, mid)) return std::nullopt;
  out.partial = scan.best();
  if (!scan.go_on(mid, high)) return std::nullopt;
  out.final = *scan.best();
  return out;
}

}  // namespace kin::atomic
