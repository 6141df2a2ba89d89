#include "common/config/yaml_reader.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>
#include <sstream>
#include <system_error>

#include "common/cli/nearest_word.hpp"

namespace kin::config {
namespace {

constexpr std::size_t max_file_bytes = 1u << 20;
constexpr std::size_t max_message_bytes = 400;

// An alias is the same node met twice; a mapping key met twice is a slip that yaml-cpp would not report.
void refuse_traps(const YAML::Node& node, int depth) {
  if (depth > 16) throw Wrong{line_of(node), "nested too deeply"};
  if (node.IsMap()) {
    std::set<std::string> keys;
    for (const auto& item : node) {
      if (!item.first.IsScalar()) throw Wrong{line_of(item.first), "a key must be a word"};
      if (!keys.insert(item.first.Scalar()).second) {
        throw Wrong{line_of(item.first), "the key " + item.first.Scalar() + " stands here twice"};
      }
      refuse_traps(item.second, depth + 1);
    }
  } else if (node.IsSequence()) {
    for (const auto& item : node) refuse_traps(item, depth + 1);
  }
}

// Anchors and aliases are seen before yaml-cpp builds a tree of them.
class NoAliases : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Wrong{mark.line + 1, "one document a file"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { check(mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { check(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string&) override {
    check(mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, anchor);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, anchor);
  }
  void OnMapEnd() override {}

 private:
  static void check(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Wrong{mark.line + 1, "anchors and aliases are not read here: write the value out"};
  }
  int documents_ = 0;
};

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

}  // namespace

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

ConfigError error_in(const std::string& file, const Wrong& wrong) {
  std::string message = wrong.message.substr(0, max_message_bytes);
  if (message.size() < wrong.message.size()) message += "...";
  std::replace_if(message.begin(), message.end(), is_control, '?');
  return {file, wrong.line, message};
}

std::string read_file(const std::string& path) {
  const auto unreadable = [] { return Wrong{0, "cannot be read: " + std::generic_category().message(errno)}; };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw unreadable();
  // One byte more than allowed tells that there is too much; a device without end is not read to its end.
  std::string text(max_file_bytes + 1, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got != 0 && size < text.size();) {
    got = read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Wrong wrong = unreadable();
      close(file);
      throw wrong;
    }
    size += static_cast<std::size_t>(got);
  }
  close(file);
  text.resize(size);
  return text;
}

YAML::Node parse(const std::string& text) {
  if (text.size() > max_file_bytes) {
    const auto lines = std::count(text.begin(), text.begin() + max_file_bytes, '\n');
    throw Wrong{static_cast<int>(lines) + 1, "the file is larger than 1 MiB here"};
  }
  try {
    std::istringstream in(text);
    YAML::Parser events(in);
    NoAliases handler;
    while (events.HandleNextDocument(handler)) {
    }
    YAML::Node root = YAML::Load(text);
    refuse_traps(root, 0);
    return root;
  } catch (const YAML::DeepRecursion& e) {
    throw Wrong{e.mark.line + 1, "nested too deeply"};
  } catch (const YAML::Exception& e) {
    throw Wrong{e.mark.is_null() ? 0 : e.mark.line + 1, "this is not YAML: " + e.msg};
  }
}

std::string scalar(const YAML::Node& node, const std::string& what) {
  if (!node.IsScalar()) throw Wrong{line_of(node), what + " must be a word or a number"};
  return node.Scalar();
}

std::uint64_t number(const YAML::Node& node, const std::string& what, std::uint64_t least, std::uint64_t most) {
  const std::string text = scalar(node, what);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    throw Wrong{line_of(node), what + " must be a number from " + std::to_string(least) + " to " +
                                   std::to_string(most) + ", not " + text};
  }
  return value;
}

std::uint64_t milliseconds(const YAML::Node& node, const std::string& what) {
  const std::string text = scalar(node, what);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const std::uint64_t factor = unit.empty() || unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  if (error != std::errc{} || factor == 0 || value > 1'000'000'000) {
    throw Wrong{line_of(node), what + " must be a time such as 10s or 500ms, not " + text};
  }
  return value * factor;
}

void check_name(const std::string& name, const std::string& what, int line) {
  if (!valid_name(name)) {
    throw Wrong{line, what +
                          " must be 1 to 255 printable ASCII characters without spaces, quotes, braces and "
                          "backslashes"};
  }
}

void check_path(const std::string& path, const std::string& what, int line) {
  if (path.empty() || std::any_of(path.begin(), path.end(), is_control)) {
    throw Wrong{line, what + " must be a path without control characters"};
  }
}

void check_token_id(const std::string& id, int line) {
  if (!valid_token_id(id)) {
    throw Wrong{line, "a token's id must be one line of 1 to 255 bytes"};
  }
}

Section::Section(const YAML::Node& node, std::string what) : node_(node), what_(std::move(what)), line_(line_of(node)) {
  if (!node_.IsMap()) throw Wrong{line_, what_ + " must be a mapping (key: value)"};
}

void Section::each(const std::vector<Taker>& keys) const {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const auto& [key, take] : keys) names.push_back(key);
  refuse_others(names);
  for (const auto& [key, take] : keys) take(key);
}

