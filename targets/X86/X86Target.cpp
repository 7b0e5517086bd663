//===- X86Target.cpp - the x86-64 target ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/EmitConversion.h"
#include "tandem/targets/X86/Emit/EmitPart.h"
#include "tandem/targets/X86/Emit/Object.h"
#include "tandem/targets/X86/Lowering/Support.h"
#include "tandem/targets/X86/Packing.h"
#include "tandem/targets/X86/PanelFormat.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

namespace {

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
            ArrayRef<ArrayRef<char>> payloads,
            function_ref<void(ArrayRef<char>)> write) const override {
    packWeight(slot, packed, payloads, write);
  }

  std::optional<std::vector<PackedField>>
  describePacked(deploy::SlotAttr slot,
                 const PackedWeight &packed) const override {
    return x86::describePacked(slot, packed);
  }

  FailureOr<EmittedPart> emit(deploy::PartOp part, ArtifactSink &sink,
                              const EmitOptions &options) const override {
    return emitPart(part, sink, options);
  }

  bool canConvertCaches() const override { return true; }

  FailureOr<std::vector<ArtifactVariant>>
  emitConversion(const CacheConversion &conversion, StringRef stem,
                 Location location, ArtifactSink &sink) const override {
    return x86::emitConversion(conversion, stem, location, sink);
  }
};

} // namespace

/// Fails where a phase takes or makes more than the binary interface passes:
/// tokens or one activation, and one result beside the cache.
static LogicalResult checkSignatures(deploy::PartOp part) {
  LogicalResult result = success();
  for (auto phase : part.getPhases().getAsRange<StringAttr>()) {
    auto function = part.lookupSymbol<func::FuncOp>(phase);
    if (!function) {
      result = part.emitError() << "runs phase " << phase
                                << " in pieces; this target runs a phase whole";
      continue;
    }
    auto isTensor = llvm::IsaPred<RankedTensorType>;
    auto isActivation = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return tensor && isa<FloatType>(tensor.getElementType());
    };
    if (llvm::count_if(function.getArgumentTypes(), isActivation) > 1 ||
        llvm::count_if(function.getResultTypes(), isTensor) > 1) {
      result = function.emitError()
               << "phase " << phase
               << " takes or hands on several activations; this target passes "
                  "one from stage to stage";
    }
  }
  return result;
}

/// Why a stored weight cannot be used as the slot says.
static std::string whyNotStored(deploy::SlotAttr slot) {
  if (!transformer::isEncoded(slot.getType())) {
    return {};
  }
  std::string type = llvm::formatv("{0}", Type(slot.getType()));
  if (!PanelFormat::of(slot.getType())) {
    return "is stored as " + transformer::describeStorage(slot.getType()) +
           "; this target reads f32, bf16 and codes in blocks: --precision "
           "bf16 stores in 16 bits";
  }
  if (slot.getRole() == deploy::WeightRole::vector) {
    return "is stored as '" + type +
           "' but used by element; this target multiplies by such weights and "
           "looks up their rows";
  }
  return {};
}

/// Fails at a function that would take long to compile: layers that are equal
/// share one, so that a model's longest has some hundred operations.
static LogicalResult checkLengths(deploy::PartOp part) {
  constexpr int64_t maxOperations = 2048;
  LogicalResult result = success();
  for (auto function : part.getOps<func::FuncOp>()) {
    int64_t count = 0;
    function.walk([&](Operation *) { ++count; });
    if (count > maxOperations) {
      result = function.emitError()
               << "function " << function.getName() << " has " << count
               << " operations; this target takes at most " << maxOperations;
    }
  }
  return result;
}

LogicalResult X86Target::checkSupported(deploy::PartOp part) const {
  LogicalResult result = readMachine(part);
  if (failed(checkSignatures(part))) {
    result = failure();
  }
  if (failed(checkLengths(part))) {
    result = failure();
  }
  // One cause, one error: a model of another type has it everywhere.
  llvm::MapVector<StringAttr, SmallVector<Operation *>> refused;
  part.getBody().walk([&](Operation *op) {
    std::string why = whyNot(op);
    if (!why.empty()) {
      refused[StringAttr::get(part.getContext(), why)].push_back(op);
    }
  });
  for (auto &[why, operations] : refused) {
    InFlightDiagnostic error = operations.front()->emitOpError()
                               << why.getValue();
    if (operations.size() > 1) {
      error << " (" << operations.size() - 1 << " other operations as well)";
    }
    result = error;
  }
  llvm::MapVector<StringAttr, SmallVector<int64_t>> weights;
  for (auto [index, attribute] : llvm::enumerate(part.getWeights())) {
    auto slot = cast<deploy::SlotAttr>(attribute);
    std::string why = whyNotStored(slot);
    // Told already where an operation reads it.
    std::string element = whyNotElement(slot.getType());
    if (!refused.contains(StringAttr::get(part.getContext(), element))) {
      why = why.empty() ? element : why;
    }
    if (!why.empty()) {
      weights[StringAttr::get(part.getContext(), why)].push_back(index);
    }
  }
  for (auto &[why, indices] : weights) {
    InFlightDiagnostic error = part.emitError() << "weight " << indices.front()
                                                << " " << why.getValue();
    if (indices.size() > 1) {
      error << " (" << indices.size() - 1 << " other weights as well)";
    }
    result = error;
  }
  return result;
}

namespace tandem::x86 {

/// The target, for the list of targets.
std::unique_ptr<Target> createTarget() { return std::make_unique<X86Target>(); }

} // namespace tandem::x86
