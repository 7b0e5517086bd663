//===- X86Target.cpp - the x86-64 target ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Emit/Object.h"
#include "tandem/targets/X86/Lowering/LowerPart.h"
#include "tandem/targets/X86/Packing.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

namespace {

/// One variant's code.
struct Artifact {
  const Variant *variant = nullptr;
  ArenaNeed arena;
  std::string ir;
  TranslatedModule translated;
  std::string error;
  SmallVector<char, 0> sharedObject;
};

class X86Target final : public Target {
public:
  StringRef getName() const override { return "x86"; }
  StringRef getDescription() const override {
    return "x86-64 shared objects for AVX2, AVX-512 and AVX-512 with BF16";
  }

  void registerDialects(DialectRegistry &registry) const override {
    registry
        .insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                scf::SCFDialect, vector::VectorDialect, LLVM::LLVMDialect>();
    registerTranslations(registry);
  }

  LogicalResult checkSupported(deploy::PartOp part) const override;

  PackingPlan planPacking(deploy::PartOp part) const override {
    return x86::planPacking(part);
  }

  void pack(deploy::SlotAttr slot, const PackedWeight &packed,
            ArrayRef<char> source,
            function_ref<void(ArrayRef<char>)> write) const override {
    packWeight(slot, packed, source, write);
  }

  FailureOr<EmittedPart> emit(deploy::PartOp part, ArtifactSink &sink,
                              const EmitOptions &options) const override;
};

} // namespace

LogicalResult X86Target::checkSupported(deploy::PartOp part) const {
  LogicalResult result = success();
  for (auto [index, attribute] : llvm::enumerate(part.getWeights())) {
    auto slot = cast<deploy::SlotAttr>(attribute);
    if (!slot.getType().getElementType().isF32()) {
      result = part.emitError() << "weight " << index << " is "
                                << slot.getType() << "; this target takes f32";
    }
  }
  part.getBody().walk([&](Operation *op) {
    std::string why = whyNot(op);
    if (!why.empty()) {
      result = op->emitOpError() << why;
    }
  });
  return result;
}

static std::string printed(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

static void compile(Artifact &artifact) {
  auto object = compileObject(*artifact.translated.module, *artifact.variant);
  if (!object) {
    artifact.error = toString(object.takeError());
    return;
  }
  auto linked = linkShared(*object);
  if (!linked) {
    artifact.error = toString(linked.takeError());
    return;
  }
  artifact.sharedObject = std::move(*linked);
}

static PartRequirements requirementsOf(deploy::PartOp part,
                                       ArrayRef<Artifact> artifacts,
                                       const EmitOptions &options) {
  PartRequirements needs;
  needs.maxTokens = options.capacityTokens;
  needs.maxRows = 256;
  for (const Artifact &artifact : artifacts) {
    needs.arenaFixedBytes =
        std::max(needs.arenaFixedBytes, artifact.arena.fixed);
    needs.arenaBytesPerToken =
        std::max(needs.arenaBytesPerToken, artifact.arena.perToken);
    needs.arenaBytesPerRow =
        std::max(needs.arenaBytesPerRow, artifact.arena.perRow);
  }
  part.walk([&](transformer::AppendOp op) {
    transformer::KvCacheType cache = op.getCache().getType();
    int64_t blocks = llvm::divideCeil(options.capacityTokens, blockKeys);
    int64_t paddedValue = llvm::alignTo(cache.getValueDim(), panelColumns);
    needs.slotBytes = cache.getLayers() * cache.getHeads() * blocks *
                      blockKeys * (cache.getKeyDim() + paddedValue) *
                      int64_t(sizeof(float));
  });
  needs.cacheLayout =
      "[layer][head][token / 64]{key [token % 64 / 16][dim][token % 16], "
      "value [dim / 16][token % 64][dim % 16]}";
  return needs;
}

/// Lowers the part for one variant.
static FailureOr<Artifact> lower(deploy::PartOp part, const Variant &variant,
                                 bool keepIr) {
  LoweredPart lowered = lowerPart(part, variant);
  if (failed(mlir::verify(*lowered.module)) ||
      failed(verifyLowered(*lowered.module))) {
    return failure();
  }
  Artifact artifact;
  artifact.variant = &variant;
  artifact.arena = lowered.arena;
  if (keepIr) {
    artifact.ir = printed(*lowered.module);
  }
  auto translated = translate(*lowered.module);
  if (!translated) {
    return part.emitError() << toString(translated.takeError());
  }
  artifact.translated = std::move(*translated);
  return artifact;
}

FailureOr<EmittedPart> X86Target::emit(deploy::PartOp part, ArtifactSink &sink,
                                       const EmitOptions &options) const {
  std::vector<Artifact> artifacts;
  for (const Variant &variant : variants()) {
    FailureOr<Artifact> artifact = lower(part, variant, options.keepIr);
    if (failed(artifact)) {
      return failure();
    }
    artifacts.push_back(std::move(*artifact));
  }
  // The slowest first.
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(options.jobs));
  for (Artifact &artifact : llvm::reverse(artifacts)) {
    pool.async([&artifact] { compile(artifact); });
  }
  pool.wait();

  EmittedPart emitted;
  emitted.requirements = requirementsOf(part, artifacts, options);
  for (Artifact &artifact : artifacts) {
    if (!artifact.error.empty()) {
      return part.emitError() << artifact.error;
    }
    std::string file = ("module-" + artifact.variant->name + ".so").str();
    StringRef contents(artifact.sharedObject.data(),
                       artifact.sharedObject.size());
    if (failed(sink.addFile(file, contents)) ||
        (options.keepIr &&
         failed(
             sink.addFile(("module-" + artifact.variant->name + ".mlir").str(),
                          artifact.ir)))) {
      return failure();
    }
    ArtifactVariant variant{artifact.variant->name.str(), file, {}};
    for (StringRef feature : artifact.variant->features) {
      variant.features.push_back(feature.str());
    }
    emitted.variants.push_back(variant);
  }
  return emitted;
}

namespace tandem::x86 {

/// The target, for the list of targets.
std::unique_ptr<Target> createTarget() { return std::make_unique<X86Target>(); }

} // namespace tandem::x86
