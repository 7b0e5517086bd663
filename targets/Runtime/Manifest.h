//===- Manifest.h - what a bundle says about itself -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The records of manifest.json, shared by the writer and the reader; their JSON
// schema is published as docs/schema/manifest.schema.json and docs/bundle.md
// explains them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_MANIFEST_H
#define TANDEM_TARGETS_RUNTIME_MANIFEST_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::runtime {

/// Schema of the manifests that this version writes; a reader accepts any
/// minor number of the same major.
inline constexpr const char *manifestSchema = "tandem-bundle/1.0";

/// Largest manifest.json that is read.
inline constexpr uint64_t maximumManifestBytes = 16u << 20;

/// One file of the bundle.
struct FileRecord {
  std::string path;
  uint64_t bytes = 0;
  std::string blake3;
  std::string sha256;
};

/// The compiler that wrote the bundle.
struct CreatedBy {
  std::string tool = "tandem";
  std::string version;
  std::string llvm;
};

/// Code for one set of CPU features.
struct Variant {
  std::string name;
  std::string file;
  std::vector<std::string> features;
};

/// Facts of the source model.
struct ModelFacts {
  std::string sourceDigest;
  std::string producer;
  uint64_t opset = 0;
  uint64_t vocabulary = 0;
  std::optional<uint64_t> tokenIds; ///< absent: as many as the vocabulary
  std::optional<uint64_t> hidden;
  uint64_t layers = 0;
  uint64_t queryHeads = 0;
  uint64_t keyValueHeads = 0;
  uint64_t headDim = 0;

  /// Ids of tokens that the model takes are below this number.
  uint64_t idBound() const { return tokenIds.value_or(vocabulary); }
};

/// How many tokens a cache slot holds, and what decided it.
struct Capacity {
  uint64_t tokens = 0;
  std::string cause;
};

/// A file of packed weights.
struct WeightFile {
  std::string path;
  uint64_t bytes = 0;
};

/// All packed weights of the bundle.
struct WeightSet {
  std::string setDigest;
  std::vector<WeightFile> files;
  /// Files that are described in part.json but not there: see SeededWeights.h.
  std::optional<std::vector<WeightFile>> seeded = std::nullopt;
};

/// The cache of one layer.
struct CacheLayer {
  std::string kind = "attention";
  uint64_t heads = 0;
  uint64_t keyDim = 0;
  uint64_t valueDim = 0;
  std::string type;
  uint64_t window = 0;
  std::string rotary;
};

/// The physical cache layout of one part.
struct CacheLayout {
  std::string part;
  std::string
      keys; ///< affine map: (layer, head, token, dim)[capacity] -> (...)
  std::string values;
  std::string type; ///< of an element
  uint64_t slotBytes = 0;
};

/// What producer and consumer of a cache agree on.
struct CacheContract {
  std::string abi = "kv/1";
  std::vector<std::string> axes = {"slot", "head", "token", "dim"};
  uint64_t capacity = 0;
  uint64_t blockTokens = 0;
  std::vector<CacheLayer> layers;
  std::vector<CacheLayout> layouts;
  std::string weights;
  std::vector<std::string> assumptions;
  std::string digest;
};

/// A compiled part: one chip's program for some phases.
struct PartRecord {
  std::string id;
  std::vector<std::string> phases;
  std::string chip;
  std::vector<uint64_t> mesh = {1, 1};
  uint64_t stage = 0;
  std::string directory;
  std::string checked;
};

/// The conversion of caches from one part's slots to another's.
struct HandoffRecord {
  std::string producer;
  std::string consumer;
  std::vector<Variant> variants;
};

/// Where the golden vectors are.
struct GoldenRecord {
  std::string file;
};

/// manifest.json.
struct Manifest {
  std::string schema = manifestSchema;
  std::string name;
  CreatedBy createdBy;
  ModelFacts model;
  Capacity capacity;
  WeightSet weights;
  CacheContract contract;
  std::vector<PartRecord> parts;
  std::vector<HandoffRecord> handoffs;
  std::optional<GoldenRecord> golden;
  std::vector<FileRecord> files;

  /// The record of the file at `path`, or null.
  const FileRecord *findFile(std::string_view path) const;
  /// The seeded weight file at `path`, or null.
  const WeightFile *findSeeded(std::string_view path) const;
};

/// Parses and checks the text of a manifest: shape, paths, order, references
/// between its sections. Digests of contract and weight set are not compared.
Manifest parseManifest(std::string_view text);

/// The canonical text of a manifest.
std::string writeManifest(const Manifest &manifest);

/// The published JSON schema of manifest.json.
std::string manifestJsonSchema();

/// Digest of the contract: BLAKE3 of its canonical text without the digest.
std::string contractDigest(const CacheContract &contract);

/// Digest of the weight set: BLAKE3 of the sorted lines `blake3  path` of its
/// files, whose records are in `files`, and `seeded  path` of those that are
/// not there.
std::string weightSetDigest(const Manifest &manifest);

/// The text that SHA256SUMS must have: a line for each file and one for
/// manifest.json, sorted by path.
std::string sha256Sums(const Manifest &manifest, std::string_view manifestText);

/// Why `path` may not name a file of a bundle, or empty if it may.
std::string whyNotBundlePath(std::string_view path);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_MANIFEST_H
