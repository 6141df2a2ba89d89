#include "client/commands/requests.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <utility>

#include "client/commands/screen.hpp"

namespace kin {

tl::expected<std::string, Failure> value_of(const AddUpdateCommand& command) {
  if (command.value) return *command.value;
  std::ifstream file;
  const bool standard_input = *command.file == "-";
  if (!standard_input) file.open(*command.file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : file;
  std::string value;
  // Not more than any message holds: the file may be without an end.
  for (char block[65536]; value.size() <= wire::max_message_bytes;) {
    in.read(block, sizeof block);
    value.append(block, static_cast<std::size_t>(in.gcount()));
    if (in.eof()) return value;
    if (!in) {
      return tl::unexpected(usage_failure("the file " + *command.file + " cannot be read: " + std::strerror(errno)));
    }
  }
  return tl::unexpected(
      Failure{Status::limit, Applied::no, "the file " + *command.file + " is larger than any value can be"});
}

wire::Read request_of(const Globals& globals, const ReadCommand& command) {
  return {globals.bucket, command.key, command.level};
}

wire::AddUpdate request_of(const Globals& globals, const AddUpdateCommand& command, std::string value,
                           const WriterContext& carried, bool want_replaced) {
  wire::AddUpdate request;
  request.bucket = globals.bucket;
  request.key = command.key;
  request.value = std::move(value);
  request.seen = carried.seen;
  request.context = carried.context;
  request.level = command.level;
  request.want_replaced = want_replaced;
  request.content_type = command.content_type;
  request.meta = command.meta;
  return request;
}

wire::Remove request_of(const Globals& globals, const DeleteCommand& command, const WriterContext& carried,
                        bool want_replaced) {
  wire::Remove request;
  request.bucket = globals.bucket;
  request.key = command.key;
  request.seen = carried.seen;
  request.context = carried.context;
  request.level = command.level;
  request.want_replaced = want_replaced;
  return request;
}

}  // namespace kin
