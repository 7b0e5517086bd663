//===- Inspection.cpp - what is in a bundle -------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Inspection.h"

#include <map>
#include <sstream>

#include "tandem/targets/Runtime/CpuFeatures.h"
#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/PartLibrary.h"
#include "tandem/targets/Runtime/Quantities.h"

namespace tandem::runtime {

static std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

static void printModel(std::ostream &out, const Manifest &manifest) {
  const ModelFacts &model = manifest.model;
  out << "name      " << manifest.name << "\n"
      << "made by   " << manifest.createdBy.tool << " "
      << manifest.createdBy.version << ", LLVM " << manifest.createdBy.llvm
      << "\n"
      << "model     " << model.layers << " layers, " << model.queryHeads
      << " query and " << model.keyValueHeads << " key-value heads of "
      << model.headDim << ", vocabulary " << model.vocabulary << "\n"
      << "source    " << model.producer << ", opset " << model.opset << ", "
      << model.sourceDigest << "\n"
      << "capacity  " << manifest.capacity.tokens << " tokens ("
      << manifest.capacity.cause << ")\n";
}

static void printVariants(std::ostream &out, const PartDescription &part) {
  for (const Variant &variant : part.variants) {
    std::vector<std::string> missing = missingCpuFeatures(variant.features);
    out << "  " << variant.name << "  " << variant.file << " needs "
        << (variant.features.empty() ? "nothing" : join(variant.features))
        << (missing.empty() ? "; runs here"
                            : "; this CPU lacks " + join(missing))
        << "\n";
  }
}

static void printText(std::ostream &out, const TextCode &text) {
  for (const TextProgram &program : text.programs) {
    out << "  " << program.name << "  " << program.file << ", " << text.format
        << (program.portableFile ? " and " + *program.portableFile : "")
        << ", logits of " << program.logits << "\n";
  }
  out << "  '" << text.command << " run BUNDLE' runs it\n";
}

static void printLaunches(std::ostream &out, const LaunchCode &code) {
  out << "  kernels  " << code.file << ", " << code.format << " for "
      << code.device << "; "
      << (code.binary ? *code.binary
                      : "no machine code: " + code.whyNoBinary.value_or(""))
      << "\n  driver  " << code.leastDriver << " or later\n";
  for (const LaunchProgram &program : code.programs) {
    out << "  " << program.name << "  " << program.launches.size()
        << " launches for up to " << program.tokens << " tokens in "
        << program.rows << " rows, logits of " << program.selected
        << ", scratch " << formatBytes(program.arenaBytes) << "\n";
  }
}

static void printLayouts(std::ostream &out, const PartDescription &part) {
  std::map<std::string, std::pair<uint64_t, uint64_t>> byLayout;
  for (const WeightRecord &weight : part.weights) {
    auto &[count, bytes] = byLayout[weight.layout + " " + weight.type];
    count += 1;
    bytes += weight.bytes;
  }
  for (const auto &[layout, sizes] : byLayout) {
    out << "  weights  " << sizes.first << " tensors as " << layout << ", "
        << formatBytes(sizes.second) << "\n";
  }
}

static void printPart(std::ostream &out, const PartRecord &record,
                      const PartDescription &part) {
  out << "part      " << record.id << ": " << join(record.phases) << " on "
      << record.chip << ", mesh " << record.mesh[0] << "x" << record.mesh[1]
      << ", stage " << record.stage << ", " << record.checked << "\n"
      << "  step  up to " << part.maxTokens << " tokens in " << part.maxRows
      << " rows, scratch up to " << formatBytes(part.arenaBytes()) << "\n"
      << "  cache  " << formatBytes(part.slotBytes) << " a sequence\n";
  printVariants(out, part);
  if (part.text) {
    printText(out, *part.text);
  }
  if (part.launches) {
    printLaunches(out, *part.launches);
  }
  printLayouts(out, part);
}

std::string inspectAsText(const BundleFolder &bundle) {
  const Manifest &manifest = bundle.manifest();
  std::ostringstream out;
  printModel(out, manifest);
  uint64_t weightBytes = 0, allBytes = 0;
  for (const WeightFile &file : manifest.weights.files) {
    weightBytes += file.bytes;
  }
  for (const FileRecord &file : manifest.files) {
    allBytes += file.bytes;
  }
  out << "weights   " << manifest.weights.files.size() << " files, "
      << formatBytes(weightBytes) << ", " << manifest.weights.setDigest << "\n";
  if (manifest.weights.seeded) {
    uint64_t seededBytes = 0;
    for (const WeightFile &file : *manifest.weights.seeded) {
      seededBytes += file.bytes;
    }
    out << "          " << manifest.weights.seeded->size() << " described, "
        << formatBytes(seededBytes) << ": --random-weights SEED makes them\n";
  }
  out << "contract  " << manifest.contract.abi << ", "
      << manifest.contract.layers.size() << " layers, "
      << manifest.contract.digest << "\n";
  for (const PartRecord &record : manifest.parts) {
    printPart(out, record, readPart(bundle, record));
  }
  for (const HandoffRecord &handoff : manifest.handoffs) {
    out << "handoff   " << handoff.producer << " -> " << handoff.consumer
        << ", " << handoff.variants.size() << " variants\n";
  }
  out << "golden    "
      << (manifest.golden ? manifest.golden->file : std::string("none")) << "\n"
      << "files     " << manifest.files.size() << ", " << formatBytes(allBytes)
      << "\n";
  return out.str();
}

std::string inspectAsJson(const BundleFolder &bundle) {
  Json report = parseJson(writeManifest(bundle.manifest()), "manifest.json");
  for (Json &part : report["parts"]) {
    std::string name = part["directory"].get<std::string>() + "/part.json";
    part["description"] = parseJson(bundle.read(name, maximumPartBytes), name);
  }
  return writeJson(report);
}

} // namespace tandem::runtime