YAML::Node Section::at(const std::string& key) {
  known_.push_back(key);
  for (const auto& item : node_) {
    if (item.first.Scalar() != key) continue;
    // The mark of nothing is wherever the next thing stands.
    if (item.second.IsNull()) throw Wrong{line_of(item.first), key + " has no value"};
    return item.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

int Section::line(const std::string& key) const {
  for (const auto& item : node_) {
    if (item.first.Scalar() == key) return line_of(item.second);
  }
  return line_;
}

bool Section::has(const std::string& key) const {
  return std::any_of(node_.begin(), node_.end(), [&](const auto& item) { return item.first.Scalar() == key; });
}

void Section::take(const std::string& key, std::string& value) {
  if (const YAML::Node found = at(key); found.IsDefined()) value = scalar(found, key);
}

void Section::take(const std::string& key, bool& value) {
  const YAML::Node found = at(key);
  if (!found.IsDefined()) return;
  const std::string text = scalar(found, key);
  if (text != "true" && text != "false") fail(key, key + " must be true or false, not " + text);
  value = text == "true";
}

void Section::take(const std::string& key, std::uint32_t& value, std::uint32_t least, std::uint32_t most) {
  if (const YAML::Node found = at(key); found.IsDefined()) {
    value = static_cast<std::uint32_t>(number(found, key, least, most));
  }
}

void Section::take(const std::string& key, std::uint64_t& value, std::uint64_t least, std::uint64_t most) {
  if (const YAML::Node found = at(key); found.IsDefined()) value = number(found, key, least, most);
}

std::string Section::need(const std::string& key) {
  const YAML::Node found = at(key);
  if (!found.IsDefined()) throw Wrong{line_, what_ + " needs a " + key};
  return scalar(found, key);
}

std::uint32_t Section::need_number(const std::string& key, std::uint32_t least, std::uint32_t most) {
  const YAML::Node found = at(key);
  if (!found.IsDefined()) throw Wrong{line_, what_ + " needs a " + key};
  return static_cast<std::uint32_t>(number(found, key, least, most));
}

void Section::section(const std::string& key, const std::function<void(Section&)>& read) {
  const YAML::Node found = at(key);
  if (!found.IsDefined()) return;
  Section inner(found, key);
  read(inner);
  inner.done();
}

void Section::list(const std::string& key, const std::function<void(const YAML::Node&)>& read) {
  const YAML::Node found = at(key);
  if (!found.IsDefined()) return;
  if (!found.IsSequence()) throw Wrong{line_of(found), key + " must be a list"};
  for (const auto& item : found) read(item);
}

void Section::done() const { refuse_others(known_); }

void Section::refuse_others(const std::vector<std::string>& keys) const {
  for (const auto& item : node_) {
    const std::string& key = item.first.Scalar();
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const auto nearest = nearest_word(key, keys);
    throw Wrong{line_of(item.first),
                what_ + " has no key " + key + (nearest ? "; did you mean " + *nearest + "?" : "")};
  }
}

void Section::fail(const std::string& key, const std::string& message) const { throw Wrong{line(key), message}; }

}  // namespace kin::config
