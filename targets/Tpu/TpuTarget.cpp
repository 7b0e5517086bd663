//===- TpuTarget.cpp - programs for Google's TPUs ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Emit/EmitPart.h"
#include "tandem/targets/Tpu/Emit/PortableForm.h"
#include "tandem/targets/Tpu/IR/StableHloOps.h"
#include "tandem/targets/Tpu/Lowering/Passes.h"
#include "tandem/targets/Tpu/Lowering/Support.h"
#include "tandem/targets/Tpu/Machine.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

namespace {

/// Elements as in the file, row-major.
constexpr llvm::StringLiteral denseLayout = "dense";

class TpuTarget final : public Target {
public:
  StringRef getName() const override { return "tpu"; }
  StringRef getDescription() const override {
    return "StableHLO programs for XLA on Google TPUs (and on CPUs, for tests)";
  }

  void registerDialects(DialectRegistry &registry) const override {
    registry.insert<stablehlo::StableHloDialect, func::FuncDialect>();
  }
  void registerPasses() const override { registerTpuPasses(); }

  LogicalResult checkSupported(deploy::PartOp part) const override {
    bool hasMachine = succeeded(readMachine(part));
    return success(succeeded(tpu::checkSupported(part)) && hasMachine);
  }

  bool hasPortableForm() const override { return true; }
  std::string whyNoPortableForm() const override {
    return tpu::whyNoPortableForm();
  }

  PackingPlan planPacking(deploy::PartOp part) const override;

  void pack(deploy::SlotAttr, const PackedWeight &,
            ArrayRef<ArrayRef<char>> payloads,
            function_ref<void(ArrayRef<char>)> write) const override {
    for (ArrayRef<char> payload : payloads) {
      write(payload);
    }
  }

  FailureOr<EmittedPart> emit(deploy::PartOp part, ArtifactSink &sink,
                              const EmitOptions &options) const override {
    return emitPart(part, sink, options);
  }
};

} // namespace

PackingPlan TpuTarget::planPacking(deploy::PartOp part) const {
  PackingPlan plan;
  llvm::DenseMap<Attribute, int64_t> firstOf;
  for (auto [index, slot] :
       llvm::enumerate(part.getWeights().getAsRange<deploy::SlotAttr>())) {
    ShapedType type = slot.getType();
    int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
    auto [first, isNew] = firstOf.try_emplace(slot.getSource(), index);
    plan.push_back({denseLayout.str(), bytes, isNew ? -1 : first->second});
  }
  return plan;
}

namespace tandem::tpu {

/// The target, for the list of targets.
std::unique_ptr<Target> createTarget() { return std::make_unique<TpuTarget>(); }

} // namespace tandem::tpu
