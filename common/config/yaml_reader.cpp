#include "common/config/yaml_reader.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <sstream>

namespace kin::config {
namespace {

constexpr std::size_t max_file_bytes = 1u << 20;
constexpr std::size_t max_name_bytes = 255;

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

// Edit distance, for "did you mean".
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row.back();
}

}  // namespace

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

YAML::Node parse(const std::string& text) {
  if (text.size() > max_file_bytes) throw Wrong{0, "larger than 1 MiB"};
  try {
    std::istringstream in(text);
    YAML::Parser events(in);
    NoAliases handler;
    while (events.HandleNextDocument(handler)) {
    }
    YAML::Node root = YAML::Load(text);
    refuse_traps(root, 0);
    return root;
  } catch (const YAML::Exception& e) {
    throw Wrong{e.mark.is_null() ? 0 : e.mark.line + 1, "this is not YAML: " + e.msg};
  }
}

std::string scalar(const YAML::Node& node, const std::string& what) {
  if (!node.IsScalar()) throw Wrong{line_of(node), what + " must be a word or a number"};
  return node.Scalar();
}

std::uint32_t number(const YAML::Node& node, const std::string& what, std::uint32_t least, std::uint32_t most) {
  const std::string text = scalar(node, what);
  std::uint32_t value = 0;
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
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '{' && c != '}' && c != '\\';
  });
  if (name.empty() || name.size() > max_name_bytes || !printable) {
    throw Wrong{line, what +
                          " must be 1 to 255 printable ASCII characters without spaces, quotes, braces and "
                          "backslashes"};
  }
}

Section::Section(const YAML::Node& node, std::string what) : node_(node), what_(std::move(what)), line_(line_of(node)) {
  if (!node_.IsMap()) throw Wrong{line_, what_ + " must be a mapping (key: value)"};
}

YAML::Node Section::at(const std::string& key) {
  known_.push_back(key);
  for (const auto& item : node_) {
    if (item.first.Scalar() == key) return item.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
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
  return number(found, key, least, most);
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

void Section::done() const {
  for (const auto& item : node_) {
    const std::string& key = item.first.Scalar();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto nearest = std::min_element(known_.begin(), known_.end(), [&](const auto& a, const auto& b) {
      return distance(key, a) < distance(key, b);
    });
    const bool close = nearest != known_.end() && distance(key, *nearest) <= 3;
    throw Wrong{line_of(item.first), what_ + " has no key " + key + (close ? "; did you mean " + *nearest + "?" : "")};
  }
}

void Section::fail(const std::string& key, const std::string& message) const {
  for (const auto& item : node_) {
    if (item.first.Scalar() == key) throw Wrong{line_of(item.second), message};
  }
  throw Wrong{line_, message};
}

}  // namespace kin::config
