//===- EmitPart.cpp - files of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/EmitPart.h"

#include "tandem/targets/Nvidia/Emit/Assembler.h"
#include "tandem/targets/Nvidia/Emit/DescribePlan.h"
#include "tandem/targets/Nvidia/Emit/Ptx.h"
#include "tandem/targets/Nvidia/Lowering/LowerPart.h"
#include "tandem/targets/Nvidia/Lowering/Programs.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

/// A slot as the contract has it: the blocks of a row one behind the other.
static CacheLayout describeSlot(const nvidia::CacheBlocks &cache,
                                MLIRContext *context) {
  CacheAxes axes(context);
  AffineExpr layer = axes.token.floorDiv(cache.tokens) * cache.blockElements() +
                     axes.layer * cache.layerElements();
  AffineExpr token = axes.head * cache.tokens + axes.token % cache.tokens;
  return {axes.map(layer + token * cache.keyStride() + axes.dim),
          axes.map(layer + cache.valuesOffset() + token * cache.valueStride() +
                   axes.dim),
          cast<FloatType>(cache.element)};
}

static PartRequirements requirementsOf(const runtime::LaunchCode &code,
                                       const nvidia::CacheBlocks &cache,
                                       MLIRContext *context) {
  PartRequirements needs;
  for (const runtime::LaunchProgram &program : code.programs) {
    needs.maxTokens = std::max<int64_t>(needs.maxTokens, program.tokens);
    needs.maxRows = std::max<int64_t>(needs.maxRows, program.rows);
    needs.arenaFixedBytes =
        std::max<int64_t>(needs.arenaFixedBytes, program.arenaBytes);
  }
  needs.slotBytes = cache.blocksPerRow * code.cache.bytes;
  needs.cache = describeSlot(cache, context);
  return needs;
}

/// Adds machine code beside the text, or why there is none.
static LogicalResult addBinary(deploy::PartOp part, StringRef ptx,
                               const Architecture &architecture,
                               runtime::LaunchCode &code, ArtifactSink &sink) {
  std::string assembler = findAssembler();
  if (assembler.empty()) {
    code.whyNoBinary = "ptxas was not found in PATH, CUDA_HOME or VIRTUAL_ENV";
    return success();
  }
  llvm::Expected<Assembled> assembled = assemble(assembler, ptx, architecture);
  if (!assembled) {
    return part.emitError() << toString(assembled.takeError());
  }
  code.binary = ("kernels." + llvm::Twine(architecture.name) + ".cubin").str();
  code.assembled = assembled->kernels;
  return sink.addFile(*code.binary, assembled->binary);
}

FailureOr<EmittedPart> tandem::nvidia::emitPart(deploy::PartOp part,
                                                ArtifactSink &sink,
                                                const EmitOptions &options) {
  FailureOr<Machine> machine = readMachine(part);
  if (failed(machine)) {
    return failure();
  }
  OwningOpRef<PlanOp> plan = lowerPart(part, *machine, options.capacityTokens);
  if (failed(mlir::verify(*plan))) {
    return failure();
  }
  nvidia::CacheBlocks cache =
      describeBlocks(part, *machine, options.capacityTokens);
  EmittedPart emitted;
  runtime::LaunchCode &code =
      emitted.launches.emplace(describePlan(*plan, cache));
  emitted.requirements = requirementsOf(code, cache, part.getContext());

  auto kernels = *plan->getBody().getOps<gpu::GPUModuleOp>().begin();
  llvm::Expected<std::string> ptx =
      compileKernels(kernels, *machine->architecture);
  if (!ptx) {
    return part.emitError() << toString(ptx.takeError());
  }
  code.leastDriver = driverText(machine->architecture->driver);
  code.chipNumber = machine->gpu;
  code.file = "kernels.ptx";
  if (failed(sink.addFile(code.file, *ptx)) ||
      failed(addBinary(part, *ptx, *machine->architecture, code, sink))) {
    return failure();
  }
  return emitted;
}
