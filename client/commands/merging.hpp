// How one value is made of several that conflict.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/cli/command_line.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/status.hpp"

namespace kin {

// All lines of all values, each once, in the order of their bytes. The last one ends with a newline where the last
// line of any value does.
std::string union_of_lines(const std::vector<wire::ShownSibling>& siblings);

// The values one below the other between markers, as a merge of files shows them. What comes back from an editor.
std::string with_markers(const std::vector<wire::ShownSibling>& siblings);
bool has_markers(const std::string& text);

// The value that shall stand for all siblings (two at least), as the command says. Runs a program for --merge-cmd and
// --edit, and waits for it: `sh -c`, with the environment of kin and
//   SIBLINGS                   their number
//   SIBLING_1 ... SIBLING_n    files with the values, in the order in which `kin read` shows them
//   BASE                       a file with `base`, the last common value; empty where it is not known
//   KEY                        the key
// and the files with the values as its arguments, "$@".
// Of --merge-cmd the value is what the program writes to its standard output. The editor is VISUAL, EDITOR or vi.
// When `interrupt_fd` becomes readable, the program is ended: see merge_program.hpp.
// Failure: USAGE for a sibling that is not there; CONFLICT, applied no, when the program fails or its result still has
// markers, or after an interrupt; LIMIT, applied no, where it writes more than the largest value; INTERNAL, applied no,
// when files cannot be written.
tl::expected<std::string, Failure> merged(const ResolveCommand& command,
                                          const std::vector<wire::ShownSibling>& siblings, const std::string& base = "",
                                          int interrupt_fd = -1);

// Whether the value that is taken by its dot is there, and, where `over` names any, no value besides those.
// Failure: STALE, applied no.
tl::expected<void, Failure> as_it_was_read(const ResolveCommand& command,
                                           const std::vector<wire::ShownSibling>& siblings);

}  // namespace kin
