// What somebody may have meant who typed something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kin {

// The only word that begins so, if there is one; else the word with the fewest letters added, dropped, changed or
// swapped with the next one (Damerau 1964, optimal string alignment); nullopt when even that one is too far away to be
// meant: one such step is forgiven, and from six letters on one for every three that were typed. Of up to three letters
// the first one must be right: set is not get.
std::optional<std::string> nearest_word(std::string_view typed, const std::vector<std::string>& words);

}  // namespace kin
