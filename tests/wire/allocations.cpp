// msgpack takes its memory from malloc, the rest of the codec from new. The linker's --wrap leads the former here.
#include "tests/wire/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t asked = 0;
}

namespace kin::wire {
std::size_t bytes_allocated() { return asked; }
}  // namespace kin::wire

// The names that --wrap wants.
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_realloc(void* old, std::size_t size);
void* __wrap_malloc(std::size_t size);
void* __wrap_realloc(void* old, std::size_t size);

void* __wrap_malloc(std::size_t size) {
  asked += size;
  return __real_malloc(size);
}

void* __wrap_realloc(void* old, std::size_t size) {
  asked += size;
  return __real_realloc(old, size);
}
}

void* operator new(std::size_t size) {
  asked += size;
  if (void* memory = __real_malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
