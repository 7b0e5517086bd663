//===- Wire.cpp - messages as bytes ---------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/Wire.h"

#include <bit>
#include <cstring>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie");

static constexpr uint32_t magic = 0x484e4454; // "TDNH"

[[noreturn]] static void refuse(const std::string &what) {
  throw Failure(ExitCode::RuntimeFailure, "the peer sent " + what);
}

const char *nameOf(MessageKind kind) {
  static const char *const names[] = {nullptr,   "hello",  "lend",
                                      "prefill", "layer",  "done",
                                      "alive",   "failed", "leave"};
  auto index = static_cast<size_t>(kind);
  return index < std::size(names) ? names[index] : nullptr;
}

/// FNV-1a in 32 bits.
static uint32_t hash(uint32_t start, const void *data, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) {
    start = (start ^ static_cast<const unsigned char *>(data)[i]) * 16777619u;
  }
  return start;
}

static uint32_t checksumOf(const FrameHeader &header,
                           std::string_view payload) {
  uint32_t sum = hash(2166136261u, &header.kind, sizeof(header.kind));
  sum = hash(sum, &header.payloadBytes, sizeof(header.payloadBytes));
  return hash(sum, payload.data(), payload.size());
}

FrameHeader makeHeader(MessageKind kind, std::string_view payload) {
  FrameHeader header;
  header.magic = magic;
  header.version = wireVersion;
  header.kind = static_cast<uint16_t>(kind);
  header.payloadBytes = static_cast<uint32_t>(payload.size());
  header.checksum = checksumOf(header, payload);
  return header;
}

void checkHeader(const FrameHeader &header) {
  if (header.magic != magic) {
    refuse("what is no frame of a hand-over");
  }
  if (header.version != wireVersion) {
    refuse("protocol version " + std::to_string(header.version) +
           ", expected " + std::to_string(wireVersion) +
           "; run both processes with one version of Tandem");
  }
  if (!nameOf(static_cast<MessageKind>(header.kind))) {
    refuse("a frame of the unknown kind " + std::to_string(header.kind));
  }
  if (header.payloadBytes > maximumPayloadBytes) {
    refuse("a frame of " + std::to_string(header.payloadBytes) +
           " bytes, expected at most " + std::to_string(maximumPayloadBytes));
  }
}

void checkPayload(const FrameHeader &header, std::string_view payload) {
  if (header.checksum != checksumOf(header, payload)) {
    refuse(std::string("a damaged '") +
           nameOf(static_cast<MessageKind>(header.kind)) +
           "' frame: its checksum differs");
  }
}

void WireWriter::operator()(const char *, const uint64_t &value) {
  bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

void WireWriter::operator()(const char *field, const std::string &value) {
  (*this)(field, uint64_t(value.size()));
  bytes += value;
}

void WireWriter::operator()(const char *field,
                            const std::vector<int32_t> &values) {
  (*this)(field, uint64_t(values.size()));
  bytes.append(reinterpret_cast<const char *>(values.data()),
               values.size() * sizeof(int32_t));
}

std::string_view WireReader::take(const char *field, uint64_t bytes) {
  if (bytes > rest.size()) {
    refuse(std::string("a '") + nameOf(kind) + "' frame that ends in '" +
           field + "'");
  }
  std::string_view taken = rest.substr(0, bytes);
  rest.remove_prefix(bytes);
  return taken;
}

void WireReader::operator()(const char *field, uint64_t &value) {
  std::memcpy(&value, take(field, sizeof(value)).data(), sizeof(value));
}

void WireReader::operator()(const char *field, std::string &value) {
  uint64_t size = 0;
  (*this)(field, size);
  value = take(field, size);
}

void WireReader::operator()(const char *field, std::vector<int32_t> &values) {
  uint64_t size = 0;
  (*this)(field, size);
  if (size > maximumPayloadBytes / sizeof(int32_t)) {
    size = maximumPayloadBytes; // more than there can be: ends below
  }
  std::string_view bytes = take(field, size * sizeof(int32_t));
  values.resize(size);
  std::memcpy(values.data(), bytes.data(), bytes.size());
}

void WireReader::finish() const {
  if (!rest.empty()) {
    refuse(std::string("a '") + nameOf(kind) + "' frame with " +
           std::to_string(rest.size()) + " bytes too many");
  }
}

} // namespace tandem::runtime
