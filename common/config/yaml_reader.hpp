// YAML read once and strictly: what is not asked for is an error, and every error knows its line.
//
// yaml-cpp keeps duplicate keys in silence and expands aliases without limit, so both are refused here.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/cluster_config.hpp"

namespace kin::config {

// Thrown inside this folder only; the loading functions turn it into their error value.
struct Wrong {
  int line = 0;
  std::string message;
};

// The error value of what is wrong in `file`. The message is cut to one line of reasonable length without control
// characters, since it may quote the file.
ConfigError error_in(const std::string& file, const Wrong& wrong);

// The text of a whole file. Throws Wrong: cannot be read, larger than a configuration can be.
std::string read_file(const std::string& path);
// Parses a whole file. Throws Wrong: not YAML, an alias or anchor, larger than a configuration can be.
YAML::Node parse(const std::string& text);

// One mapping. Its keys are either taken one by one, and then done() refuses what was not taken; or each(), knowing all
// of them beforehand, refuses what else is there first: where one that is needed is misspelled, that is what is wrong,
// and not that it is missing.
class Section {
 public:
  // A key that there can be, and what takes it; called with the key, whether it is there or not.
  using Taker = std::pair<std::string, std::function<void(const std::string& key)>>;

  // `what` names the mapping in errors: "limits".
  Section(const YAML::Node& node, std::string what);

  // Throws where there is another key, and names the nearest of these; else calls all takers in their order.
  void each(const std::vector<Taker>& keys) const;

  bool has(const std::string& key) const;
  int line() const { return line_; }
  // Of the key's value; of the mapping where the key is absent.
  int line(const std::string& key) const;

  // Where the key is absent the value stays as it is.
  void take(const std::string& key, std::string& value);
  void take(const std::string& key, bool& value);
  void take(const std::string& key, std::uint32_t& value, std::uint32_t least, std::uint32_t most);
  void take(const std::string& key, std::uint64_t& value, std::uint64_t least, std::uint64_t most);
  // Required ones.
  std::string need(const std::string& key);
  std::uint32_t need_number(const std::string& key, std::uint32_t least, std::uint32_t most);
  // Nested things; not called where the key is absent.
  void section(const std::string& key, const std::function<void(Section&)>& read);
  void list(const std::string& key, const std::function<void(const YAML::Node&)>& read);

  // Throws where a key was not taken, and names the nearest known one.
  void done() const;
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

 private:
  YAML::Node at(const std::string& key);
  void refuse_others(const std::vector<std::string>& keys) const;

  YAML::Node node_;
  std::string what_;
  int line_ = 0;
  std::vector<std::string> known_;
};

int line_of(const YAML::Node& node);
std::string scalar(const YAML::Node& node, const std::string& what);
std::uint64_t number(const YAML::Node& node, const std::string& what, std::uint64_t least, std::uint64_t most);
// `10s`, `500ms`, `2m` or a plain number of milliseconds.
std::uint64_t milliseconds(const YAML::Node& node, const std::string& what);
// These throw Wrong where the text is not what `what` can be.
void check_name(const std::string& name, const std::string& what, int line);  // see valid_name
void check_path(const std::string& path, const std::string& what, int line);
void check_token_id(const std::string& id, int line);  // any one line of 1 to 255 bytes

}  // namespace kin::config
