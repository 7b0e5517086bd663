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
#include "tandem/targets/Tpu/Packing.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

namespace {

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

  PackingPlan planPacking(deploy::PartOp part) const override {
    return tpu::planPacking(part);
  }

  void pack(deploy::SlotAttr slot, const PackedWeight &packed,
            ArrayRef<ArrayRef<char>> payloads,
            function_ref<void(ArrayRef<char>)> write) const override {
    packWeight(slot, packed, payloads, write);
  }

  FailureOr<EmittedPart> emit(deploy::PartOp part, ArtifactSink &sink,
                              const EmitOptions &options) const override {
    return emitPart(part, sink, options);
  }
};

} // namespace

namespace tandem::tpu {

/// The target, for the list of targets.
std::unique_ptr<Target> createTarget() { return std::make_unique<TpuTarget>(); }

} // namespace tandem::tpu
