#include "driver/scenario/scenario_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "client/cli/command_line.hpp"
#include "common/cli/words.hpp"
#include "common/config/yaml_reader.hpp"
#include "common/listed.hpp"
#include "driver/scenario/command_words.hpp"
#include "driver/scenario/measure_file.hpp"

namespace kin::driver {

namespace fs = std::filesystem;

namespace {

using config::line_of;
using config::number;
using config::scalar;
using config::Section;
using config::Wrong;

constexpr std::uint32_t most_nodes = 64;
constexpr std::uint32_t most_rounds = 10'000;

constexpr std::array<std::pair<const char*, NodeFault>, 12> fault_words{{{"offline", NodeFault::offline},
                                                                         {"online", NodeFault::online},
                                                                         {"isolate", NodeFault::isolate},
                                                                         {"join", NodeFault::join},
                                                                         {"hold-gossip", NodeFault::hold_gossip},
                                                                         {"release-gossip", NodeFault::release_gossip},
                                                                         {"clear", NodeFault::clear},
                                                                         {"kill", NodeFault::kill},
                                                                         {"restart", NodeFault::restart},
                                                                         {"pause", NodeFault::pause},
                                                                         {"resume", NodeFault::resume},
                                                                         {"lose-disk", NodeFault::lose_disk}}};

// All but the faults.
constexpr std::array other_words{"client", "parallel", "link",  "places", "measure",
                                 "wait",   "expect",   "check", "say",    "repeat"};

std::vector<std::string> action_words() {
  std::vector<std::string> out(other_words.begin(), other_words.end());
  for (const auto& [word, fault] : fault_words) out.emplace_back(word);
  return out;
}

// `expect` belongs to a client step, too.
void refuse_second_action(const YAML::Node& yaml, const Section& step) {
  std::vector<std::string> named;
  int line = 0;
  for (const std::string& word : action_words()) {
    if (!step.has(word) || (word == "expect" && step.has("client"))) continue;
    named.push_back(word);
    line = std::max(line, line_of(yaml[word]));
  }
  if (named.size() > 1) throw Wrong{line, "a step does one thing, and this one has several: " + listed(named)};
}

void read_options(Section& options, Scenario& out) {
  std::string durability = "fsync";
  options.take("durability", durability);
  if (durability != "fsync" && durability != "os")
    options.fail("durability", "durability must be fsync or os, not " + durability);
  out.disk_durability_os = durability == "os";
  if (std::uint32_t interval = 0; options.has("gossip_interval_ms")) {
    options.take("gossip_interval_ms", interval, 10, 60'000);
    out.gossip_interval_ms = interval;
  }
}

// Reads one file; knows the nodes and what has been saved so far.
class Reader {
 public:
  Scenario read(const YAML::Node& yaml);

 private:
  Step step(const YAML::Node& yaml, bool in_repeat);
  Step::Action action(const YAML::Node& yaml, Section& section, bool in_repeat);
  std::optional<FaultStep> fault_in(const YAML::Node& yaml, Section& section);
  ClientStep client(const YAML::Node& yaml, Section& section, bool in_repeat);
  // ${NAME} that is not known at this step is an error.
  void check_names(const std::string& word, Section& section, const char* key, bool in_repeat) const;
  void check_names(const Expectation& expect, Section& section, bool in_repeat) const;
  // A line that kin could not read at this step, unless that is what the step expects.
  static void check_command(const std::vector<std::string>& arguments, Section& section, const char* key);
  static std::vector<std::string> command(const YAML::Node& yaml, Section& section, const std::string& key);
  ParallelStep parallel(Section& section, bool in_repeat);
  LinkStep link(const YAML::Node& yaml, Section& section);
  MeasureStep measure(const YAML::Node& yaml, Section& section);
  WaitStep wait(const YAML::Node& yaml, Section& section);
  ExpectStep expect(const YAML::Node& yaml, Section& section, bool in_repeat);
  RepeatStep repeat(Section& section);
  Expectation expectation(const YAML::Node& yaml, Section& section);
  std::vector<ExpectedSibling> siblings(const YAML::Node& list);
  PrintedClock clock(const YAML::Node& list);

  // Scalar or list of scalars.
  static std::vector<std::string> words(const YAML::Node& yaml, Section& section, const std::string& key);
  std::vector<std::string> nodes(const YAML::Node& yaml, Section& section, const std::string& key);
  std::vector<std::string> nodes_or_all(const YAML::Node& yaml, Section& section, const std::string& key);

  std::vector<std::string> ids_;  // sorted, as clocks are printed
  std::set<std::string> saved_;
};

Scenario Reader::read(const YAML::Node& yaml) {
  Scenario out;
  Section root(yaml, "a scenario");
  root.each({
      {"nodes",
       [&](auto& key) {
         root.take(key, out.nodes, 1, most_nodes);
         for (std::uint32_t i = 1; i <= out.nodes; ++i) ids_.push_back('n' + std::to_string(i));
         std::sort(ids_.begin(), ids_.end());
       }},
      {"options", [&](auto& key) { root.section(key, [&](Section& options) { read_options(options, out); }); }},
      {"steps",
       [&](auto& key) {
         if (!root.has(key)) throw Wrong{root.line(), "a scenario needs steps"};
         root.list(key, [&](const YAML::Node& item) { out.steps.push_back(step(item, false)); });
       }},
  });
  return out;
}

Step Reader::step(const YAML::Node& yaml, bool in_repeat) {
  Section section(yaml, "a step");
  Step out;
  out.line = section.line();
  section.take("why", out.why);
  out.action = action(yaml, section, in_repeat);
  section.done();
  return out;
}

Step::Action Reader::action(const YAML::Node& yaml, Section& section, bool in_repeat) {
  refuse_second_action(yaml, section);
  if (auto fault = fault_in(yaml, section)) return std::move(*fault);
  if (section.has("client")) {
    ClientStep out = client(yaml, section, in_repeat);
    if (!out.save.empty()) saved_.insert(out.save);
    return out;
  }
  if (section.has("parallel")) return parallel(section, in_repeat);
  if (section.has("link")) return link(yaml, section);
  if (section.has("places")) return read_places(section, ids_);
  if (section.has("measure")) {
    if (in_repeat) section.fail("measure", "a measure repeats by itself (times), and cannot stand in a repeat");
    return measure(yaml, section);
  }
  if (section.has("wait")) return wait(yaml, section);
  if (section.has("expect")) return expect(yaml, section, in_repeat);
  if (section.has("check")) {
    const std::string what = section.need("check");
    if (what != "causal" && what != "linearizable")
      section.fail("check", "check is causal or linearizable, not " + what);
    return CheckStep{what == "linearizable"};
  }
  if (section.has("say")) return SayStep{section.need("say")};
  if (section.has("repeat")) return repeat(section);
  throw Wrong{section.line(), "a step needs one of " + listed(action_words())};
}

std::optional<FaultStep> Reader::fault_in(const YAML::Node& yaml, Section& section) {
  for (const auto& [word, fault] : fault_words)
    if (section.has(word)) return FaultStep{fault, nodes(yaml, section, word)};
  return std::nullopt;
}

ClientStep Reader::client(const YAML::Node& yaml, Section& section, bool in_repeat) {
  ClientStep out;
  out.arguments = command(yaml, section, "client");
  const auto at = nodes(yaml, section, "at");
  if (at.size() != 1) section.fail("at", "a client is at one node");
  out.node = at.front();
  for (const std::string& word : out.arguments) check_names(word, section, "client", in_repeat);
  if (section.has("within")) {
    section.need("within");
    out.within = std::chrono::milliseconds(config::milliseconds(yaml["within"], "within"));
  }
  section.take("save", out.save);
  if (out.save == "round") section.fail("save", "round is the number of the round; choose another name");
  if (section.has("expect")) {
    if (const YAML::Node expected = yaml["expect"]; expected.IsScalar()) {
      if (section.need("expect") != "any") section.fail("expect", "expect is a mapping, or the word any");
      out.expect.any = true;
    } else {
      section.section("expect", [&](Section& inner) { out.expect = expectation(expected, inner); });
      check_names(out.expect, section, in_repeat);
    }
  }
  const auto& statuses = out.expect.statuses;
  const bool may_be_wrong = out.expect.any || std::find(statuses.begin(), statuses.end(), "USAGE") != statuses.end();
  if (!may_be_wrong) check_command(out.arguments, section, "client");
  return out;
}

void Reader::check_command(const std::vector<std::string>& arguments, Section& section, const char* key) {
  // Rounds are numbers, and what is saved is a context, which no parser looks into: a digit may stand for both.
  const auto stand_in = [](const std::string&) { return std::optional<std::string>("1"); };
  std::vector<std::string> filled;
  filled.reserve(arguments.size());
  for (const std::string& word : arguments) filled.push_back(fill_names(word, stand_in).value_or(word));
  const auto line = parse_command_line(filled, {});
  if (line || line.error().problem.empty()) return;
  const std::string& hint = line.error().hint;
  section.fail(key, line.error().problem + (hint.empty() ? "" : " (" + hint + ")"));
}

void Reader::check_names(const std::string& word, Section& section, const char* key, bool in_repeat) const {
  const auto filled = fill_names(word, [&](const std::string& name) -> std::optional<std::string> {
    if ((name == "round" && in_repeat) || saved_.count(name) > 0) return "";
    return std::nullopt;
  });
  if (!filled) section.fail(key, filled.error());
}

void Reader::check_names(const Expectation& expect, Section& section, bool in_repeat) const {
  if (!expect.siblings) return;
  for (const ExpectedSibling& sibling : *expect.siblings) check_names(sibling.value, section, "expect", in_repeat);
}

// A command line of kin, or a list of its words.
std::vector<std::string> Reader::command(const YAML::Node& yaml, Section& section, const std::string& key) {
  std::vector<std::string> out;
  if (const YAML::Node given = yaml[key]; given.IsDefined() && given.IsScalar()) {
    auto split = split_words(section.need(key));
    if (!split) section.fail(key, split.error());
    out = std::move(*split);
  } else {
    out = words(yaml, section, key);
  }
  if (out.empty()) throw Wrong{section.line(), key + " needs a command of kin"};
  return out;
}

ParallelStep Reader::parallel(Section& section, bool in_repeat) {
  ParallelStep out;
  section.list("parallel", [&](const YAML::Node& item) {
    Section inner(item, "a step of parallel");
    if (auto fault = fault_in(item, inner)) {
      out.faults.push_back(std::move(*fault));
    } else if (inner.has("client")) {
      if (inner.has("within")) inner.fail("within", "what happens at the same time is not tried again: no within here");
      out.calls.push_back(client(item, inner, in_repeat));
    } else {
      throw Wrong{inner.line(), "parallel takes client steps and faults"};
    }
    inner.done();
  });
  if (out.calls.empty()) throw Wrong{section.line(), "parallel needs client steps"};
  for (const ClientStep& call : out.calls) {
    if (!call.save.empty()) saved_.insert(call.save);
  }
  return out;
}

LinkStep Reader::link(const YAML::Node& yaml, Section& section) {
  LinkStep out;
  section.section("link", [&](Section& link) {
    out.from = nodes(yaml["link"], link, "from");
    out.to = nodes(yaml["link"], link, "to");
    link.take("drop", out.drop_percent, 0, 100);
    link.take("delay", out.delay_ms, 0, 60'000);
  });
  return out;
}

MeasureStep Reader::measure(const YAML::Node& yaml, Section& section) {
  MeasureStep out;
  out.arguments = command(yaml, section, "measure");
  check_command(out.arguments, section, "measure");
  out.nodes = nodes_or_all(yaml, section, "at");
  read_levels(yaml, section, ids_.size(), out);
  return out;
}

WaitStep Reader::wait(const YAML::Node& yaml, Section& section) {
  if (const std::string what = section.need("wait"); what != "converged")
    section.fail("wait", "there is only wait: converged, not " + what);
  WaitStep out;
  out.nodes = nodes_or_all(yaml, section, "on");
  if (section.has("timeout")) {
    section.need("timeout");
    out.longest = std::chrono::milliseconds(config::milliseconds(yaml["timeout"], "timeout"));
  }
  return out;
}

ExpectStep Reader::expect(const YAML::Node& yaml, Section& section, bool in_repeat) {
  ExpectStep out;
  section.section("expect", [&](Section& inner) {
    const YAML::Node expected = yaml["expect"];
    out.key = inner.need("key");
    out.bucket = "default";
    inner.take("bucket", out.bucket);
    out.nodes = nodes_or_all(expected, inner, "on");
    out.expect = expectation(expected, inner);
    if (out.expect.statuses.empty() && !out.expect.looks_at_values())
      throw Wrong{inner.line(), "expect says nothing that could be wrong: give value, values, siblings, clock, ..."};
    check_names(out.key, inner, "key", in_repeat);
    check_names(out.expect, section, in_repeat);
  });
  return out;
}

RepeatStep Reader::repeat(Section& section) {
  RepeatStep out;
  out.rounds = section.need_number("repeat", 1, most_rounds);
  section.list("steps", [&](const YAML::Node& item) { out.steps.push_back(step(item, true)); });
  if (out.steps.empty()) throw Wrong{section.line(), "repeat needs steps"};
  return out;
}

Expectation Reader::expectation(const YAML::Node& yaml, Section& section) {
  Expectation out;
  out.statuses = words(yaml, section, "status");
  section.take("absent", out.absent);
  if (section.has("conflict")) {
    bool conflict = false;
    section.take("conflict", conflict);
    out.conflict = conflict;
  }
  if (section.has("value") + section.has("values") + section.has("siblings") + (out.absent ? 1 : 0) > 1)
    throw Wrong{section.line(), "give one of value, values, siblings and absent"};
  if (section.has("value")) out.siblings = {{section.need("value"), std::nullopt}};
  if (section.has("values")) {
    out.siblings.emplace();
    for (std::string& value : words(yaml, section, "values")) out.siblings->push_back({std::move(value), std::nullopt});
  }
  if (const YAML::Node given = yaml["siblings"]; given.IsDefined() && given.IsSequence()) {
    section.list("siblings", [](const YAML::Node&) {});
    out.siblings = siblings(given);
  } else if (given.IsDefined()) {
    out.sibling_count = section.need_number("siblings", 0, 10'000);
  }
  if (const YAML::Node given = yaml["clock"]; given.IsDefined()) {
    section.list("clock", [](const YAML::Node&) {});
    out.clock = clock(given);
  }
  return out;
}

std::vector<ExpectedSibling> Reader::siblings(const YAML::Node& list) {
  std::vector<ExpectedSibling> out;
  for (const auto& item : list) {
    Section section(item, "a sibling");
    ExpectedSibling sibling;
    section.each({
        {"value", [&](auto& key) { sibling.value = section.need(key); }},
        {"clock",
         [&](auto& key) {
           if (!section.has(key)) return;
           section.list(key, [](const YAML::Node&) {});
           sibling.clock = clock(item[key]);
         }},
    });
    out.push_back(std::move(sibling));
  }
  return out;
}

PrintedClock Reader::clock(const YAML::Node& list) {
  PrintedClock out;
  for (const auto& item : list) out.push_back(number(item, "a clock's position", 0, 1'000'000));
  if (out.size() != ids_.size())
    throw Wrong{line_of(list), "a clock of " + std::to_string(ids_.size()) + " nodes has as many positions, not " +
                                   std::to_string(out.size())};
  return out;
}

std::vector<std::string> Reader::words(const YAML::Node& yaml, Section& section, const std::string& key) {
  std::vector<std::string> out;
  if (const YAML::Node given = yaml[key]; given.IsDefined() && given.IsScalar()) {
    out.push_back(section.need(key));
  } else {
    section.list(key, [&](const YAML::Node& item) { out.push_back(scalar(item, key)); });
  }
  return out;
}

std::vector<std::string> Reader::nodes(const YAML::Node& yaml, Section& section, const std::string& key) {
  std::vector<std::string> out = words(yaml, section, key);
  if (out.empty()) throw Wrong{section.line(), key + " needs a node, a list of nodes, or all"};
  if (out == std::vector<std::string>{"all"}) return ids_;
  for (const std::string& node : out)
    if (std::find(ids_.begin(), ids_.end(), node) == ids_.end())
      section.fail(key, "there is no node " + node + "; there are n1 to n" + std::to_string(ids_.size()));
  return out;
}

std::vector<std::string> Reader::nodes_or_all(const YAML::Node& yaml, Section& section, const std::string& key) {
  return section.has(key) ? nodes(yaml, section, key) : ids_;
}

// The first line without its #.
std::string title_of(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  const std::size_t begin = line.find_first_not_of("# \t");
  if (line.empty() || line[0] != '#' || begin == std::string::npos) return "";
  return line.substr(begin);
}

}  // namespace

const char* name(NodeFault fault) {
  for (const auto& [word, value] : fault_words)
    if (value == fault) return word;
  return "?";
}

tl::expected<Scenario, ConfigError> parse_scenario(const std::string& text, const std::string& file) {
  try {
    Scenario scenario = Reader().read(config::parse(text));
    scenario.file = file;
    scenario.name = fs::path(file).stem().string();
    scenario.title = title_of(text);
    return scenario;
  } catch (const Wrong& wrong) {
    return tl::unexpected(ConfigError{file, wrong.line, wrong.message});
  } catch (const YAML::Exception& wrong) {
    return tl::unexpected(ConfigError{file, wrong.mark.is_null() ? 0 : wrong.mark.line + 1, wrong.msg});
  }
}

tl::expected<Scenario, ConfigError> load_scenario(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  std::error_code no_such_path;
  if (fs::is_directory(path, no_such_path) || !in || !(in.peek() == EOF || text << in.rdbuf()))
    return tl::unexpected(ConfigError{path, 0, "cannot be read"});
  return parse_scenario(text.str(), path);
}

std::vector<ListedScenario> list_scenarios(const std::string& folder) {
  std::vector<ListedScenario> out;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error)) {
    if (item.path().extension() != ".yml") continue;
    std::ifstream file(item.path());
    std::string first;
    std::getline(file, first);
    out.push_back({item.path().stem().string(), item.path().string(), title_of(first)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace kin::driver
