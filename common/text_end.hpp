// The end of a text that many small parts are appended to. Room is made for many of them at once, so that a short one
// costs no more than to write it. While this lives, the text is longer than what was written; once it is gone, the text
// ends where the last part ends. Nobody else changes the text meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace kin {

class TextEnd {
 public:
  // `out` must outlive this.
  explicit TextEnd(std::string& out) : out_(out), at_(out.data() + out.size()), end_(at_) {}
  TextEnd(const TextEnd&) = delete;
  TextEnd& operator=(const TextEnd&) = delete;
  ~TextEnd() { out_.resize(written()); }

  // Where that many bytes can be written, behind what was: whoever does so then says how far that went.
  char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) make_room(bytes);
    return at_;
  }
  void written_to(char* at) { at_ = at; }

  [[gnu::always_inline]] void append(std::string_view bytes) {
    at_ = std::copy(bytes.begin(), bytes.end(), room(bytes.size()));
  }
  // The same of what may be long: room that is made is filled first.
  void append_long(std::string_view bytes) {
    out_.resize(written());
    out_.append(bytes);
    at_ = end_ = out_.data() + out_.size();
  }

  // As it will be, valid until more is written.
  std::string_view text() const { return {out_.data(), written()}; }

 private:
  std::size_t written() const { return static_cast<std::size_t>(at_ - out_.data()); }
  [[gnu::noinline]] void make_room(std::size_t bytes) {
    const std::size_t have = written();
    constexpr std::size_t at_once = 256;  // what is never written is filled too, so not much
    const std::size_t wanted = have + std::max(bytes, at_once);
    // What was reserved is used up before the text has to move.
    out_.resize(have + bytes <= out_.capacity() ? std::min(wanted, out_.capacity()) : wanted);
    at_ = out_.data() + have;
    end_ = out_.data() + out_.size();
  }

  std::string& out_;
  char* at_;   // behind what was written
  char* end_;  // of the text
};

}  // namespace kin
