// What kin prints for people. A conflict explains itself and says what to type next. Text ends with a newline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/render/palette.hpp"
#include "common/causality/version_vector.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/status.hpp"

namespace kin::text {

struct Style {
  Palette palette;
  bool quiet = false;           // values and verdicts only
  std::string command = "kin";  // how this user would begin the next command: kin --config c.yml
  std::size_t columns = 0;      // of the terminal; 0: none, lines may be of any length
};

std::string read(const std::string& key, const wire::ReadReply& reply, const Style& style);
// `value`: what resolve made of all.
std::string write(const std::string& key, const wire::WriteReply& reply, const Style& style,
                  const std::optional<std::string>& value = {});
// What a write would replace and with what.
std::string resolution(const std::string& key, const std::string& value, const wire::ReadReply& reply,
                       const Style& style);
// now_us: the wall clock that ages are told by, microseconds since 1970.
std::string conflicts(const std::vector<wire::ConflictRow>& rows, std::uint64_t now_us, const Style& style);
std::string key(const std::string& key);
std::string failure(const Failure& failure, const Style& style);
std::string context(const wire::ContextToken& token);

// For each two siblings whose printed vectors look equal or ordered, why they are not. Empty where there are none.
std::vector<std::string> misleading_clocks(const std::vector<wire::ShownSibling>& siblings,
                                           const std::vector<NodeId>& order);

// As an argument behind all flags: nothing behind -- is taken for a flag.
std::string dashed_word(const std::string& key);

// Of a value beside others, the most columns that are shown of it: on a terminal little, in a pipe or a file nearly
// all.
std::size_t value_columns(const Style& style);

// Where `shown` does not hold every value whole: how to see them.
std::string where_whole(const std::string& shown, const std::string& key,
                        const std::vector<wire::ShownSibling>& siblings, const Style& style);

// What to type so that one value stands for `siblings`, just for those. `context` covers them; where it is empty, only
// that for which none is needed.
std::string ways_to_resolve(const std::string& key, const std::vector<wire::ShownSibling>& siblings,
                            const std::string& context, const Style& style);

// The command line that replaces all that `context` covers.
std::string resolving_command(const std::string& command, const std::string& key, const std::string& context);

}  // namespace kin::text
