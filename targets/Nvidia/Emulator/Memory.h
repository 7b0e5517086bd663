//===- Memory.h - the buffers that a launch may touch -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_MEMORY_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_MEMORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace tandem::nvidia::ptx {

/// What a kernel may do with a buffer.
enum class Access { readOnly, readWrite };

/// The global memory of the emulated chip: ranges of host memory, owned by the
/// caller, whose addresses are the addresses that kernels see.
class Memory {
public:
  struct Buffer {
    std::string name; ///< in messages
    uint64_t base;    ///< host address
    uint64_t bytes;
    Access access = Access::readWrite;

    bool contains(uint64_t address, uint64_t count) const {
      return address >= base && count <= bytes &&
             address - base <= bytes - count;
    }
  };

  /// Adds [base, base + bytes). Fails if it is empty or overlaps another
  /// buffer.
  llvm::Error add(llvm::StringRef name, const void *base, uint64_t bytes,
                  Access access = Access::readWrite);

  /// Removes the buffer that begins at `base`; nothing if there is none.
  void remove(const void *base);

  /// The buffer that holds [address, address + count), or null.
  const Buffer *find(uint64_t address, uint64_t count) const;

  /// Where `address` lies, in words for a message.
  std::string describe(uint64_t address) const;

private:
  const Buffer *below(uint64_t address) const;

  std::map<uint64_t, Buffer> buffers; ///< by base
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_MEMORY_H
