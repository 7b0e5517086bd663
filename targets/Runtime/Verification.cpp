//===- Verification.cpp - is this bundle what it claims -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Verification.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tandem/targets/Runtime/CpuFeatures.h"
#include "tandem/targets/Runtime/DeviceLibrary.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Generation.h"
#include "tandem/targets/Runtime/HandoffAbi.h"
#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/Quantities.h"
#include "tandem/targets/Runtime/SharedObject.h"

namespace tandem::runtime {

static CheckResult checkContents(BundleFolder &bundle, unsigned threads) {
  ThreadPool pool(threads ? threads : allowedCpuCount());
  bundle.checkFiles(pool, /*readsAll=*/true);
  bundle.checkSha256(pool);
  uint64_t bytes = 0;
  for (const FileRecord &file : bundle.manifest().files) {
    bytes += file.bytes;
  }
  return {"files", false,
          std::to_string(bundle.manifest().files.size()) + " files, " +
              formatBytes(bytes) +
              ": names, sizes, BLAKE3 and SHA-256 digests are those of "
              "manifest.json and SHA256SUMS"};
}

static CheckResult describeContract(const Manifest &manifest) {
  return {"contract", false,
          "cache contract " + manifest.contract.digest.substr(0, 19) +
              "... is intact and for weight set " +
              manifest.weights.setDigest.substr(0, 19) + "..."};
}

static CheckResult checkCode(const BundleFolder &bundle,
                             const PartRecord &record,
                             const PartDescription &part) {
  if (part.text) {
    return {"code of part '" + record.id + "'", true,
            std::to_string(part.text->programs.size()) + " programs in " +
                part.text->format + " text, which another compiler reads"};
  }
  if (part.launches) {
    checkLaunches(bundle, record, *part.launches);
    return {"code of part '" + record.id + "'", false,
            std::to_string(part.launches->programs.size()) + " programs of " +
                part.launches->format + " kernels for " +
                part.launches->device +
                ": launches, buffers and kernels fit together"};
  }
  for (const Variant &variant : part.variants) {
    std::string name = record.directory + "/" + variant.file;
    std::string code = bundle.read(name, uint64_t(1) << 30);
    if (std::string why = whyNotPart(code); !why.empty()) {
      throw Failure(ExitCode::VerificationFailed, "'" + name + "' " + why);
    }
  }
  return {
      "code of part '" + record.id + "'", false,
      std::to_string(part.variants.size()) +
          " variants: no undefined symbol, exports tandem_part_query alone, "
          "nothing runs on load"};
}

/// max |a-b| / (1+|b|), infinite where a value is not a number.
static CheckResult checkConversion(const BundleFolder &bundle,
                                   const HandoffRecord &record) {
  for (const Variant &variant : record.variants) {
    std::string code = bundle.read(variant.file, uint64_t(1) << 30);
    if (std::string why = whyNotModule(code, TANDEM_HANDOFF_QUERY);
        !why.empty()) {
      throw Failure(ExitCode::VerificationFailed,
                    "'" + variant.file + "' " + why);
    }
  }
  return {"conversion from '" + record.producer + "' to '" + record.consumer +
              "'",
          false,
          std::to_string(record.variants.size()) +
              " variants: no undefined symbol, exports " TANDEM_HANDOFF_QUERY
              " alone, nothing runs on load"};
}

static double scaledDifference(std::span<const float> got,
                               const std::string &wanted) {
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    float b;
    std::memcpy(&b, wanted.data() + i * sizeof(float), sizeof(float));
    double difference = std::fabs(double(got[i]) - b) / (1 + std::fabs(b));
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst;
}

static double runGolden(const BundleFolder &bundle, Engine &engine,
                        const GoldenVectors &golden) {
  Sequence sequence(engine);
  std::span<const int32_t> next = golden.prompt;
  double worst = 0;
  for (size_t i = 0; i < golden.logits.size(); ++i) {
    auto logits = feedPrompt(engine, sequence, next, LogitsOf::LastToken,
                             nullptr, nullptr);
    uint64_t bytes = engine.vocabulary() * sizeof(float);
    std::string wanted = bundle.read(golden.logits[i], bytes);
    if (wanted.size() != bytes) {
      throw Failure(ExitCode::InputRejected, "'" + golden.logits[i] + "' has " +
                                                 std::to_string(wanted.size()) +
                                                 " bytes, expected " +
                                                 std::to_string(bytes));
    }
    worst = std::max(
        worst, scaledDifference(logits.last(engine.vocabulary()), wanted));
    next = std::span(golden.decode).subspan(std::min(i, golden.decode.size()));
    next = next.first(std::min<size_t>(next.size(), 1));
  }
  return worst;
}

static CheckResult checkGolden(BundleFolder &bundle, const Variant &variant,
                               const GoldenVectors &golden,
                               LoadOptions options) {
  options.cpu = variant.name;
  Engine engine(bundle, options);
  double worst = runGolden(bundle, engine, golden);
  std::string numbers = "largest |a-b|/(1+|b|) " + formatScientific(worst) +
                        ", bound " + formatScientific(golden.bound);
  if (!(worst <= golden.bound)) {
    throw Failure(ExitCode::VerificationFailed,
                  "golden vectors, variant '" + variant.name + "': " + numbers);
  }
  bool isCpu = engine.deviceSeconds() == 0;
  return {"golden vectors, " + engine.variantName(), false,
          std::string("executed on ") + (isCpu ? "this CPU: " : "the chip: ") +
              std::to_string(golden.prompt.size()) + " prompt tokens and " +
              std::to_string(golden.decode.size()) + " decode steps against " +
              golden.source + ": " + numbers};
}

/// Logits of a prompt of two tokens and two steps of decode, as far as they
/// fit.
static std::vector<float> runMade(BundleFolder &bundle,
                                  const LoadOptions &options,
                                  std::string &variant) {
  Engine engine(bundle, options);
  variant = engine.variantName();
  Sequence sequence(engine);
  std::vector<int32_t> tokens;
  for (uint64_t i = 0; i < std::min<uint64_t>(4, engine.capacity()); ++i) {
    tokens.push_back(
        static_cast<int32_t>(i * 7919 % bundle.manifest().model.idBound()));
  }
  std::vector<float> seen;
  for (size_t done = 0; done < tokens.size();) {
    size_t count = done == 0 ? (tokens.size() + 1) / 2 : 1;
    auto logits =
        feedPrompt(engine, sequence, std::span(tokens).subspan(done, count),
                   LogitsOf::LastToken, nullptr, nullptr)
            .last(engine.vocabulary());
    seen.insert(seen.end(), logits.begin(), logits.end());
    done += count;
  }
  return seen;
}

/// With weights that are made there is nothing to compare with: logits are
/// numbers, not all the same, and equal on one thread and on all.
static CheckResult checkMade(BundleFolder &bundle, const Variant &variant,
                             LoadOptions options) {
  options.cpu = variant.name;
  std::string name;
  std::vector<float> logits = runMade(bundle, options, name);
  options.threads = 1;
  bool areEqual = runMade(bundle, options, name) == logits;
  bool areNumbers = std::all_of(logits.begin(), logits.end(), [](float logit) {
    return std::isfinite(logit);
  });
  auto [least, largest] = std::minmax_element(logits.begin(), logits.end());
  if (!areNumbers || !areEqual || *least == *largest) {
    throw Failure(ExitCode::VerificationFailed,
                  "made weights, variant '" + name + "': logits " +
                      (!areNumbers ? "are not all finite"
                       : !areEqual ? "differ on one thread"
                                   : "are all the same"));
  }
  return {"made weights, " + name, false,
          std::string("executed with weights of seed ") +
              std::to_string(*options.randomWeights) + ": " +
              std::to_string(logits.size()) +
              " logits are finite, and the same on one thread and on all"};
}

static void checkExecution(BundleFolder &bundle, const PartDescription &part,
                           const LoadOptions &options,
                           std::vector<CheckResult> &results) {
  bool isMade = bundle.manifest().weights.seeded.has_value();
  if (isMade ? !options.randomWeights : !bundle.manifest().golden) {
    results.push_back({"golden vectors", true,
                       isMade ? "the bundle describes its weights but does not "
                                "have them; '--random-weights SEED' makes some "
                                "and runs it"
                              : "the bundle has none"});
    return;
  }
  if (part.text) {
    results.push_back({"golden vectors", true,
                       "this runtime executes no text; '" + part.text->command +
                           " verify BUNDLE' does"});
    return;
  }
  std::optional<GoldenVectors> golden;
  if (!isMade) {
    const std::string &path = bundle.manifest().golden->file;
    golden = parseGolden(bundle.read(path, maximumManifestBytes), path);
    checkRequest(bundle.manifest(), golden->prompt, golden->logits.size());
  }
  auto check = [&](const Variant &variant) {
    results.push_back(golden ? checkGolden(bundle, variant, *golden, options)
                             : checkMade(bundle, variant, options));
  };
  if (part.launches && !isEmulation(options.cpu)) {
    try {
      check({}); // by a driver
    } catch (const Failure &failure) {
      if (failure.code != ExitCode::Environment) {
        throw;
      }
      results.push_back({"golden vectors", true, failure.what()});
    }
    return;
  }
  if (part.launches) {
    for (const char *mode : {emulateVariant, emulateLateVariant}) {
      check({mode, "", {}});
    }
    return;
  }
  if (!options.cpu.empty()) {
    check(chooseVariant(part.variants, options.cpu));
    return;
  }
  chooseVariant(part.variants, ""); // at least one must run here
  for (const Variant &variant : part.variants) {
    std::vector<std::string> missing = missingCpuFeatures(variant.features);
    if (missing.empty()) {
      check(variant);
    } else {
      results.push_back({"golden vectors, " + variant.name, true,
                         "this CPU lacks " + missing.front() +
                             (missing.size() > 1 ? " and more" : "")});
    }
  }
}

std::vector<CheckResult> verifyBundle(BundleFolder &bundle,
                                      const LoadOptions &options) {
  checkSeed(bundle.manifest(), options);
  std::vector<CheckResult> results;
  results.push_back(checkContents(bundle, options.threads));
  results.push_back(describeContract(bundle.manifest()));
  for (const PartRecord &record : bundle.manifest().parts) {
    PartDescription part = readPart(bundle, record);
    results.push_back(checkCode(bundle, record, part));
  }
  for (const HandoffRecord &record : bundle.manifest().handoffs) {
    results.push_back(checkConversion(bundle, record));
  }
  PhaseParts parts = findPhaseParts(bundle.manifest());
  PartDescription prefill = readPart(bundle, parts.prefill);
  checkExecution(bundle,
                 prefill.text || prefill.launches
                     ? prefill
                     : readPart(bundle, parts.decode),
                 options, results);
  return results;
}

static const char *resultName(const CheckResult &result) {
  return result.wasSkipped ? "skipped" : "passed";
}

std::string checksAsText(const std::vector<CheckResult> &results) {
  std::string text;
  for (const CheckResult &result : results) {
    text += std::string(resultName(result)) + "  " + result.name + ": " +
            result.detail + "\n";
  }
  return text;
}

std::string checksAsJson(const std::vector<CheckResult> &results) {
  Json checks = Json::array();
  for (const CheckResult &result : results) {
    checks.push_back({{"name", result.name},
                      {"result", resultName(result)},
                      {"detail", result.detail}});
  }
  return writeJson({{"checks", checks}});
}

} // namespace tandem::runtime
