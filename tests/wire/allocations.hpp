// How many bytes this thread has asked the heap for, by new and by malloc, freed or not: tests ask before and after.
#pragma once

#include <cstddef>

namespace kin::wire {

std::size_t bytes_allocated();

}  // namespace kin::wire
