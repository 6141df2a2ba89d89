// A conversation between clients and nodes, told in a text file and played on protocol objects in virtual time.
//
// One step a line; `#` begins a comment; words are parted by blanks. What is expected is written below what it is
// expected of.
//
//   nodes N                         first of all: n1..nN, up
//   NODE put KEY VALUE [context NAME | blind | overwrite] [W n]
//   NODE get KEY [R n]
//   NODE delete KEY [context NAME]
//   = clock [1,0,0]                 of the reply to the request above
//   = values a b                    all siblings that the reply shows, sorted; none: the key is not there
//   = replaced a b                  the values that the write replaced, sorted
//   = answers 2 of 3                how many members took part, of how many were asked for
//   = dot n1.2:1                    the name of the write
//   = refused NOT_FOUND             a failure and not a reply
//   = waiting                       there is no reply yet; a later `=` looks again
//   keep NAME                       the context of the reply above, for a later `context NAME`
//
//   deliver                         everything that is under way, and what follows from it
//   deliver WHAT FROM TO            one message: the oldest push, ack, gossip, ... between the two
//   drop                            everything that is under way
//   drop WHAT FROM TO
//   hold WHAT FROM TO as NAME       takes it off the way
//   release NAME                    delivers what was held; again and again if told so
//   isolate NODE / heal
//   tick                            one gossip interval for every node, and all that follows
//   settle                          ticks until all nodes that are up hold the same
//   kill NODE / restart NODE / wipe NODE (its disk is lost, and it is down)
//
//   at NODE KEY a b                 the values that this node holds
//   everywhere KEY a b              the values that each node holds
//   received NODE WHAT n            how many messages of this name have been delivered to the node
#pragma once

#include <optional>
#include <string>

namespace kin {

// Plays the file to its end or to the first thing that is not as expected. Nothing: all was. Otherwise
// `FILE:LINE: what was expected, and what there was`, also for a line that cannot be read.
std::optional<std::string> play_conversation(const std::string& file);

}  // namespace kin
