//===- ManifestRecords.h - JSON keys of manifest.json -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One line for each key, in the order of docs/bundle.md; see Records.h.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_MANIFESTRECORDS_H
#define TANDEM_TARGETS_RUNTIME_MANIFESTRECORDS_H

#include "tandem/targets/Runtime/Manifest.h"
#include "tandem/targets/Runtime/Records.h"

namespace tandem::runtime {

template <class Visitor> void describe(Visitor &visit, FileRecord &record) {
  visit("path", record.path, "relative to the bundle, '/' between components");
  visit("bytes", record.bytes, "size of the file");
  visit("blake3", record.blake3, "64 hexadecimal digits");
  visit("sha256", record.sha256, "64 hexadecimal digits, as in SHA256SUMS");
}

template <class Visitor> void describe(Visitor &visit, CreatedBy &record) {
  visit("tool", record.tool, "program that wrote the bundle");
  visit("version", record.version, "version of that program");
  visit("llvm", record.llvm, "version of LLVM that made the code");
}

template <class Visitor> void describe(Visitor &visit, ModelFacts &record) {
  visit("source_digest", record.sourceDigest,
        "digest of the model file, 'blake3:' or 'sha256:' and hex digits");
  visit("producer", record.producer, "exporter that the model file names");
  visit("opset", record.opset, "version of ai.onnx that the model imports");
  visit("vocabulary", record.vocabulary, "width of the logits");
  visit("token_ids", record.tokenIds,
        "rows of the table that ids look up, where not the vocabulary");
  visit("hidden", record.hidden, "width of the residual stream");
  visit("layers", record.layers, "layers with a cache");
  visit("query_heads", record.queryHeads, "query heads of a layer");
  visit("kv_heads", record.keyValueHeads, "key and value heads of a layer");
  visit("head_dim", record.headDim, "width of a key head");
}

template <class Visitor> void describe(Visitor &visit, Capacity &record) {
  visit("tokens", record.tokens, "tokens that a cache slot holds");
  visit("cause", record.cause, "what decided the capacity, in words");
}

template <class Visitor> void describe(Visitor &visit, WeightFile &record) {
  visit("path", record.path, "weights/<blake3>.bin");
  visit("bytes", record.bytes, "size of the file");
}

template <class Visitor> void describe(Visitor &visit, WeightSet &record) {
  visit("set_digest", record.setDigest,
        "'blake3:' and the digest of the sorted lines '<blake3>  <path>'");
  visit("files", record.files, "all weight files");
  visit("seeded", record.seeded,
        "of a bundle compiled with --no-weights: files that are not there, "
        "whose tensors part.json describes; paths "
        "weights/<blake3 of the description>.seeded");
}

template <class Visitor> void describe(Visitor &visit, CacheLayer &record) {
  visit("kind", record.kind, "attention");
  visit("heads", record.heads, "key and value heads");
  visit("key_dim", record.keyDim, "width of a key head");
  visit("value_dim", record.valueDim, "width of a value head");
  visit("type", record.type, "element type: f32, f16, bf16");
  visit("window", record.window, "tokens a query sees; 0: all before it");
  visit("rotary", record.rotary, "'applied' to the stored keys, or 'none'");
}

template <class Visitor> void describe(Visitor &visit, CacheLayout &record) {
  visit("part", record.part, "id of a part");
  visit(
      "keys", record.keys,
      "affine map of the keys: (layer, head, token, dim)[capacity] -> (offset "
      "in elements from the slot's start)");
  visit("values", record.values, "the same of the values");
  visit("type", record.type, "element type: f32, f16, bf16");
  visit("slot_bytes", record.slotBytes, "a slot of the full capacity");
}

template <class Visitor> void describe(Visitor &visit, CacheContract &record) {
  visit("abi", record.abi, "version of the contract's own form");
  visit("axes", record.axes, "logical axes of the cache of a layer");
  visit("capacity", record.capacity, "tokens that a slot holds");
  visit("block_tokens", record.blockTokens,
        "tokens of a block; equal to the capacity: contiguous");
  visit("layers", record.layers, "the cache of each layer");
  visit("layouts", record.layouts, "physical layout in each part");
  visit("weights", record.weights, "set_digest of the weights");
  visit("assumptions", record.assumptions,
        "what the compiler assumed about the model, in words");
  visit("digest", record.digest,
        "'blake3:' and the digest of the canonical text of this object without "
        "this key");
}

template <class Visitor> void describe(Visitor &visit, PartRecord &record) {
  visit("id", record.id, "name of the part");
  visit("phases", record.phases, "what it runs: prefill, decode");
  visit("chip", record.chip, "chip of the fleet");
  visit("mesh", record.mesh, "chips of the part, two axes");
  visit("stage", record.stage, "stage of the pipeline, from 0");
  visit("directory", record.directory, "folder of its part.json");
  visit("checked", record.checked,
        "how strongly the code was checked: executed-on-hardware, "
        "executed-by-independent-runtime, compiled-by-vendor-compiler, "
        "parsed-by-independent-consumer, self-checked");
}

template <class Visitor> void describe(Visitor &visit, Variant &record) {
  visit("name", record.name, "what TANDEM_CPU calls it");
  visit("file", record.file,
        "shared object: of a part in its folder, else a path in the bundle");
  visit("features", record.features, "abilities that the CPU must have");
}

template <class Visitor> void describe(Visitor &visit, HandoffRecord &record) {
  visit("producer", record.producer, "id of the part whose slots are read");
  visit("consumer", record.consumer, "id of the part whose slots are written");
  visit("variants", record.variants,
        "the conversion's code for sets of features, best last");
}

template <class Visitor> void describe(Visitor &visit, GoldenRecord &record) {
  visit("file", record.file, "path of golden.json");
}

template <class Visitor> void describe(Visitor &visit, Manifest &record) {
  visit("schema", record.schema, "tandem-bundle/<major>.<minor>");
  visit("name", record.name, "name of the model, for people");
  visit("created_by", record.createdBy, "the compiler");
  visit("model", record.model, "facts of the source model");
  visit("capacity", record.capacity, "length of the cache");
  visit("weights", record.weights, "packed weights");
  visit("contract", record.contract, "the contract of the cache");
  visit("parts", record.parts, "compiled parts");
  visit("handoffs", record.handoffs,
        "conversions of caches between parts that differ in layout or type");
  visit("golden", record.golden, "golden vectors");
  visit("files", record.files,
        "every file but manifest.json and SHA256SUMS, sorted by path");
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_MANIFESTRECORDS_H
