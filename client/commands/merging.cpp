#include "client/commands/merging.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "client/cli/argument_values.hpp"
#include "client/commands/merge_program.hpp"
#include "client/commands/screen.hpp"
#include "client/render/bytes.hpp"
#include "common/causality/union_of_lines.hpp"

namespace kin {
namespace {

constexpr std::size_t value_columns = 40;

constexpr std::string_view first_mark = "<<<<<<< ", next_mark = "======= ", last_mark = ">>>>>>> ";

bool ends_with_newline(const std::vector<wire::ShownSibling>& siblings) {
  return std::any_of(siblings.begin(), siblings.end(), [](const auto& one) { return one.value.ends_with('\n'); });
}

Failure stays(const std::string& why) {
  return {Status::conflict, Applied::no, why + ": nothing was written, the conflict stays", "", 0, 0};
}

Failure stays(Failure failure) {
  failure.message += ": nothing was written, the conflict stays";
  return failure;
}

Failure no_files(const std::string& why) { return {Status::internal, Applied::no, why, "", 0, 0}; }

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* set = std::getenv(name);
    if (set != nullptr && *set != '\0') return set;
  }
  return "vi";
}

tl::expected<std::string, Failure> by_program(const ResolveCommand& command,
                                              const std::vector<wire::ShownSibling>& siblings, const std::string& base,
                                              int interrupt_fd) {
  const auto folder = MergeFolder::make();
  if (!folder) return tl::unexpected(no_files(folder.error()));
  Variables variables{{"KEY", command.key}, {"SIBLINGS", std::to_string(siblings.size())}};
  const auto file = [&](const std::string& variable, const std::string& name,
                        const std::string& content) -> tl::expected<void, Failure> {
    auto path = folder->write(name, content);
    if (!path) return tl::unexpected(no_files(path.error()));
    variables.emplace_back(variable, std::move(*path));
    return {};
  };
  if (auto made = file("BASE", "base", base); !made) return tl::unexpected(made.error());
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    if (auto made = file("SIBLING_" + number, "sibling-" + number, siblings[i].value); !made) {
      return tl::unexpected(made.error());
    }
    arguments.push_back(variables.back().second);
  }
  if (command.merge_command) {
    auto value = run_program(*command.merge_command, arguments, variables, true, interrupt_fd);
    if (!value) return tl::unexpected(stays(value.error()));
    return *value;
  }
  if (auto made = file("MERGED", "merged", with_markers(siblings)); !made) return tl::unexpected(made.error());
  if (auto ran = run_program(editor() + " \"$MERGED\"", {}, variables, false, interrupt_fd); !ran) {
    return tl::unexpected(stays(ran.error()));
  }
  auto value = folder->read("merged");
  if (!value) return tl::unexpected(no_files(value.error()));
  if (has_markers(*value)) return tl::unexpected(stays("the markers are still in the text"));
  // Editors end a text with a newline, whether or not the values did.
  if (!ends_with_newline(siblings) && value->ends_with('\n')) value->pop_back();
  return *value;
}

}  // namespace

std::string union_of_lines(const std::vector<wire::ShownSibling>& siblings) {
  std::vector<std::string_view> texts;
  texts.reserve(siblings.size());
  for (const wire::ShownSibling& sibling : siblings) texts.push_back(sibling.value);
  return union_of_lines(texts);
}

std::string with_markers(const std::vector<wire::ShownSibling>& siblings) {
  std::string out;
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    const wire::ShownSibling& one = siblings[i];
    out.append(i == 0 ? first_mark : next_mark);
    out += std::to_string(i + 1) + ": " + to_string(one.dot) + ", taken by " + one.dot.actor.node + " for " +
           escaped(one.client) + " at " + utc_time(one.written_us) + '\n' + one.value;
    if (!out.ends_with('\n')) out += '\n';
  }
  return out.append(last_mark).append("keep what shall stand for all of them, and take these lines out\n");
}

bool has_markers(const std::string& text) {
  const auto lines = lines_of(text);
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with(first_mark) || line.starts_with(next_mark) || line.starts_with(last_mark);
  });
}

tl::expected<std::string, Failure> merged(const ResolveCommand& command,
                                          const std::vector<wire::ShownSibling>& siblings, const std::string& base,
                                          int interrupt_fd) {
  if (command.value) return *command.value;
  if (command.union_of_lines) return union_of_lines(siblings);
  if (!command.take) return by_program(command, siblings, base, interrupt_fd);
  const auto taken = std::find_if(siblings.begin(), siblings.end(), [&, number = 0](const auto& one) mutable {
    return command.take == std::to_string(++number) || command.take == to_string(one.dot);
  });
  if (taken != siblings.end()) return taken->value;
  return tl::unexpected(usage_failure("there is no value " + *command.take + ", " + escaped(command.key) + " has " +
                                      std::to_string(siblings.size())));
}

tl::expected<void, Failure> as_it_was_read(const ResolveCommand& command,
                                           const std::vector<wire::ShownSibling>& siblings) {
  const auto stale = [&](const std::string& why) {
    return tl::unexpected(Failure{Status::stale, Applied::no,
                                  why + "; nothing was written, read " + escaped(command.key) + " again", "", 0, 0});
  };
  bool takes_a_dot = command.take && is_dot(*command.take);
  for (const wire::ShownSibling& sibling : siblings) {
    const std::string dot = to_string(sibling.dot);
    if (command.take == dot) {
      takes_a_dot = false;
    } else if (!command.over.empty() &&
               std::find(command.over.begin(), command.over.end(), dot) == command.over.end()) {
      return stale("another value is there now, " + dot + ' ' + shortened(sibling.value, value_columns));
    }
  }
  if (takes_a_dot) return stale("the value " + *command.take + " is not there now");
  return {};
}

}  // namespace kin
