//===- PlanOps.td - plans, programs, buffers, launches -----*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_IR_PLANOPS_TD
#define TANDEM_TARGETS_NVIDIA_IR_PLANOPS_TD

include "tandem/targets/Nvidia/IR/PlanDialect.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Nvidia_Op<string mnemonic, list<Trait> traits = []>
    : Op<Nvidia_Dialect, mnemonic, traits>;

def Nvidia_PlanOp : Nvidia_Op<"plan", [
    IsolatedFromAbove, NoRegionArguments, NoTerminator, SingleBlock, Symbol,
    SymbolTable]> {
  let summary = "hold the kernels of a part and the programs that launch them";
  let description = [{
    `chip` is the architecture that kernels are compiled for. A block of threads
    may ask for `shared_bytes` of dynamic shared memory; its threads share
    `registers`.

    Lifespan: created by tandem-lower-to-launch-plan, written into the bundle.

    Constraints:
    - (C1) the limits are positive.

    Example:
    ```mlir
    nvidia.plan @accelerator chip "sm_90a" shared_bytes 232448 registers 65536 {
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$chip,
                       I64Attr:$shared_bytes, I64Attr:$registers);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `chip` $chip `shared_bytes` $shared_bytes `registers` $registers
    attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}

def Nvidia_ProgramOp : Nvidia_Op<"program", [
    HasParent<"PlanOp">, NoRegionArguments, NoTerminator, SingleBlock, Symbol]> {
  let summary = "launch kernels for one step";
  let description = [{
    For steps of a phase with up to `tokens` new tokens in up to `rows` rows,
    `selected` of which give logits. Scratch buffers are places in one arena of
    `arena` bytes, which programs share: two never run at a time.

    Lifespan: created by tandem-lower-to-launch-plan, written into the bundle.

    Constraints:
    - (C1) tokens, rows and selected are positive, none above tokens.
    - (C2) scratch buffers lie in the arena.
    - (C3) scratch memory is read where a launch before wrote that buffer.
    - (C4) no launch writes over scratch memory that is still to be read.

    Example:
    ```mlir
    nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$phase, I64Attr:$tokens,
                       I64Attr:$rows, I64Attr:$selected, I64Attr:$arena);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `phase` $phase `tokens` $tokens `rows` $rows `selected` $selected
    `arena` $arena attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Nvidia_BufferOp : Nvidia_Op<"buffer", [HasParent<"ProgramOp">, Pure]> {
  let summary = "name a piece of memory";
  let description = [{
    `bytes` bytes from byte `offset` of a memory: of entry `entry` of the part's
    table of weights; of a layer's part in each block of the cache; of the arena
    of scratch memory; of the values of a step; of the rows a stage before made;
    of the logits; of the tokens that have the largest logits.

    Lifespan: created by tandem-lower-to-launch-plan, written into the bundle.

    Constraints:
    - (C1) the offset is a multiple of 16 and not negative, the size positive.
    - (C2) an entry goes with weights.

    Example:
    ```mlir
    %w = nvidia.buffer weights of 3 at 0 bytes 1024
    %x = nvidia.buffer scratch at 256 bytes 256
    ```
  }];
  let arguments = (ins Nvidia_Memory:$memory, OptionalAttr<I64Attr>:$entry,
                       I64Attr:$offset, I64Attr:$bytes);
  let results = (outs Nvidia_BufferType:$result);
  let assemblyFormat = "$memory (`of` $entry^)? `at` $offset `bytes` $bytes attr-dict";
  let hasVerifier = 1;
}

def Nvidia_TensorMapOp : Nvidia_Op<"tensor_map", [HasParent<"ProgramOp">, Pure]> {
  let summary = "see a buffer as a matrix whose boxes kernels copy";
  let description = [{
    A matrix of `rows` by `columns` elements of 16 bits, whose rows lie
    `row_bytes` apart in a buffer. One copy moves a box of `box` (rows, columns)
    to shared memory, with zeros where the matrix ends; 16-byte pieces of its
    rows, of 128 bytes, are exchanged. A kernel takes it by value, in 128 bytes
    that the driver encodes.

    Lifespan: created by tandem-lower-to-launch-plan, written into the bundle.

    Constraints:
    - (C1) the matrix has elements and lies in the buffer, which is no map.
    - (C2) rows are a multiple of 16 bytes apart, fewer than 2^40, and no less
      than their elements take.
    - (C3) a box has 1 to 256 rows and as many columns as 128 bytes.

    Example:
    ```mlir
    %m = nvidia.tensor_map %x rows 8 columns 128 row_bytes 256 box [64, 64]
    ```
  }];
  let arguments = (ins Nvidia_BufferType:$buffer, I64Attr:$rows, I64Attr:$columns,
                       I64Attr:$row_bytes, DenseI64ArrayAttr:$box);
  let results = (outs Nvidia_BufferType:$result);
  let assemblyFormat = [{
    $buffer `rows` $rows `columns` $columns `row_bytes` $row_bytes `box` $box
    attr-dict
  }];
  let hasVerifier = 1;
}

def Nvidia_LaunchOp : Nvidia_Op<"launch", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    HasParent<"ProgramOp">]> {
  let summary = "run a kernel on a grid of blocks of threads";
  let description = [{
    The kernel takes the addresses of what it reads, or tensor maps, then of what
    it writes. With `programmatic` it may start before the launch before it has
    ended; all but a program's first launch do.

    Lifespan: created by tandem-lower-to-launch-plan, written into the bundle.

    Constraints:
    - (C1) the kernel is one of the plan's and takes as many buffers, tensor maps
      where its arguments are such and addresses elsewhere.
    - (C2) the grid has 1 to 2147483647 x 65535 x 65535 blocks.
    - (C3) a block has as many threads as the kernel is made for, at most 1024.
    - (C4) the dynamic shared memory is what the kernel needs and the chip has.
    - (C5) registers that warps take with `nvvm.setmaxregister` exist.
    - (C6) a kernel that is launched programmatically waits for the one before,
      and reads no memory that a launch writes as if it never changed.

    Example:
    ```mlir
    nvidia.launch @kernels::@copy grid [4, 8, 1] threads 128 shared 0 reads(%count, %x, %w) writes(%y)
    ```
  }];
  let arguments = (ins SymbolRefAttr:$kernel, DenseI64ArrayAttr:$grid,
                       I64Attr:$threads, I64Attr:$shared,
                       Variadic<Nvidia_BufferType>:$reads,
                       Variadic<Nvidia_BufferType>:$writes,
                       UnitAttr:$programmatic);
  let assemblyFormat = [{
    $kernel `grid` $grid `threads` $threads `shared` $shared
    `reads` `(` $reads `)` `writes` `(` $writes `)`
    (`programmatic` $programmatic^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // TANDEM_TARGETS_NVIDIA_IR_PLANOPS_TD
