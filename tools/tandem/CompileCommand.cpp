//===- CompileCommand.cpp - tandem compile -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include <set>
#include <thread>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include "CompiledPart.h"
#include "Diagnostics.h"
#include "Frontend.h"
#include "Golden.h"
#include "Handoffs.h"
#include "ListValues.h"
#include "ModelFacts.h"
#include "PhasePlacement.h"
#include "Plan.h"
#include "TextSupport.h"

using namespace mlir;

namespace tandem {
namespace {

std::string digestOf(llvm::ArrayRef<char> bytes) {
  llvm::BLAKE3 hasher;
  hasher.update(llvm::ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  return "blake3:" + llvm::toHex(hasher.final(), /*LowerCase=*/true);
}

/// The target that compiles a part; the fleet was checked.
const Target &targetOf(deploy::PartOp part) {
  return *lookupTarget(part.getChip().getTarget());
}

/// Compiles one model for one fleet.
class Compilation {
public:
  Compilation(const CompileRequest &request)
      : request(request), frontend(request) {}

  ExitCode run();

private:
  ExitCode readFleet();
  ExitCode checkForm();
  ExitCode runStages();
  ExitCode readText();
  ExitCode writeBundle();
  llvm::Error addAssets(bundle::BundleWriter &writer);
  llvm::Expected<bundle::Provenance> describeProvenance();
  void report(const runtime::Manifest &manifest);
  void reportActivations();
  void reportCaches(const runtime::Manifest &manifest);
  void reportPlacement();

  const CompileRequest &request;
  Frontend frontend;
  Fleet fleet;
  PhasePlacement placed;
  runtime::Manifest manifest;
  std::optional<Golden> golden;
};

ExitCode Compilation::readFleet() {
  if (request.activations != "exact" && request.activations != "int8" &&
      request.activations != "file") {
    return fail(ExitCode::Usage, "--activations is '" + request.activations +
                                     "', expected exact or int8");
  }
  frontend.options.activations = request.activations;
  llvm::Expected<Fleet> loaded = loadFleet(request.fleet);
  if (!loaded) {
    return fail(ExitCode::Usage, loaded.takeError());
  }
  fleet = std::move(*loaded);
  if (llvm::Error error = checkPlacementOptions(request, fleet)) {
    return fail(ExitCode::Usage, std::move(error));
  }
  return ExitCode::Success;
}

/// What --vhlo needs must be here.
ExitCode Compilation::checkForm() {
  bool isPossible = !request.vhlo;
  for (deploy::PartOp part : frontend.getModule().getOps<deploy::PartOp>()) {
    const Target &target = targetOf(part);
    if (!request.vhlo || !target.hasPortableForm()) {
      continue;
    }
    isPossible = true;
    if (std::string why = target.whyNoPortableForm(); !why.empty()) {
      return fail(ExitCode::Environment, "--vhlo: " + why);
    }
  }
  return isPossible ? ExitCode::Success
                    : fail(ExitCode::Usage, "--vhlo is for StableHLO programs; "
                                            "no chip chosen here takes them");
}

/// A model without text support is compiled all the same: it takes token ids.
ExitCode Compilation::readText() {
  std::vector<std::string> gaps;
  ExitCode code = checkText(frontend, gaps);
  if (llvm::is_contained(findAssets(frontend.getFolder()), "tokenizer.json")) {
    for (const std::string &gap : gaps) {
      llvm::WithColor::warning()
          << gap << "; the bundle takes token ids, but no text for this\n";
    }
  }
  return code;
}

ExitCode Compilation::runStages() {
  if (ExitCode code = frontend.load(); code != ExitCode::Success) {
    return code;
  }
  if (ExitCode code = readText(); code != ExitCode::Success) {
    return code;
  }
  for (llvm::StringRef stage : {"simplify", "raise", "split"}) {
    if (frontend.isStopped()) {
      return ExitCode::Success;
    }
    if (ExitCode code = frontend.run(stage); code != ExitCode::Success) {
      return code;
    }
  }
  if (frontend.isStopped()) {
    return ExitCode::Success;
  }
  if (request.listsValues) {
    listValues(frontend.getModule().lookupSymbol<func::FuncOp>("step"),
               llvm::outs());
    return ExitCode::Success;
  }
  if (!request.until.empty()) {
    if (ExitCode code = frontend.returnValue(request.until);
        code != ExitCode::Success) {
      return code;
    }
  }
  if (ExitCode code = frontend.chooseCapacity(); code != ExitCode::Success) {
    return code;
  }
  manifest.model = describeModel(frontend.getModule());
  manifest.contract =
      describeCache(frontend.getModule(), frontend.getCapacity().tokens);
  OwningOpRef<ModuleOp> step; // outline takes it apart
  if (!request.output.empty()) {
    step = frontend.getModule().clone();
  }
  if (ExitCode code = placePhases(frontend, request, fleet, placed);
      code != ExitCode::Success || frontend.isStopped()) {
    return code;
  }
  if (ExitCode code = frontend.run("outline");
      code != ExitCode::Success || !step) {
    return code;
  }
  auto parts = frontend.getModule().getOps<deploy::PartOp>();
  deploy::PartOp first = *parts.begin();
  for (deploy::PartOp part : parts) {
    if (part.getStage() > 0 && part.getPhases() != first.getPhases()) {
      return fail(ExitCode::Infeasible,
                  "the phases run on different stages; this version cuts such "
                  "programs (--stop-after outline) but has no runtime for "
                  "them: name the same chips for --prefill and --decode");
    }
  }
  // Only what the target takes is evaluated: the rest may be of any size.
  bool isSupported = true; // every gap of every part, not the first
  for (deploy::PartOp part : frontend.getModule().getOps<deploy::PartOp>()) {
    isSupported &= succeeded(targetOf(part).checkSupported(part));
  }
  if (!isSupported) {
    return ExitCode::Unsupported;
  }
  if (ExitCode code = checkForm(); code != ExitCode::Success) {
    return code;
  }
  if (!request.hasWeights) {
    return ExitCode::Success;
  }
  auto made =
      makeGolden(*step, frontend.getWeights(), frontend.getCapacity().tokens);
  if (!made) {
    return fail(ExitCode::Unsupported, made.takeError());
  }
  golden = std::move(*made);
  return ExitCode::Success;
}

llvm::Error Compilation::addAssets(bundle::BundleWriter &writer) {
  for (const std::string &name : findAssets(frontend.getFolder())) {
    // Under the rules of external data: a link may not lead out of the folder.
    llvm::Expected<llvm::ArrayRef<char>> bytes =
        frontend.getWeights().file(name);
    if (!bytes) {
      return bundle::makeError(ExitCode::InputRejected,
                               llvm::toString(bytes.takeError()));
    }
    if (llvm::Error error = writer.addBytes(
            "assets/" + name, llvm::StringRef(bytes->data(), bytes->size()))) {
      return error;
    }
  }
  return llvm::Error::success();
}

/// The external data files that the parts' weights lie in, by name.
std::set<std::string> findDataFiles(ModuleOp module, StringRef modelName) {
  std::set<std::string> names;
  for (deploy::PartOp part : module.getOps<deploy::PartOp>()) {
    for (auto slot : part.getWeights().getAsRange<deploy::SlotAttr>()) {
      for (TypedAttr payload : onnx::getPayloads(slot.getSource())) {
        auto weight = dyn_cast<onnx::WeightAttr>(payload);
        if (weight && weight.getFile() != modelName) {
          names.insert(weight.getFile().str());
        }
      }
    }
  }
  return names;
}

llvm::Expected<bundle::Provenance> Compilation::describeProvenance() {
  bundle::Provenance provenance;
  if (request.maxContext) {
    provenance.options.push_back(
        llvm::formatv("--max-context={0}", *request.maxContext));
  }
  if (request.precision != "file") {
    provenance.options.push_back("--precision=" + request.precision);
  }
  if (request.vhlo) {
    provenance.options.push_back("--vhlo");
  }
  if (!request.hasWeights) {
    provenance.options.push_back("--no-weights");
  }
  const std::pair<const char *, std::string> texts[] = {
      {"--prefill=", request.prefillChip},
      {"--decode=", request.decodeChip},
      {"--workload=", request.workload},
      {"--slo=", request.slo},
      {"--activations=",
       request.activations == "file" ? "" : request.activations},
      {"--until=", request.until}};
  for (auto [option, text] : texts) {
    if (!text.empty()) {
      provenance.options.push_back(option + text);
    }
  }
  provenance.fleet = fleet.name;
  WeightFiles &files = frontend.getWeights();
  provenance.sources.push_back(
      {files.getModelName().str(), manifest.model.sourceDigest});
  if (!request.hasWeights) { // nothing of the data was read
    return provenance;
  }
  for (const std::string &name :
       findDataFiles(frontend.getModule(), files.getModelName())) {
    auto bytes = files.file(name);
    if (!bytes) {
      return bytes.takeError();
    }
    provenance.sources.push_back({name, digestOf(*bytes)});
  }
  return provenance;
}

ExitCode Compilation::writeBundle() {
  auto parts = frontend.getModule().getOps<deploy::PartOp>();
  auto writer = bundle::BundleWriter::create(request.output);
  if (!writer) {
    return fail(ExitCode::Usage, writer.takeError());
  }

  manifest.name = nameModel(request.model);
  manifest.createdBy = {"tandem", TANDEM_VERSION, LLVM_VERSION_STRING};
  manifest.model.sourceDigest = digestOf(frontend.getWeights().getModelBytes());
  manifest.capacity = {static_cast<uint64_t>(frontend.getCapacity().tokens),
                       frontend.getCapacity().cause};
  EmitOptions options;
  options.capacityTokens = frontend.getCapacity().tokens;
  options.jobs = request.jobs;
  options.portableForm = request.vhlo;
  std::vector<CompiledPart> compiledParts;
  for (deploy::PartOp part : parts) {
    auto compiled = addCompiledPart(part, targetOf(part), frontend.getWeights(),
                                    request.hasWeights, options,
                                    manifest.model.vocabulary, **writer);
    if (!compiled) {
      return fail(ExitCode::InternalError, compiled.takeError());
    }
    manifest.parts.push_back(compiled->record);
    manifest.contract.layouts.push_back(compiled->layout);
    if (golden) {
      golden->vectors.bound =
          std::max(golden->vectors.bound,
                   cacheRoundingBound(compiled->cache.elementType));
    }
    compiledParts.push_back(std::move(*compiled));
  }
  (*writer)->complete(manifest); // every weight is there: so is the contract
  auto handoffs = addHandoffs(compiledParts, manifest.contract,
                              frontend.getModule().getLoc(), **writer);
  if (!handoffs) {
    return fail(ExitCode::InternalError, handoffs.takeError());
  }
  manifest.handoffs = std::move(*handoffs);
  auto write = [&]() -> llvm::Error {
    if (llvm::Error error = addAssets(**writer)) {
      return error;
    }
    if (llvm::Error error =
            (*writer)->addBytes("plan/fleet.yaml", fleet.text)) {
      return error;
    }
    if (llvm::Error error = (*writer)->addBytes(
            "plan/plan.json", planText(manifest, fleet, placed))) {
      return error;
    }
    if (golden) {
      if (llvm::Error error =
              (*writer)->addGolden(golden->vectors, golden->logits)) {
        return error;
      }
    }
    llvm::Expected<bundle::Provenance> provenance = describeProvenance();
    if (!provenance) {
      return provenance.takeError();
    }
    return (*writer)->finish(manifest, *provenance);
  };
  if (llvm::Error error = write()) {
    return fail(ExitCode::InternalError, std::move(error));
  }
  return ExitCode::Success;
}

void Compilation::report(const runtime::Manifest &manifest) {
  llvm::errs() << llvm::formatv(
      "{0}: {1} layers, vocabulary {2}, context {3} tokens ({4})\n",
      manifest.name, manifest.model.layers, manifest.model.vocabulary,
      manifest.capacity.tokens, manifest.capacity.cause);
  for (const std::string &assumption : manifest.contract.assumptions) {
    llvm::errs() << "assumes: " << assumption << "\n";
  }
  if (request.precision != "file") {
    llvm::errs() << "matrices stored as " << request.precision
                 << " (--precision), arithmetic in fp32\n";
  }
  reportCaches(manifest);
  if (!request.hasWeights) {
    llvm::errs() << "weights described, not written (--no-weights); "
                    "--random-weights SEED makes some where the bundle runs\n";
  }
  reportActivations();
  for (const runtime::PartRecord &part : manifest.parts) {
    llvm::errs() << llvm::formatv("{0} -> {1}\n", llvm::join(part.phases, ", "),
                                  part.chip);
  }
  reportPlacement();
  llvm::errs() << "wrote " << request.output << "\n";
}

/// Parts that round what they keep, and so the results of their attention.
void Compilation::reportCaches(const runtime::Manifest &manifest) {
  for (const runtime::CacheLayout &layout : manifest.contract.layouts) {
    if (layout.type != "f32") {
      llvm::errs() << llvm::formatv(
          "{0}: cache and products of attention in {1}, sums in fp32\n",
          layout.part, layout.type);
    }
  }
}

/// Whether inputs are rounded, and who asked for it.
void Compilation::reportActivations() {
  bool isRounded = false;
  frontend.getModule().walk([&](transformer::LinearOp linear) {
    isRounded |= linear.getInt8Activations();
  });
  if (isRounded) {
    llvm::errs() << "inputs of quantised layers rounded to 8 bits "
                 << (request.activations == "int8"
                         ? "(--activations)\n"
                         : "(accuracy_level 4 of the file; --activations exact "
                           "keeps them)\n");
  }
}

/// What the model of the chips says, where there was something to choose.
void Compilation::reportPlacement() {
  const Placement &placement = placed.placement;
  if (!placement.getChosen()) {
    llvm::errs() << "stages as named; pipelines are not estimated\n";
    return;
  }
  if (fleet.chips.size() == 1 && request.workload.empty() &&
      request.slo.empty()) {
    return;
  }
  llvm::errs() << llvm::formatv("modelled for {0}: {1}\n",
                                toString(placed.request.workload),
                                placement.getChosen()->describe());
  if (placement.getBest() != placement.getChosen()) {
    llvm::errs() << llvm::formatv(
        "modelled best: {0} {1}\n", placement.getBest()->getName(),
        compareWithChosen(placement, *placement.getBest()));
  }
}

ExitCode Compilation::run() {
  if (ExitCode code = readFleet(); code != ExitCode::Success) {
    return code;
  }
  DiagnosticPrinter printer(&frontend.getContext());
  if (request.showsRemarks) {
    showRemarks(frontend.getContext());
  }
  if (ExitCode code = runStages(); code != ExitCode::Success) {
    return code;
  }
  if (request.listsValues) {
    return ExitCode::Success;
  }
  if (request.output.empty()) { // --stop-after
    frontend.getModule()->print(llvm::outs());
    return ExitCode::Success;
  }
  if (ExitCode code = writeBundle(); code != ExitCode::Success) {
    return code;
  }
  report(manifest);
  return ExitCode::Success;
}

} // namespace

ExitCode runCompile(const CompileRequest &request) {
  CompileRequest resolved = request;
  if (resolved.jobs == 0) {
    resolved.jobs = std::max(1u, std::thread::hardware_concurrency());
  }
  return Compilation(resolved).run();
}

} // namespace tandem
