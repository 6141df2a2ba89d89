// The folder of one node: whose it is, and whether what is in it can be trusted to be all there.
//
//   DIR/IDENTITY   text, three lines: `kin data 3`, the cluster's name, the node's id. Written atomically
//   DIR/db/        the store
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "node/storage/leveldb_store.hpp"

namespace kin {

// Makes the folder and its store, or checks and opens what is there. Data of format 2 are of format 3 from then on.
// Errors: another node's or another cluster's data; a format that this program does not read; the identity is there and
// the store is not (damaged: a store that vanished must not come back empty in silence); and those of
// LevelDbStore::open. A store without an identity is opened: incarnations make that safe.
tl::expected<std::unique_ptr<LevelDbStore>, StorageError> open_data_directory(const std::string& directory,
                                                                              const std::string& cluster,
                                                                              const std::string& node,
                                                                              Durability durability);

// Says whose data they are, on disk, where nothing says so yet. Once the store is open, since an identity always means
// that there was a store; and once the node can be reached, since a start that came to nothing for a slip in its
// address must not keep the corrected one from these data.
tl::expected<void, StorageError> claim_data_directory(const std::string& directory, const std::string& cluster,
                                                      const std::string& node);

// Renames the folder to DIR.damaged-1 (or the first number that is free) and returns that name.
tl::expected<std::string, StorageError> set_aside(const std::string& directory);

}  // namespace kin
