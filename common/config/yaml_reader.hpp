// YAML read once and strictly: what is not asked for is an error, and every error knows its line.
//
// yaml-cpp keeps duplicate keys in silence and expands aliases without limit, so both are refused here.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/config/cluster_config.hpp"

namespace kin::config {

// Thrown inside this folder only; the loading functions turn it into their error value.
struct Wrong {
  int line = 0;
  std::string message;
};

// Parses a whole file. Throws Wrong: not YAML, an alias or anchor, larger than a cluster file can be.
YAML::Node parse(const std::string& text);

// One mapping, whose keys are taken one by one; done() refuses what was not taken.
class Section {
 public:
  // `what` names the mapping in errors: "limits".
  Section(const YAML::Node& node, std::string what);

  bool has(const std::string& key) const;
  int line() const { return line_; }

  // Where the key is absent the value stays as it is.
  void take(const std::string& key, std::string& value);
  void take(const std::string& key, bool& value);
  void take(const std::string& key, std::uint32_t& value, std::uint32_t least, std::uint32_t most);
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

  YAML::Node node_;
  std::string what_;
  int line_ = 0;
  std::vector<std::string> known_;
};

int line_of(const YAML::Node& node);
std::string scalar(const YAML::Node& node, const std::string& what);
std::uint32_t number(const YAML::Node& node, const std::string& what, std::uint32_t least, std::uint32_t most);
// `10s`, `500ms`, `2m` or a plain number of milliseconds.
std::uint64_t milliseconds(const YAML::Node& node, const std::string& what);
// A name that may stand in a log line, a file and a JSON key. Throws Wrong.
void check_name(const std::string& name, const std::string& what, int line);

}  // namespace kin::config
