//===- PlanVerifiers.cpp - what a driver would refuse late ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Limits are those of every chip (Architecture.h) and of the plan's.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/IR/PlanOps.h"

#include "tandem/targets/Nvidia/Architecture.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t elementBytes = 2; ///< of tensor maps
/// Threads that take and give registers together.
static constexpr int64_t warpGroupThreads = 128;

LogicalResult PlanOp::verify() {
  // C1
  int64_t shared = getSharedBytes(), registers = getRegisters();
  if (shared > 0 && registers > 0) {
    return success();
  }
  return emitOpError() << "chip '" << getChip() << "' has " << shared
                       << " bytes of shared memory and " << registers
                       << " registers, expected positive numbers";
}

LogicalResult BufferOp::verify() {
  // C1: 16 bytes are the widest load.
  int64_t offset = getOffset(), bytes = getBytes();
  if (offset < 0 || offset % 16 != 0 || bytes < 1) {
    return emitOpError() << "has " << bytes << " bytes at byte " << offset
                         << ", expected some at a multiple of 16";
  }
  // C2
  bool isWeights = getMemory() == Memory::weights;
  if (isWeights == getEntry().has_value()) {
    return success();
  }
  return emitOpError() << (isWeights ? "of weights needs the number of an entry"
                                     : "has an entry, which weights have only");
}

BufferOp tandem::nvidia::bufferOf(Value value) {
  auto map = value.getDefiningOp<TensorMapOp>();
  return (map ? map.getBuffer() : value).getDefiningOp<BufferOp>();
}

LogicalResult TensorMapOp::verify() {
  auto buffer = getBuffer().getDefiningOp<BufferOp>();
  int64_t rows = getRows(), columns = getColumns(), rowBytes = getRowBytes();
  // C1
  if (!buffer || rows < 1 || columns < 1) {
    return emitOpError() << "maps " << rows << " rows of " << columns
                         << " columns, expected some of a buffer";
  }
  // C2
  if (rowBytes % 16 != 0 || rowBytes >= mostRowBytes ||
      columns > rowBytes / elementBytes) {
    return emitOpError() << "has rows of " << columns << " elements "
                         << rowBytes << " bytes apart, expected a multiple of "
                         << "16 from " << elementBytes * columns << " to 2^40";
  }
  // C1
  int64_t most =
      (buffer.getBytes() + rowBytes - elementBytes * columns) / rowBytes;
  if (rows > most) {
    InFlightDiagnostic error = emitOpError()
                               << "maps " << rows << " rows, " << rowBytes
                               << " bytes apart, of a buffer that has " << most;
    error.attachNote(buffer.getLoc()) << "buffer is named here";
    return error;
  }
  // C3
  ArrayRef<int64_t> box = getBox();
  if (box.size() != 2 || box[0] < 1 || box[0] > mostBoxRows ||
      box[1] != boxColumns) {
    return emitOpError() << "copies a box of [" << box << "], expected 1 to "
                         << mostBoxRows << " rows of " << boxColumns
                         << " columns";
  }
  return success();
}

namespace {

/// Follows the launches of a program and what scratch memory holds.
class ScratchUse {
public:
  explicit ScratchUse(ProgramOp program) : program(program) {}
  LogicalResult check();

private:
  LogicalResult checkRead(LaunchOp launch, BufferOp buffer);
  LogicalResult checkWrite(LaunchOp launch, BufferOp buffer);

  ProgramOp program;
  /// Buffers whose contents are there.
  llvm::SetVector<BufferOp> written;
};

} // namespace

/// The buffer of scratch memory that `value` is or maps, or null.
static BufferOp scratchOf(Value value) {
  BufferOp buffer = bufferOf(value);
  return buffer && buffer.getMemory() == Memory::scratch ? buffer : nullptr;
}

static bool overlap(BufferOp a, BufferOp b) {
  return a.getOffset() < b.getOffset() + b.getBytes() &&
         b.getOffset() < a.getOffset() + a.getBytes();
}

