#include "common/cli/man_page.hpp"

#include <algorithm>
#include <cctype>

#include "common/listed.hpp"

namespace kin {
namespace {

// Text as it is: no character of it is an instruction, and dashes stay dashes that can be copied.
std::string plain(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += "\n.br\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }
std::string slanted(const std::string& text) { return "\\fI" + plain(text) + "\\fR"; }

std::string synopsis(const CommandTree& command, const std::string& path) {
  std::string out = bold(path);
  for (const CommandFlag& flag : command.flags) {
    if (flag.required) out += ' ' + bold(flag.names.front()) + (flag.value.empty() ? "" : ' ' + slanted(flag.value));
  }
  const bool more = std::any_of(command.flags.begin(), command.flags.end(),
                                [](const auto& flag) { return !flag.required && flag.names.front() != "--help"; });
  if (more) out += " [" + slanted("flags") + ']';
  for (const CommandArgument& argument : command.arguments) {
    out += ' ' + (argument.required ? slanted(argument.name) : '[' + slanted(argument.name) + ']');
  }
  if (!command.commands.empty()) out += ' ' + slanted("command");
  return out;
}

std::string details(const CommandTree& command, bool with_help) {
  std::string out;
  for (const CommandArgument& argument : command.arguments) {
    if (argument.what.empty() && argument.choices.empty()) continue;
    const std::string what = argument.what.empty() ? listed(argument.choices) : argument.what;
    out += ".TP\n" + slanted(argument.name) + '\n' + plain(what) + '\n';
  }
  for (const CommandFlag& flag : command.flags) {
    if (!with_help && flag.names.front() == "--help") continue;
    std::string names = listed(flag.names, ", ", bold);
    if (!flag.value.empty()) names += ' ' + slanted(flag.value);
    const std::string what = flag.what.empty() ? listed(flag.choices) : flag.what;
    out += ".TP\n" + names + '\n' + plain(what.empty() ? "(see above)" : what) + '\n';
  }
  return out;
}

void commands(const CommandTree& command, const std::string& path, std::string& out) {
  for (const CommandTree& inner : command.commands) {
    const std::string name = path + ' ' + inner.name;
    out += ".SS " + plain(name) + '\n' + synopsis(inner, name) + "\n.PP\n" + plain(inner.what);
    if (!inner.aliases.empty()) out += " (also " + plain(listed(inner.aliases)) + ")";
    out += '\n' + details(inner, false);
    commands(inner, name, out);
  }
}

}  // namespace

std::string man_page(const CommandTree& program, const std::string& version) {
  std::string title = program.name;
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return std::toupper(c); });
  std::string what = program.what;
  if (what.starts_with(program.name + ": ")) what.erase(0, program.name.size() + 2);
  std::string out = ".TH " + title + " 1 \"\" \"" + plain(version) + "\" \"User Commands\"\n.SH NAME\n" +
                    plain(program.name) + " \\- " + plain(what.substr(0, what.find(". "))) + "\n.SH SYNOPSIS\n" +
                    synopsis(program, program.name) + "\n.SH DESCRIPTION\n" + plain(what) + '\n';
  if (!program.flags.empty() || !program.arguments.empty()) out += ".SH OPTIONS\n" + details(program, true);
  if (!program.commands.empty()) {
    out += ".SH COMMANDS\n";
    commands(program, program.name, out);
  }
  if (!program.footer.empty()) out += ".SH NOTES\n" + plain(program.footer) + '\n';
  return out;
}

}  // namespace kin
