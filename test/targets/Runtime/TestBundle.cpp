//===- TestBundle.cpp - a bundle without a compiler -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestBundle.h"

#include "tandem/targets/Bundle/BundleWriter.h"
#include "tandem/targets/Runtime/PartAbi.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tandem::bundle;
using namespace tandem::runtime;

namespace tandem::test {

static std::vector<float> makeWeights() {
  std::vector<float> weights(vocabulary);
  for (uint64_t v = 0; v < vocabulary; ++v) {
    weights[v] = 1.0f + static_cast<float>(v % 7) / 8.0f;
  }
  return weights;
}

std::vector<float> expectLogits(const std::vector<int32_t> &tokens) {
  uint64_t h = 0;
  for (uint64_t i = 0; i < tokens.size(); ++i) {
    h = (h + static_cast<uint64_t>(tokens[i] + 1) * (i + 1)) % 1000003;
  }
  std::vector<float> logits = makeWeights();
  for (uint64_t v = 0; v < vocabulary; ++v) {
    logits[v] = logits[v] * static_cast<float>(h * (v + 3) % 1009) / 1009.0f;
  }
  return logits;
}

static llvm::Error addWeights(BundleWriter &writer, PartDescription &part) {
  auto file = writer.startWeights();
  if (!file) {
    return file.takeError();
  }
  file->append(llvm::StringRef("some other tensor"));
  std::vector<float> weights = makeWeights();
  WeightRecord record;
  record.offset = file->alignTo(64);
  record.bytes = vocabulary * sizeof(float);
  record.layout = "rows";
  record.shape = {vocabulary};
  record.type = "f32";
  record.source = "scale";
  file->append(llvm::StringRef(reinterpret_cast<const char *>(weights.data()),
                               record.bytes));
  auto path = writer.addWeights(std::move(*file));
  if (!path) {
    return path.takeError();
  }
  record.file = *path;
  part.weights = {record};
  return llvm::Error::success();
}

static void spoil(PartDescription &part, const std::string &fault) {
  if (fault == "offset") {
    part.weights[0].offset = 4096;
  } else if (fault == "vocabulary") {
    part.vocabulary += 1;
  } else if (fault == "entries") {
    part.entries.pop_back();
  } else if (fault == "abi") {
    part.abiVersion += 1;
  } else if (fault == "file") {
    part.weights[0].file = "../weights.bin";
  }
}

static llvm::Error addPart(BundleWriter &writer, const PartRecord &record,
                           const std::string &code, const TestBundle &bundle) {
  PartDescription part;
  part.abiVersion = TANDEM_PART_ABI_VERSION;
  part.entries = record.phases;
  part.maxTokens = bundle.maxTokens;
  part.maxRows = bundle.maxRows;
  part.vocabulary = vocabulary;
  part.arena = {0, 64, 64};
  part.slotBytes = bundle.capacity * sizeof(int64_t);
  part.variants = {{"plain", "module-plain.so", {}},
                   {"v3", "module-v3.so", {"avx2", "fma"}},
                   {"never", "module-never.so", {"avx2", "imaginary"}}};
  for (const Variant &variant : part.variants) {
    std::string path = record.directory + "/" + variant.file;
    if (auto error = writer.addFile(path, code)) {
      return error;
    }
  }
  if (auto error = addWeights(writer, part)) {
    return error;
  }
  spoil(part, bundle.fault);
  return writer.addPart(record.id, part);
}

static llvm::Error addGolden(BundleWriter &writer, const std::string &fault) {
  if (fault == "no-golden") {
    return llvm::Error::success();
  }
  GoldenVectors golden;
  golden.source = "the formula of the test";
  golden.prompt = {5, 6, 7};
  golden.decode = {11, 12};
  golden.bound = 1e-5;
  std::vector<std::vector<float>> logits = {expectLogits({5, 6, 7}),
                                            expectLogits({5, 6, 7, 11}),
                                            expectLogits({5, 6, 7, 11, 12})};
  if (fault == "golden") {
    logits[2][3] += 0.01f;
  }
  return writer.addGolden(golden, logits);
}

static Manifest makeManifest(const TestBundle &bundle) {
  Manifest manifest;
  manifest.name = "fake";
  manifest.createdBy = {"write-test-bundle", "0", "0"};
  manifest.model = {"blake3:" + std::string(64, '0'),
                    "nobody",
                    18,
                    vocabulary,
                    std::nullopt,
                    1,
                    1,
                    1,
                    1};
  manifest.capacity = {bundle.capacity, "chosen by the test"};
  manifest.contract.blockTokens = bundle.capacity;
  manifest.contract.layers = {{"attention", 1, 1, 1, "f32", 0, "none"}};
  auto addPart = [&](const char *id, std::vector<std::string> phases) {
    manifest.parts.push_back({id,
                              std::move(phases),
                              id,
                              {1, 1},
                              0,
                              std::string("parts/") + id,
                              "self-checked"});
  };
  if (bundle.decodeCode.empty()) {
    addPart("cpu", {"prefill", "decode"});
  } else {
    addPart("first", {"prefill"});
    addPart("second", {"decode"});
    manifest.handoffs = {
        {"first", "second", {{"plain", "handoff/first-second.so", {}}}}};
  }
  for (const PartRecord &part : manifest.parts) {
    std::string map = "(layer, head, token, dim)[capacity] -> ";
    map += part.id == "second" ? "(capacity - token - 1)" : "(token)";
    manifest.contract.layouts.push_back(
        {part.id, map, map, "i64", bundle.capacity * sizeof(int64_t)});
  }
  return manifest;
}

/// The bytes of fake-handoff.c's object with `digest` in the place that it
/// leaves for one.
static std::string withContract(const std::string &path,
                                const std::string &digest) {
  auto file = llvm::cantFail(
      llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path)));
  std::string bytes = file->getBuffer().str();
  std::string place = "blake3:" + std::string(64, '0');
  assert(digest.size() == place.size());
  bytes.replace(bytes.find(place), place.size(), digest);
  return bytes;
}

llvm::Error writeTestBundle(const std::string &output, const std::string &code,
                            const TestBundle &bundle) {
  auto created = BundleWriter::create(output);
  if (!created) {
    return created.takeError();
  }
  BundleWriter &writer = **created;
  Manifest manifest = makeManifest(bundle);
  for (const PartRecord &record : manifest.parts) {
    bool isSecond = record.id == "second";
    if (auto error = addPart(writer, record,
                             isSecond ? bundle.decodeCode : code, bundle)) {
      return error;
    }
  }
  writer.complete(manifest);
  for (const HandoffRecord &handoff : manifest.handoffs) {
    std::string digest = bundle.handoffContract.empty()
                             ? manifest.contract.digest
                             : bundle.handoffContract;
    if (auto error =
            writer.addBytes(handoff.variants[0].file,
                            withContract(bundle.handoffCode, digest))) {
      return error;
    }
  }
  if (bundle.onHalf) {
    bundle.onHalf();
  }
  if (auto error = addGolden(writer, bundle.fault)) {
    return error;
  }
  if (auto error = writer.addBytes("assets/generation_config.json",
                                   "{\"eos_token_id\": [96, 95]}\n")) {
    return error;
  }
  for (const auto &[name, contents] : bundle.assets) {
    if (auto error = writer.addBytes("assets/" + name, contents)) {
      return error;
    }
  }
  return writer.finish(std::move(manifest), {{}, "none", {}});
}

} // namespace tandem::test
