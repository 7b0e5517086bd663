//===- write-test-bundle.cpp - a bundle without a compiler ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   write-test-bundle OUTPUT PART.so [key=value]...
//
// writes a bundle around a shared object that behaves as Inputs/fake-part.c.
// Keys: capacity, max-tokens, max-rows; golden=wrong|none; pause=1 stops with
// half a bundle written until a signal comes.
//
//===----------------------------------------------------------------------===//

#include <cstring>
#include <map>
#include <unistd.h>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include "tandem/targets/Bundle/BundleWriter.h"

using namespace tandem::bundle;
using namespace tandem::runtime;

static constexpr uint64_t vocabulary = 97;
static std::map<std::string, std::string> settings = {
    {"capacity", "64"}, {"max-tokens", "8"}, {"max-rows", "4"}};

static uint64_t getNumber(const std::string &key) {
  return std::stoull(settings.at(key));
}

static std::vector<float> makeWeights() {
  std::vector<float> weights(vocabulary);
  for (uint64_t v = 0; v < vocabulary; ++v) {
    weights[v] = 1.0f + static_cast<float>(v % 7) / 8.0f;
  }
  return weights;
}

static std::vector<float> expectLogits(const std::vector<int32_t> &tokens) {
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
  WeightRecord record = {"",     file->alignTo(64), vocabulary * sizeof(float),
                         "rows", {vocabulary},      "f32",
                         "scale"};
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

static llvm::Error addPart(BundleWriter &writer, const char *code) {
  PartDescription part;
  part.abiVersion = 1;
  part.entries = {"prefill", "decode"};
  part.maxTokens = getNumber("max-tokens");
  part.maxRows = getNumber("max-rows");
  part.vocabulary = vocabulary;
  part.arena = {0, 64, 64};
  part.slotBytes = getNumber("capacity") * sizeof(int64_t);
  part.variants = {{"plain", "module-plain.so", {}},
                   {"v3", "module-v3.so", {"avx2", "fma"}},
                   {"never", "module-never.so", {"avx2", "imaginary"}}};
  for (const Variant &variant : part.variants) {
    if (auto error = writer.addFile("parts/cpu/" + variant.file, code)) {
      return error;
    }
  }
  if (auto error = addWeights(writer, part)) {
    return error;
  }
  return writer.addPart("cpu", part);
}

static llvm::Error addGolden(BundleWriter &writer) {
  if (settings["golden"] == "none") {
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
  if (settings["golden"] == "wrong") {
    logits[2][3] += 0.01f;
  }
  return writer.addGolden(golden, logits);
}

static Manifest makeManifest() {
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
  manifest.capacity = {getNumber("capacity"), "chosen by the test"};
  manifest.contract.blockTokens = getNumber("capacity");
  manifest.contract.layers = {{"attention", 1, 1, 1, "f32", 0, "none"}};
  manifest.contract.layouts = {{"cpu", "(token) -> (token)"}};
  manifest.parts = {{"cpu",
                     {"prefill", "decode"},
                     "cpu",
                     {1, 1},
                     0,
                     "parts/cpu",
                     "self-checked"}};
  return manifest;
}

static llvm::Error writeBundle(const char *output, const char *code) {
  auto created = BundleWriter::create(output);
  if (!created) {
    return created.takeError();
  }
  BundleWriter &writer = **created;
  if (auto error = addPart(writer, code)) {
    return error;
  }
  if (settings["pause"] == "1") {
    llvm::outs() << "paused\n";
    llvm::outs().flush();
    pause();
  }
  if (auto error = addGolden(writer)) {
    return error;
  }
  if (auto error = writer.addBytes("assets/generation_config.json",
                                   "{\"eos_token_id\": [96, 95]}\n")) {
    return error;
  }
  return writer.finish(makeManifest(), {{}, "none", {}});
}

int main(int argc, char **argv) {
  for (int i = 3; i < argc; ++i) {
    auto [key, value] = llvm::StringRef(argv[i]).split('=');
    settings[key.str()] = value.str();
  }
  int status = 0;
  llvm::handleAllErrors(writeBundle(argv[1], argv[2]),
                        [&](const BundleError &error) {
                          llvm::errs() << "error: " << error.message() << "\n";
                          status = static_cast<int>(error.exitCode());
                        });
  return status;
}
