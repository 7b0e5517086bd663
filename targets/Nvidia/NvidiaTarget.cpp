//===- NvidiaTarget.cpp - kernels for NVIDIA GPUs ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/EmitPart.h"
#include "tandem/targets/Nvidia/Emit/Ptx.h"
#include "tandem/targets/Nvidia/Lowering/Passes.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"
#include "tandem/targets/Nvidia/Machine.h"
#include "tandem/targets/Nvidia/Packing.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

namespace {

class NvidiaTarget final : public Target {
public:
  StringRef getName() const override { return "nvidia"; }
  StringRef getDescription() const override {
    return "PTX kernels and launch plans for NVIDIA GPUs";
  }

  void registerDialects(DialectRegistry &registry) const override {
    registry.insert<NvidiaDialect, arith::ArithDialect, gpu::GPUDialect,
                    LLVM::LLVMDialect, NVVM::NVVMDialect, scf::SCFDialect,
                    vector::VectorDialect>();
    registerTranslations(registry);
  }
  void registerPasses() const override { registerNvidiaPasses(); }

  LogicalResult checkSupported(deploy::PartOp part) const override {
    bool hasMachine = succeeded(readMachine(part));
    return success(succeeded(nvidia::checkSupported(part)) && hasMachine);
  }

  PackingPlan planPacking(deploy::PartOp part) const override {
    return nvidia::planPacking(part);
  }

  void pack(deploy::SlotAttr slot, const PackedWeight & /*packed*/,
            ArrayRef<ArrayRef<char>> payloads,
            function_ref<void(ArrayRef<char>)> write) const override {
    packWeight(slot, payloads, write);
  }

  std::optional<std::vector<PackedField>>
  describePacked(deploy::SlotAttr slot,
                 const PackedWeight &packed) const override {
    return nvidia::describePacked(slot, packed);
  }

  FailureOr<EmittedPart> emit(deploy::PartOp part, ArtifactSink &sink,
                              const EmitOptions &options) const override {
    return emitPart(part, sink, options);
  }
};

} // namespace

namespace tandem::nvidia {

/// The target, for the list of targets.
std::unique_ptr<Target> createTarget() {
  return std::make_unique<NvidiaTarget>();
}

} // namespace tandem::nvidia
