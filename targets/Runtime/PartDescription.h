//===- PartDescription.h - part.json and golden.json ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a runtime must know to load a compiled part beside PartAbi.h, and the
// vectors that prove it right. Schema: docs/schema/part.schema.json.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_PARTDESCRIPTION_H
#define TANDEM_TARGETS_RUNTIME_PARTDESCRIPTION_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/LaunchCode.h"
#include "tandem/targets/Runtime/Manifest.h"
#include "tandem/targets/Runtime/SeededWeights.h"

namespace tandem::runtime {

/// Largest part.json that is read: a table of 100,000 weights takes 30 MiB.
inline constexpr uint64_t maximumPartBytes = 64u << 20;

/// Scratch memory of a step: fixed + per token * tokens + per row * rows.
struct ArenaSize {
  uint64_t fixedBytes = 0;
  uint64_t bytesPerToken = 0;
  uint64_t bytesPerRow = 0;
};

/// One entry of the weight table.
struct WeightRecord {
  std::string file;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  std::string layout;
  std::vector<uint64_t> shape;
  std::string type;
  std::string source;
  /// How to make it, where its file is not there; together all its places.
  std::optional<std::vector<SeededField>> seeded = std::nullopt;
};

/// One program in text, for one number of tokens.
struct TextProgram {
  std::string name;
  std::string phase;
  std::string file;
  std::optional<std::string> portableFile;
  uint64_t rows = 0;
  uint64_t tokens = 0;
  std::string logits;
  uint64_t largestStart = 0;
};

/// One tensor of a cache slot, an argument whose place a result takes.
struct TextCache {
  std::string name;
  std::string type;
  std::vector<uint64_t> shape;
  uint64_t argument = 0;
  uint64_t result = 0;
};

/// Programs that another compiler reads, and how they are called.
struct TextCode {
  std::string format;
  std::string command;
  std::optional<std::string> device;
  std::vector<std::string> arguments;
  std::vector<std::string> results;
  std::vector<TextCache> cache;
  std::vector<TextProgram> programs;
};

/// part.json.
struct PartDescription {
  std::string schema = "tandem-part/1.0";
  uint64_t abiVersion = 0;
  std::vector<std::string> entries;
  uint64_t maxTokens = 0;
  uint64_t maxRows = 0;
  uint64_t vocabulary = 0;
  ArenaSize arena;
  uint64_t slotBytes = 0;
  std::vector<Variant> variants; ///< empty where there is text or launches
  std::optional<TextCode> text;
  std::optional<LaunchCode> launches;
  std::vector<WeightRecord> weights;

  /// Bytes of scratch for a step of the largest size.
  uint64_t arenaBytes() const;
};

/// golden.json: logits that the compiler's evaluator computed.
struct GoldenVectors {
  std::string schema = "tandem-golden/1.0";
  std::string source;
  std::vector<int32_t> prompt;
  std::vector<int32_t> decode;
  std::vector<std::string> logits;
  double bound = 0;
};

/// The canonical text of the fields of seeded weights.
std::string writeSeeded(std::vector<std::vector<SeededField>> fields);

/// Parses and checks a part.json; `name` is how errors call it.
PartDescription parsePart(std::string_view text, const std::string &name);

/// The canonical text of a part.json.
std::string writePart(const PartDescription &part);

/// The published JSON schema of part.json.
std::string partJsonSchema();

/// Parses and checks a golden.json; `name` is how errors call it.
GoldenVectors parseGolden(std::string_view text, const std::string &name);

/// The canonical text of a golden.json.
std::string writeGolden(const GoldenVectors &golden);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_PARTDESCRIPTION_H