/// Whether a launch behind `launch`, or that one, reads `value`, or a map of
/// it.
static bool isReadFrom(LaunchOp launch, Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (auto map = dyn_cast<TensorMapOp>(user)) {
      return isReadFrom(launch, map);
    }
    auto reader = dyn_cast<LaunchOp>(user);
    return reader && llvm::is_contained(reader.getReads(), value) &&
           !reader->isBeforeInBlock(launch);
  });
}

LogicalResult ScratchUse::checkRead(LaunchOp launch, BufferOp buffer) {
  // C3
  if (written.contains(buffer)) {
    return success();
  }
  InFlightDiagnostic error = launch.emitOpError()
                             << "reads scratch memory before a launch wrote it";
  error.attachNote(buffer.getLoc()) << "buffer is named here";
  return error;
}

LogicalResult ScratchUse::checkWrite(LaunchOp launch, BufferOp buffer) {
  // C4
  for (BufferOp other : written) {
    if (other != buffer && overlap(other, buffer) &&
        isReadFrom(launch, other)) {
      InFlightDiagnostic error = launch.emitOpError()
                                 << "writes " << buffer.getBytes()
                                 << " bytes at byte " << buffer.getOffset()
                                 << " of the arena over " << other.getBytes()
                                 << " bytes at byte " << other.getOffset()
                                 << ", which are still to be read";
      error.attachNote(other.getLoc()) << "buffer is named here";
      return error;
    }
  }
  return success();
}

LogicalResult ScratchUse::check() {
  for (auto launch : program.getBody().getOps<LaunchOp>()) {
    for (Value value : launch.getReads()) {
      BufferOp buffer = scratchOf(value);
      if (buffer && failed(checkRead(launch, buffer))) {
        return failure();
      }
    }
    for (Value value : launch.getWrites()) {
      BufferOp buffer = scratchOf(value);
      if (!buffer) {
        continue;
      }
      if (failed(checkWrite(launch, buffer))) {
        return failure();
      }
      written.remove_if([&](BufferOp other) { return overlap(other, buffer); });
      written.insert(buffer);
    }
  }
  return success();
}

LogicalResult ProgramOp::verifyRegions() {
  // C1
  int64_t tokens = getTokens(), rows = getRows(), selected = getSelected();
  if (std::min(rows, selected) < 1 || std::max(rows, selected) > tokens) {
    return emitOpError() << "is for " << tokens << " tokens, " << rows
                         << " rows and " << selected
                         << " selected tokens, expected 1 to " << tokens
                         << " rows and selected tokens";
  }
  // C2
  for (auto buffer : getBody().getOps<BufferOp>()) {
    int64_t end = buffer.getOffset() + buffer.getBytes();
    if (buffer.getMemory() == Memory::scratch && end > int64_t(getArena())) {
      return buffer.emitOpError()
             << "ends at byte " << end << " of an arena of " << getArena()
             << " bytes";
    }
  }
  // C3, C4
  return ScratchUse(*this).check();
}

LogicalResult LaunchOp::verify() {
  // C2
  bool isRight = getGrid().size() == 3;
  for (auto [blocks, most] : llvm::zip(getGrid(), mostBlocks)) {
    isRight &= blocks >= 1 && blocks <= most;
  }
  if (!isRight) {
    return emitOpError() << "grid is [" << getGrid()
                         << "], expected three sizes from 1 to ["
                         << ArrayRef(mostBlocks) << "]";
  }
  return success();
}

/// Registers per block that warps hold after `nvvm.setmaxregister`: those that
/// give some are one group, all the others take.
static int64_t registersOf(LLVM::LLVMFuncOp kernel, int64_t threads) {
  int64_t given = 0, taken = 0;
  kernel.walk([&](NVVM::SetMaxRegisterOp op) {
    bool takes = op.getAction() == NVVM::SetMaxRegisterAction::increase;
    (takes ? taken : given) = op.getRegCount();
  });
  return taken == 0
             ? 0
             : taken * (threads - warpGroupThreads) + given * warpGroupThreads;
}

