// Appends the parts of a line to a text. Room is made for many parts at once, so that a short one costs no more than to
// write it; once the writer is gone, the text ends where the last part ends. Nobody else changes the text meanwhile.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace kin {

class LineWriter {
 public:
  // Room is made for `at_once` bytes or more: not for much, since what is never written is filled too. `out` must
  // outlive the writer.
  explicit LineWriter(std::string& out, std::size_t at_once = 256)
      : out_(out), at_once_(at_once), at_(out.data() + out.size()), end_(at_) {}
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  ~LineWriter() { out_.resize(written()); }

  // Of a literal nothing is left but the bytes, where this is inlined; it is used too often to be so by itself.
  [[gnu::always_inline]] LineWriter& put(std::string_view text) {
    at_ = std::copy(text.begin(), text.end(), room(text.size()));
    return *this;
  }
  LineWriter& put(std::uint64_t number) {
    constexpr std::size_t most_digits = std::numeric_limits<std::uint64_t>::digits10 + 1;
    char* to = room(most_digits);
    at_ = std::to_chars(to, to + most_digits, number).ptr;
    return *this;
  }

 private:
  std::size_t written() const { return static_cast<std::size_t>(at_ - out_.data()); }
  // Where that many bytes can be written.
  char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) make_room(bytes);
    return at_;
  }
  void make_room(std::size_t bytes) {
    const std::size_t have = written();
    out_.resize(have + std::max(bytes, at_once_));
    at_ = out_.data() + have;
    end_ = out_.data() + out_.size();
  }

  std::string& out_;
  std::size_t at_once_;
  char* at_;   // behind what was written
  char* end_;  // of the text
};

}  // namespace kin
