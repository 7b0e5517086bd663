//===- PlanDialect.td - launch plans of a part -------------*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_IR_PLANDIALECT_TD
#define TANDEM_TARGETS_NVIDIA_IR_PLANDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Nvidia_Dialect : Dialect {
  let name = "nvidia";
  let cppNamespace = "::tandem::nvidia";
  let summary = "which kernels a step launches, and on which memory";
  let description = [{
    What the host does for a step, and nothing of what a kernel computes: kernels
    are `llvm.func` with `nvvm.kernel`. A plan holds the kernels of a part and a
    program for each phase and number of tokens; a program is a list of launches
    over buffers. Every address but the base of a memory is a constant, and
    kernels take buffers only: what changes from step to step is read from the
    buffer of kind `step`, so that a recorded program is valid for every step.
    Verifiers know the chip's limits and refuse what the driver would refuse
    late, or not at all.
  }];
  let useDefaultTypePrinterParser = 1;
}

def Nvidia_Memory : I32EnumAttr<"Memory", "which memory a buffer is a piece of", [
    I32EnumAttrCase<"weights", 0>, I32EnumAttrCase<"cache", 1>,
    I32EnumAttrCase<"scratch", 2>, I32EnumAttrCase<"step", 3>,
    I32EnumAttrCase<"input", 4>, I32EnumAttrCase<"logits", 5>,
    I32EnumAttrCase<"tokens", 6>]> {
  let cppNamespace = "::tandem::nvidia";
}

def Nvidia_BufferType : TypeDef<Nvidia_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "a piece of the chip's memory";
}

#endif // TANDEM_TARGETS_NVIDIA_IR_PLANDIALECT_TD
