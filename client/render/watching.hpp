// What kin watch and kin conflicts --watch print, an event at a time; in JSON an object a line.
//
//   {"event": "watching", "node", "from"}                     first: from where it watches
//   {"event": "update" | "delete", then as `read` prints it, "from" with the last one of those that came together}
//   {"event": "opened" | "resolved", "bucket", "key", "siblings", "since", "from" as above}
//   {"event": "forgotten", "message"}                         deletes may be missing
//   {"event": "end", "from"}                                  interrupted
#pragma once

#include <string>

#include "client/render/text.hpp"
#include "common/wire/watching.hpp"

namespace kin {

namespace json {

std::string watching(const std::string& node, const std::string& token);
// `token` is empty where another event follows that came with it.
std::string changed(const std::string& bucket, const wire::WatchEvent& event, const wire::WatchReply& reply,
                    const std::string& token);
std::string changed(const wire::ConflictChange& change, const std::string& token);
std::string forgotten();
std::string forgotten_by_all();  // of delete --wait forgotten: status OK
std::string watch_ended(const std::string& token);

}  // namespace json

namespace text {

std::string changed(const wire::WatchEvent& event, const wire::WatchReply& reply, const Style& style);
std::string changed(const wire::ConflictChange& change, bool with_bucket, const Style& style);
// For standard error.
std::string forgotten();

}  // namespace text

}  // namespace kin
