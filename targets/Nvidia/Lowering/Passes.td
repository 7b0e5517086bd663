//===- Passes.td - from a part to a launch plan ------------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_TD
#define TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerToLaunchPlanPass : Pass<"tandem-lower-to-launch-plan", "mlir::ModuleOp"> {
  let summary = "make kernels and launches of each part";
  let description = [{
    Why: a GPU runs kernels that the host launches in order. A part becomes one
    plan: kernels for the shapes that occur, and for each phase and bucket of
    tokens a program, which is a list of launches.

    Before:
    ```mlir
    %y = transformer.linear %s, %w layout kn : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
    ```
    After:
    ```mlir
    nvidia.launch @kernels::@linear_f32_16x8 grid [4, 1, 1] threads 128 shared 0 reads(%count, %s, %w) writes(%logits)
    ```
    Matrices are rows of [N][K] whatever the order of the file. Element-wise
    operations join the kernel of the product, or of the first of them, before.
    Layers are unrolled: their launches differ in the weights.

    Requires: parts of stage outline. Guarantees: what a verifier of the plan
    checks; scratch memory is placed. Fails, with an error for each operation,
    where a part holds what has no kernel.
  }];
  let options = [
    Option<"capacityTokens", "capacity", "int64_t", /*default=*/"4096",
           "tokens the cache of a row holds">];
  let dependentDialects = ["tandem::nvidia::NvidiaDialect",
                           "mlir::arith::ArithDialect", "mlir::gpu::GPUDialect",
                           "mlir::LLVM::LLVMDialect", "mlir::NVVM::NVVMDialect",
                           "mlir::scf::SCFDialect",
                           "mlir::vector::VectorDialect"];
}

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_PASSES_TD
