//===- Memory.h - mapped files and lazily touched memory --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both kinds of memory that the runtime maps. Addresses are page-aligned.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_MEMORY_H
#define TANDEM_TARGETS_RUNTIME_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace tandem::runtime {

/// A mapped range that unmaps itself.
class Mapping {
public:
  Mapping() = default;
  Mapping(Mapping &&other) noexcept { swap(other); }
  Mapping &operator=(Mapping &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Mapping();

  /// Zeroed memory of which only touched pages take room.
  static Mapping lazy(uint64_t bytes, const std::string &purpose);

  /// The file at `path`, read-only, in large pages where the file system has
  /// them.
  static Mapping file(const std::string &path);

  /// Zeroed memory to share by its descriptor, which the caller closes; it
  /// cannot shrink. It has no name: nothing is left when all who have it die.
  static Mapping shared(uint64_t bytes, int &descriptor);

  /// The memory that another process shares by `descriptor`; fails where it is
  /// not `bytes` long or could shrink.
  static Mapping borrowed(int descriptor, uint64_t bytes);

  /// Maps the pages from `offset` on at once, which for a file reads it.
  void touch(uint64_t offset, uint64_t bytes) const;

  /// Asks for large pages, for memory that is used whole; may have no effect.
  void preferLargePages();

  char *data() const { return base; }
  uint64_t size() const { return bytes; }

private:
  void swap(Mapping &other) noexcept {
    std::swap(base, other.base);
    std::swap(bytes, other.bytes);
  }

  char *base = nullptr;
  uint64_t bytes = 0;
};

/// The whole file at `path`, which is rejected above `limit` bytes.
std::string readFile(const std::string &path, uint64_t limit);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_MEMORY_H
