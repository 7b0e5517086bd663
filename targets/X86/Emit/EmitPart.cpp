//===- EmitPart.cpp - shared objects of a part ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Emit/EmitPart.h"

#include "tandem/targets/X86/CacheSlot.h"
#include "tandem/targets/X86/Emit/Object.h"
#include "tandem/targets/X86/Lowering/LowerPart.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

namespace {

/// One variant's code.
struct Artifact {
  const Variant *variant;
  LoweredPart lowered;
  /// The artifact whose code this one's is, itself included.
  const Artifact *code;
  std::string ir;
  TranslatedModule translated;
  SmallVector<char, 0> sharedObject;
  std::string error;
};

} // namespace

static LogicalResult lower(deploy::PartOp part, const Machine &machine,
                           Artifact &artifact) {
  artifact.lowered = lowerPart(part, *artifact.variant, machine);
  ModuleOp module = *artifact.lowered.module;
  return success(succeeded(mlir::verify(module)) &&
                 succeeded(verifyLowered(module)));
}

/// Code that uses nothing a lesser variant lacks is that variant's code: while
/// all kernels are fp32, v4-bf16 runs what v4 does.
static bool hasSameCode(const Artifact &lesser, const Artifact &artifact) {
  return lesser.variant->cpu == artifact.variant->cpu &&
         OperationEquivalence::isEquivalentTo(
             *lesser.lowered.module, *artifact.lowered.module,
             OperationEquivalence::IgnoreLocations);
}

static LogicalResult translateArtifact(deploy::PartOp part, Artifact &artifact,
                                       bool keepIr) {
  if (keepIr) {
    llvm::raw_string_ostream stream(artifact.ir);
    artifact.lowered.module->print(stream);
  }
  auto translated = translate(*artifact.lowered.module);
  if (!translated) {
    return part.emitError() << toString(translated.takeError());
  }
  artifact.translated = std::move(*translated);
  return success();
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
                                       const Machine &machine,
                                       ArrayRef<Artifact> artifacts,
                                       const EmitOptions &options) {
  PartRequirements needs;
  needs.maxTokens = options.capacityTokens;
  needs.maxRows = 256;
  for (const Artifact &artifact : artifacts) {
    const ArenaNeed &arena = artifact.lowered.arena;
    needs.arenaFixedBytes = std::max(needs.arenaFixedBytes, arena.fixed);
    needs.arenaBytesPerToken =
        std::max(needs.arenaBytesPerToken, arena.perToken);
    needs.arenaBytesPerRow = std::max(needs.arenaBytesPerRow, arena.perRow);
  }
  int64_t blockTokens = machine.cacheBlockTokens;
  part.walk([&](transformer::AppendOp op) {
    transformer::KvCacheType cache = op.getCache().getType();
    CacheShape shape = CacheShape::of(cache);
    needs.slotBytes = slotBytes(shape, blockTokens, options.capacityTokens);
    needs.cache = describeSlot(shape, blockTokens, part.getContext());
  });
  return needs;
}

static LogicalResult addFiles(const Artifact &artifact, ArtifactSink &sink,
                              EmittedPart &emitted) {
  const Artifact &code = *artifact.code;
  std::string stem = ("module-" + artifact.variant->name).str();
  ArtifactVariant variant{artifact.variant->name.str(), stem + ".so", {}};
  for (StringRef feature : artifact.variant->features) {
    variant.features.push_back(feature.str());
  }
  emitted.variants.push_back(variant);
  if (!code.ir.empty() && failed(sink.addFile(stem + ".mlir", code.ir))) {
    return failure();
  }
  return sink.addFile(variant.file, StringRef(code.sharedObject.data(),
                                              code.sharedObject.size()));
}

FailureOr<EmittedPart> tandem::x86::emitPart(deploy::PartOp part,
                                             ArtifactSink &sink,
                                             const EmitOptions &options) {
  FailureOr<Machine> machine = readMachine(part);
  if (failed(machine)) {
    return failure();
  }
  std::vector<Artifact> artifacts(variants().size());
  for (auto [variant, artifact] : llvm::zip(variants(), artifacts)) {
    artifact.variant = &variant;
    artifact.code = &artifact;
    if (failed(lower(part, *machine, artifact))) {
      return failure();
    }
    for (const Artifact &lesser : artifacts) {
      if (&lesser == &artifact) {
        break;
      }
      if (hasSameCode(lesser, artifact)) {
        artifact.code = lesser.code;
      }
    }
  }
  // The slowest is started first. LLVM modules have contexts of their own.
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(options.jobs));
  for (Artifact &artifact : llvm::reverse(artifacts)) {
    if (artifact.code != &artifact) {
      continue;
    }
    if (failed(translateArtifact(part, artifact, options.keepIr))) {
      return failure();
    }
    pool.async([&artifact] { compile(artifact); });
  }
  pool.wait();

  EmittedPart emitted;
  emitted.requirements = requirementsOf(part, *machine, artifacts, options);
  for (const Artifact &artifact : artifacts) {
    if (!artifact.code->error.empty()) {
      return part.emitError() << artifact.code->error;
    }
    if (failed(addFiles(artifact, sink, emitted))) {
      return failure();
    }
  }
  return emitted;
}
