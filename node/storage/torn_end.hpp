// Tells a log whose last write was torn by a crash from one in which a length is damaged.
//
// LevelDB's logs (doc/log_format.md of LevelDB; MANIFEST is one too) are blocks of 32 KiB of records, each with a
// checksum over all but its length. A record that runs over the end of the file is to LevelDB the torn end of a write:
// it drops it and all behind it without a word, paranoid or not. A flipped bit in a length looks the same to it. But
// then the record is whole under another length, and its checksum says so.
#pragma once

#include <string>
#include <string_view>

namespace leveldb {
class Env;
}

namespace kin {

// Whether some record of the last block of a log, given as all bytes of the log, has a damaged length that would make
// LevelDB drop it. A torn record is mistaken for such a one once in some hundred thousand times.
bool hides_damage(std::string_view log);

// The path of a log or MANIFEST in `directory` that hides_damage, or empty. Nobody writes there meanwhile. What cannot
// be read is left for LevelDB to find.
std::string find_hidden_damage(leveldb::Env& env, const std::string& directory);

}  // namespace kin