static int64_t threadsOf(LLVM::LLVMFuncOp kernel) {
  auto sizes = kernel->getAttrOfType<DenseI32ArrayAttr>(
      NVVM::NVVMDialect::getMaxntidAttrName());
  return sizes && !sizes.empty() ? sizes[0] : mostThreads;
}

static int64_t sharedBytesOf(LLVM::LLVMFuncOp kernel) {
  auto bytes = kernel->getAttrOfType<IntegerAttr>(sharedBytesAttribute);
  return bytes ? bytes.getInt() : 0;
}

/// Checks a kernel that may run beside the one before.
static LogicalResult checkProgrammatic(LaunchOp launch,
                                       LLVM::LLVMFuncOp kernel) {
  bool waits = false;
  kernel.walk([&](NVVM::GriddepcontrolOp op) {
    waits |= op.getKind() == NVVM::GridDepActionKind::wait;
  });
  if (!waits) {
    return launch.emitOpError()
           << "is programmatic, but kernel '" << kernel.getName()
           << "' never waits; expected nvvm.griddepcontrol wait";
  }
  for (auto [index, value] : llvm::enumerate(launch.getReads())) {
    BufferOp buffer = bufferOf(value);
    // The others hold what was there before the program.
    bool changes = buffer && buffer.getMemory() != Memory::weights &&
                   buffer.getMemory() != Memory::step &&
                   buffer.getMemory() != Memory::input;
    if (changes &&
        kernel.getArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName())) {
      return launch.emitOpError()
             << "is programmatic and reads "
             << stringifyMemory(buffer.getMemory())
             << " memory through argument " << index << " of kernel '"
             << kernel.getName()
             << "', whose noalias lets loads assume that nothing writes it";
    }
  }
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto plan = (*this)->getParentOfType<PlanOp>();
  // C1
  auto kernel = symbols.lookupSymbolIn<LLVM::LLVMFuncOp>(plan, getKernel());
  if (!kernel) {
    return emitOpError() << "runs " << getKernel()
                         << ", which is no kernel of the plan";
  }
  int64_t buffers = getReads().size() + getWrites().size();
  if (int64_t(kernel.getNumArguments()) != buffers) {
    return emitOpError() << "passes " << buffers << " buffers to kernel '"
                         << kernel.getName() << "', which takes "
                         << kernel.getNumArguments();
  }
  for (auto [index, value] :
       llvm::enumerate(llvm::concat<Value>(getReads(), getWrites()))) {
    bool isMap = bool(value.getDefiningOp<TensorMapOp>());
    bool takesMap =
        bool(kernel.getArgAttr(index, LLVM::LLVMDialect::getByValAttrName()));
    if (isMap != takesMap) {
      return emitOpError() << "passes "
                           << (isMap ? "a tensor map" : "an address")
                           << " as argument " << index << " of kernel '"
                           << kernel.getName() << "', which takes "
                           << (takesMap ? "a tensor map" : "an address");
    }
  }
  // C3
  int64_t threads = threadsOf(kernel);
  if (int64_t(getThreads()) != threads || threads > mostThreads) {
    return emitOpError() << "has " << getThreads()
                         << " threads in a block, kernel '" << kernel.getName()
                         << "' is made for " << threads << ", of at most "
                         << mostThreads;
  }
  // C4
  int64_t shared = sharedBytesOf(kernel);
  if (int64_t(getShared()) != shared ||
      shared > int64_t(plan.getSharedBytes())) {
    return emitOpError() << "asks for " << getShared()
                         << " bytes of shared memory, kernel '"
                         << kernel.getName() << "' needs " << shared << ", "
                         << plan.getChip() << " has " << plan.getSharedBytes();
  }
  // C5: more would wait for ever.
  int64_t registers = registersOf(kernel, threads);
  if (registers > int64_t(plan.getRegisters())) {
    return emitOpError() << "takes " << registers
                         << " registers by nvvm.setmaxregister, "
                         << plan.getChip() << " has " << plan.getRegisters();
  }
  // C6
  return getProgrammatic() ? checkProgrammatic(*this, kernel) : success();
}
