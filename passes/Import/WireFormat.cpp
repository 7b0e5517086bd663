//===- WireFormat.cpp - fields of an encoded Protobuf message ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Varints, tags and lengths, with every read checked against the message.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/WireFormat.h"

#include "llvm/ADT/Twine.h"

using namespace llvm;
using namespace tandem::import;

/// Bytes of the length of a nested message, padded so that it can be filled in.
static constexpr size_t kLengthBytes = 5;

Error tandem::import::wireError(uint64_t offset, const Twine &message) {
  return createStringError(inconvertibleErrorCode(),
                           "byte " + Twine(offset) + ": " + message);
}

Expected<uint64_t> WireReader::readVarint() {
  uint64_t start = position, value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (position == end) {
      return wireError(start, "a number is cut off by the end of its message");
    }
    auto byte = static_cast<uint8_t>(file[position++]);
    if (shift == 63 && byte > 1) {
      break;
    }
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  return wireError(start, "a number has more than 64 bits");
}

Expected<std::optional<WireField>> WireReader::next() {
  if (position == end) {
    return std::nullopt;
  }
  uint64_t begin = position;
  Expected<uint64_t> tag = readVarint();
  if (!tag) {
    return tag.takeError();
  }
  unsigned type = *tag & 7;
  if (*tag > UINT32_MAX || *tag < 8) {
    return wireError(begin, "field number " + Twine(*tag >> 3) +
                                " is not in 1..536870911; this is not an "
                                "ONNX model, or it is damaged");
  }
  uint64_t size = type == 1 ? 8 : 4, valueBegin = position;
  if (type == 0 || type == 2) {
    Expected<uint64_t> number = readVarint();
    if (!number) {
      return number.takeError();
    }
    size = type == 2 ? *number : position - valueBegin;
    valueBegin = type == 2 ? position : valueBegin;
  } else if (type != 1 && type != 5) {
    return wireError(begin, "wire type " + Twine(type) +
                                " is not used by ONNX; this is not an ONNX "
                                "model, or it is damaged");
  }
  if (size > end - valueBegin) {
    return wireError(begin, "field " + Twine(*tag >> 3) + " needs " +
                                Twine(size) + " bytes, its message has " +
                                Twine(end - valueBegin) +
                                " left; the file is cut off or damaged");
  }
  position = valueBegin + size;
  return WireField{static_cast<uint32_t>(*tag >> 3),
                   static_cast<WireType>(type), begin, valueBegin, position};
}

uint64_t WireReader::varint(ArrayRef<char> file, const WireField &field) {
  uint64_t value = 0;
  unsigned shift = 0;
  for (char byte : file.slice(field.valueBegin, field.size())) {
    value |= uint64_t(byte & 0x7f) << shift;
    shift += 7;
  }
  return value;
}

void WireWriter::append(uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    bytes.push_back(static_cast<char>(value | 0x80));
  }
  bytes.push_back(static_cast<char>(value));
}

void WireWriter::copy(ArrayRef<char> file, const WireField &field) {
  bytes.append(file.data() + field.begin, field.end - field.begin);
}

void WireWriter::varint(uint32_t number, uint64_t value) {
  append(number << 3);
  append(value);
}

size_t WireWriter::beginMessage(uint32_t number) {
  append(number << 3 | static_cast<uint32_t>(WireType::Bytes));
  bytes.append(kLengthBytes, '\0');
  return bytes.size();
}

void WireWriter::endMessage(size_t start) {
  size_t length = bytes.size() - start;
  for (size_t i = 0; i < kLengthBytes; ++i, length >>= 7) {
    bytes[start - kLengthBytes + i] =
        static_cast<char>((length & 0x7f) | (i + 1 < kLengthBytes ? 0x80 : 0));
  }
}
