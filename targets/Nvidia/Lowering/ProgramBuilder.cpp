//===- ProgramBuilder.cpp - writes buffers and launches -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/ProgramBuilder.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

static constexpr int64_t floatBytes = sizeof(float);
/// Keys of a full row that make another block of threads worth it.
static constexpr int64_t leastKeys = 128;

ProgramBuilder::ProgramBuilder(PlanContext &context, const Program &program)
    : context(context), program(program),
      layout(program, context.cache.blocksPerRow),
      builder(OpBuilder::atBlockEnd(&context.plan.getBody().front())) {
  op = ProgramOp::create(builder, context.part.getLoc(), program.getName(),
                         program.phase, program.tokens, program.rows,
                         program.selected, /*arena=*/0);
  builder.createBlock(&op.getBody());
}

Value ProgramBuilder::memory(Memory memory, int64_t bytes, int64_t offset,
                             std::optional<int64_t> entry) {
  Location location = context.part.getLoc();
  auto make = [&] {
    IntegerAttr number = entry ? builder.getI64IntegerAttr(*entry) : nullptr;
    return BufferOp::create(builder, location, builder.getType<BufferType>(),
                            memory, number, offset, bytes);
  };
  if (memory == Memory::scratch) {
    return make();
  }
  Attribute key = builder.getDenseI64ArrayAttr(
      {int64_t(memory), offset, bytes, entry.value_or(-1)});
  auto [place, isNew] = known.try_emplace(key);
  if (isNew) {
    place->second = make();
  }
  return place->second;
}

Rows ProgramBuilder::makeRows(const RowFormat &format, bool isSelected) {
  int64_t bytes = rowCount(isSelected) * format.rowBytes();
  return {memory(Memory::scratch, bytes), isSelected, format.terms};
}

Rows ProgramBuilder::makeRows(int64_t width, Element element, bool isSelected) {
  int64_t bytes = rowCount(isSelected) * width * bytesOf(element);
  return {memory(Memory::scratch, bytes), isSelected};
}

Value ProgramBuilder::convert(const Rows &rows, const RowFormat &format,
                              Location location) {
  Value &made = converted[{rows.buffer, format.terms}];
  if (!made) {
    made = makeRows(format, rows.isSelected).buffer;
    launch(context.kernels.map(format, {}), rows.isSelected, rows.buffer, made,
           location);
  }
  return made;
}

Value ProgramBuilder::makeParts(const AttentionShape &shape) {
  int64_t parts = program.tokens * shape.heads * shape.splits;
  return memory(Memory::scratch, parts * shape.partialWidth() * floatBytes);
}

int64_t ProgramBuilder::splits(const AttentionShape &shape) const {
  int64_t runs = context.cache.tokens * context.cache.blocksPerRow / leastKeys;
  return std::max<int64_t>(
      1, std::min(runs, busyBlocks / shape.blocks(program.tokens)));
}

Value ProgramBuilder::step(StepField field) {
  const StepPlace &place = layout.of(field);
  return memory(Memory::step, place.bytes(), place.offset);
}

Value ProgramBuilder::logits(int64_t width) {
  return memory(Memory::logits, program.selected * width * floatBytes);
}

Value ProgramBuilder::input(int64_t width) {
  return memory(Memory::input, program.tokens * width * floatBytes);
}

Value ProgramBuilder::largest() {
  return memory(Memory::tokens, program.selected * sizeof(int32_t));
}

Value ProgramBuilder::cache(int64_t layer) {
  int64_t bytes = context.cache.layerBytes();
  return memory(Memory::cache, bytes, layer * bytes);
}

SmallVector<Value> ProgramBuilder::matrix(int64_t entry,
                                          const WeightFormat &format) {
  SmallVector<Value> buffers = {
      memory(Memory::weights, format.elementBytes(), 0, entry)};
  if (format.buffers() > 1) {
    buffers.push_back(memory(Memory::weights,
                             format.bytes() - format.numbersOffset(),
                             format.numbersOffset(), entry));
  }
  return buffers;
}

void ProgramBuilder::launch(const Kernel &kernel, bool onSelected,
                            ValueRange reads, ValueRange writes,
                            Location location) {
  SmallVector<Value> all = {
      step(onSelected ? StepField::selectedCount : StepField::tokenCount)};
  llvm::append_range(all, reads);
  int64_t rows = rowCount(onSelected);
  auto module = kernel.function->getParentOfType<gpu::GPUModuleOp>();
  auto symbol = SymbolRefAttr::get(module.getSymNameAttr(),
                                   {FlatSymbolRefAttr::get(kernel.function)});
  int64_t blocks = llvm::divideCeil(rows, kernel.rowsPerBlock);
  for (const MatrixMap &map : kernel.maps) {
    Value &argument = all[map.argument];
    argument = TensorMapOp::create(
        builder, location, builder.getType<BufferType>(), argument, map.rows,
        map.columns, map.rowBytes,
        builder.getDenseI64ArrayAttr({map.boxRows, tileDepth}));
  }
  // The first one reads what copies bring, which are no launches.
  bool isFirst = op.getBody().getOps<LaunchOp>().empty();
  LaunchOp::create(builder, location, symbol,
                   {kernel.blocksPerRow, blocks, kernel.splits}, kernel.threads,
                   kernel.sharedBytes, all, writes, /*programmatic=*/!isFirst);
}

ProgramOp ProgramBuilder::finish() {
  placeScratch(op);
  return op;
}
