//===- WireFormat.h - fields of an encoded Protobuf message -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads and writes the wire format of Protobuf (protobuf.dev, "Encoding")
// without a schema. Every error names a byte offset of the file.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_WIREFORMAT_H
#define TANDEM_PASSES_IMPORT_WIREFORMAT_H

#include <cstdint>
#include <optional>
#include <string>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace tandem::import {

/// How the value of a field is encoded. Groups (3 and 4) are not in ONNX.
enum class WireType : uint8_t {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  Fixed32 = 5
};

/// A field of a message: where its parts lie in the file, in bytes.
struct WireField {
  uint32_t number;
  WireType type;
  uint64_t begin;      ///< of the tag
  uint64_t valueBegin; ///< of the value, after tag and length
  uint64_t end;        ///< of the value
  uint64_t size() const { return end - valueBegin; }
};

/// An error that names the byte it was found at.
llvm::Error wireError(uint64_t offset, const llvm::Twine &message);

/// Walks over the fields of one message, bytes [begin, end) of `file`.
class WireReader {
public:
  WireReader(llvm::ArrayRef<char> file, uint64_t begin, uint64_t end)
      : file(file), position(begin), end(end) {}

  /// The next field, nothing at the end of the message, or an error where the
  /// bytes are malformed.
  llvm::Expected<std::optional<WireField>> next();

  /// The value of a varint field that `next` returned.
  static uint64_t varint(llvm::ArrayRef<char> file, const WireField &field);

private:
  llvm::Expected<uint64_t> readVarint();

  llvm::ArrayRef<char> file;
  uint64_t position;
  uint64_t end;
};

/// Appends fields to a message. A nested message is written in place: its
/// length takes five bytes, filled in when the message ends.
class WireWriter {
public:
  /// Appends the field as it is in `file`.
  void copy(llvm::ArrayRef<char> file, const WireField &field);
  /// Appends a varint field.
  void varint(uint32_t number, uint64_t value);
  /// Starts a nested message; returns what `endMessage` needs.
  size_t beginMessage(uint32_t number);
  /// Ends a nested message shorter than 4 GiB.
  void endMessage(size_t start);

  /// The bytes written so far.
  std::string take() { return std::move(bytes); }

private:
  void append(uint64_t value);

  std::string bytes;
};

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_WIREFORMAT_H
