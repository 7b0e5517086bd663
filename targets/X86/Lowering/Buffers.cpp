//===- Buffers.cpp - where a function keeps its values ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Buffers.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::x86;

namespace {

/// First and last stage of a value's life.
struct Life {
  int64_t first, last;
};

class Allocator {
public:
  explicit Allocator(const llvm::DenseSet<Value> &elsewhere)
      : elsewhere(elsewhere) {}

  void number(const std::vector<Stage> &stages);
  /// Lets `values` live until now.
  void keep(ArrayRef<Value> values) {
    for (Value value : values) {
      read(value, RowForm::plain);
    }
  }
  std::vector<Buffer> place(int64_t &bytesPerToken) const;

private:
  void write(Value value, RowForm form);
  void read(Value value, RowForm form);
  void numberLoop(const Stage &stage);

  const llvm::DenseSet<Value> &elsewhere;
  llvm::MapVector<PackedValue, Life> lives;
  int64_t now = 0;
};

} // namespace

void Allocator::write(Value value, RowForm form) {
  bool hasHome = form == RowForm::plain &&
                 (elsewhere.contains(value) ||
                  isa_and_nonnull<scf::ForOp>(value.getDefiningOp()));
  if (isa<RankedTensorType>(value.getType()) && !hasHome) {
    lives.insert({{value, form}, {now, now}});
  }
}

void Allocator::read(Value value, RowForm form) {
  // What a loop carries swaps buffers with what it yields: its result may lie
  // in either.
  if (auto loop = value.getDefiningOp<scf::ForOp>();
      loop && form == RowForm::plain) {
    unsigned index = cast<OpResult>(value).getResultNumber();
    read(loop.getInitArgs()[index], form);
    read(loop.getYieldedValues()[index], form);
  }
  auto life = lives.find({value, form});
  if (life != lives.end()) {
    life->second.last = now;
  }
}

void Allocator::numberLoop(const Stage &stage) {
  auto loop = cast<scf::ForOp>(stage.operations.front());
  for (Value yielded : loop.getYieldedValues()) {
    write(yielded, RowForm::plain);
  }
  int64_t start = now;
  number(stage.body);
  ++now;
  // What was there before the loop and is read in any round lives through it.
  SmallVector<Value> reads, writes;
  stage.collect(reads, writes);
  llvm::append_range(reads, loop.getYieldedValues());
  for (Value value : reads) {
    auto life = lives.find({value, RowForm::plain});
    if (life != lives.end() && life->second.first <= start) {
      read(value, RowForm::plain);
    }
  }
}

void Allocator::number(const std::vector<Stage> &stages) {
  for (const Stage &stage : stages) {
    ++now;
    SmallVector<Value> reads, writes;
    stage.collect(reads, writes);
    if (!stage.body.empty()) {
      llvm::for_each(reads, [&](Value value) { read(value, RowForm::plain); });
      numberLoop(stage);
      continue;
    }
    llvm::for_each(writes, [&](Value value) { write(value, RowForm::plain); });
    llvm::for_each(reads, [&](Value value) { read(value, RowForm::plain); });
    for (auto [value, form] : stage.packed) {
      write(value, form);
    }
    for (const LinearWork &work : stage.linears) {
      auto [value, form] = work.packedInput();
      read(value, form);
    }
  }
}

std::vector<Buffer> Allocator::place(int64_t &bytesPerToken) const {
  std::vector<Buffer> buffers;
  SmallVector<Life> placed;
  bytesPerToken = 0;
  for (const auto &[key, life] : lives) {
    auto [value, form] = key;
    int64_t rowBytes = form == RowForm::bytes
                           ? quantizedRowBytes(widthOf(value))
                           : widthOf(value) * int64_t(sizeof(float));
    Buffer buffer{value, form, 0, int64_t(llvm::alignTo(rowBytes, 64))};
    // The lowest offset that overlaps no buffer of the same time.
    bool moved = true;
    while (moved) {
      moved = false;
      for (auto [other, otherLife] : llvm::zip(buffers, placed)) {
        if (otherLife.first <= life.last && life.first <= otherLife.last &&
            other.offset < buffer.offset + buffer.bytes &&
            buffer.offset < other.offset + other.bytes) {
          buffer.offset = other.offset + other.bytes;
          moved = true;
        }
      }
    }
    bytesPerToken = std::max(bytesPerToken, buffer.offset + buffer.bytes);
    buffers.push_back(buffer);
    placed.push_back(life);
  }
  return buffers;
}

std::vector<Buffer>
tandem::x86::allocateBuffers(const std::vector<Stage> &stages,
                             const llvm::DenseSet<Value> &elsewhere,
                             ArrayRef<Value> kept, int64_t &bytesPerToken) {
  Allocator allocator(elsewhere);
  allocator.number(stages);
  allocator.keep(kept);
  return allocator.place(bytesPerToken);
}
