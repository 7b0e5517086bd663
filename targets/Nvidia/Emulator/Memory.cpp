//===- Memory.cpp - the buffers that a launch may touch ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Memory.h"

#include "llvm/ADT/StringExtras.h"

using namespace tandem::nvidia::ptx;

llvm::Error Memory::add(llvm::StringRef name, const void *base, uint64_t bytes,
                        Access access) {
  uint64_t begin = reinterpret_cast<uint64_t>(base);
  if (bytes == 0 || begin == 0) {
    return llvm::createStringError("buffer '" + name +
                                   "' is empty; leave it out instead");
  }
  // The last buffer that begins before our end is the only one to overlap.
  const Buffer *other = below(begin + bytes - 1);
  if (other && other->base + other->bytes > begin) {
    return llvm::createStringError("buffer '" + name + "' overlaps buffer '" +
                                   other->name + "'");
  }
  buffers[begin] = Buffer{name.str(), begin, bytes, access};
  return llvm::Error::success();
}

void Memory::remove(const void *base) {
  buffers.erase(reinterpret_cast<uint64_t>(base));
}

const Memory::Buffer *Memory::below(uint64_t address) const {
  auto after = buffers.upper_bound(address);
  return after == buffers.begin() ? nullptr : &std::prev(after)->second;
}

const Memory::Buffer *Memory::find(uint64_t address, uint64_t count) const {
  const Buffer *buffer = below(address);
  return buffer && buffer->contains(address, count) ? buffer : nullptr;
}

std::string Memory::describe(uint64_t address) const {
  const Buffer *buffer = below(address);
  if (!buffer) {
    return "below every buffer";
  }
  uint64_t offset = address - buffer->base;
  if (offset < buffer->bytes) {
    return "at byte " + llvm::utostr(offset) + " of buffer '" + buffer->name +
           "' of " + llvm::utostr(buffer->bytes) + " bytes";
  }
  return llvm::utostr(offset - buffer->bytes) +
         " bytes behind the end of buffer '" + buffer->name + "'";
}
