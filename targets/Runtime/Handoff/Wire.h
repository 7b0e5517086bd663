//===- Wire.h - messages as bytes -------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Frames between the two processes of a hand-over: a header of 16 bytes and a
// payload of bounded size. Numbers are little-endian and unsigned; a text or
// list is its length and its elements. Whatever a peer sends is checked before
// it is believed: a Failure names the field.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_WIRE_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_WIRE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::runtime {

/// Version of the frames and of what they mean.
inline constexpr uint16_t wireVersion = 1;

/// Largest payload of a frame: the tokens of a long prompt.
inline constexpr uint32_t maximumPayloadBytes = 16u << 20;

/// What a frame carries.
enum class MessageKind : uint16_t {
  Hello = 1, ///< both ways, first
  Lend,      ///< to prefill: memory, its descriptor beside the frame
  Prefill,   ///< to prefill: a step
  Layer,     ///< to decode: a layer of a row is in its slot
  Done,      ///< to decode: the step is complete
  Alive,     ///< both ways: nothing new
  Failed,    ///< to decode: why the step has failed
  Leave      ///< both ways, last
};

/// Name of a kind for messages, or null.
const char *nameOf(MessageKind kind);

/// The bytes before a payload.
struct FrameHeader {
  uint32_t magic = 0;
  uint16_t version = 0;
  uint16_t kind = 0;
  uint32_t payloadBytes = 0;
  uint32_t checksum = 0; ///< of kind, size and payload
};
static_assert(sizeof(FrameHeader) == 16);

/// The header of a frame.
FrameHeader makeHeader(MessageKind kind, std::string_view payload);
/// Checks what can be checked before the payload is there.
void checkHeader(const FrameHeader &header);
/// Checks that the payload is that of the header.
void checkPayload(const FrameHeader &header, std::string_view payload);

/// Turns a message's fields into bytes.
class WireWriter {
public:
  void operator()(const char * /*field*/, const uint64_t &value);
  void operator()(const char * /*field*/, const std::string &value);
  void operator()(const char * /*field*/, const std::vector<int32_t> &values);

  std::string bytes;
};

/// Turns bytes into a message's fields; never reads behind their end.
class WireReader {
public:
  WireReader(MessageKind kind, std::string_view bytes)
      : kind(kind), rest(bytes) {}

  void operator()(const char *field, uint64_t &value);
  void operator()(const char *field, std::string &value);
  void operator()(const char *field, std::vector<int32_t> &values);
  /// Fails where bytes are left.
  void finish() const;

private:
  std::string_view take(const char *field, uint64_t bytes);

  MessageKind kind;
  std::string_view rest;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_WIRE_H
