// msgpack takes its memory from malloc, vectors and maps from new; the linker's --wrap leads both here. What the shared
// standard library asks for by itself, the bytes of long strings, goes past: those are copies of bytes that are there.
#include "tests/wire/allocations.hpp"

#include <cstdlib>

namespace {
thread_local std::size_t asked = 0;
}

namespace kin::wire {
std::size_t bytes_allocated() { return asked; }
}  // namespace kin::wire

// The names that --wrap wants; _Znwm is operator new(size_t).
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_realloc(void* old, std::size_t size);
void* __real__Znwm(std::size_t size);
void* __wrap_malloc(std::size_t size);
void* __wrap_realloc(void* old, std::size_t size);
void* __wrap__Znwm(std::size_t size);

void* __wrap_malloc(std::size_t size) {
  asked += size;
  return __real_malloc(size);
}

void* __wrap_realloc(void* old, std::size_t size) {
  asked += size;
  return __real_realloc(old, size);
}

void* __wrap__Znwm(std::size_t size) {
  asked += size;
  return __real__Znwm(size);
}
}
