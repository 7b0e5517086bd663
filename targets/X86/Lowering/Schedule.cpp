//===- Schedule.cpp - the order of work in a function -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Schedule.h"

#include "tandem/targets/X86/Lowering/Fusion.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;
using namespace tandem::transformer;

RowForm tandem::x86::inputFormOf(LinearOp linear) {
  return linear.getInt8Activations() ? RowForm::bytes : RowForm::tiles;
}

PackedValue LinearWork::packedInput() const {
  return {input(), inputFormOf(linear)};
}

llvm::DenseSet<Value> tandem::x86::findSelected(Block &block) {
  llvm::DenseSet<Value> selected;
  block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForOp, func::CallOp>(op)) {
      return;
    }
    if (isa<SelectTokensOp>(op) ||
        llvm::any_of(op->getOperands(), [&](Value operand) {
          return selected.contains(operand);
        })) {
      selected.insert(op->result_begin(), op->result_end());
    }
  });
  return selected;
}

namespace {

/// A stage is one function of straight-line code, which LLVM orders in time
/// that grows with the square of its length; layers have some ten operations.
constexpr size_t maxStageOperations = 32;

/// A unit of the schedule: an operation, a linear layer with what it covers, or
/// the packing of a value.
struct Item {
  Item(WorkKind kind, bool onSelected, Operation *op = nullptr)
      : kind(kind), onSelected(onSelected), op(op) {}

  WorkKind kind;
  bool onSelected;
  Operation *op;
  const LinearWork *linear = nullptr;
  PackedValue packed;
  SmallVector<Value> reads, writes;
  bool done = false;
};

class Scheduler {
public:
  Scheduler(Block &block, const llvm::DenseSet<Value> &selected)
      : block(block), selected(selected), works(fuseLinears(block)) {
    for (LinearWork &work : works) {
      work.onSelected = selected.contains(work.input());
    }
  }

  std::vector<Stage> run();

private:
  void makeItems();
  void addLinear(const LinearWork &work);
  void addOperation(Operation *op);
  bool isReady(const Item &item) const;
  void finish(Item &item);
  Stage takeTokenWise(bool onSelected);
  Stage takeAll(WorkKind kind);
  Item *firstReady(WorkKind kind);
  void add(Item &item, Stage &stage);

  Block &block;
  const llvm::DenseSet<Value> &selected;
  std::vector<LinearWork> works;
  std::vector<Item> items;
  /// Values that a stage still has to make; the rest is there from the start.
  llvm::DenseSet<Value> pending;
  llvm::DenseSet<PackedValue> pendingPacked;
};

void Scheduler::addLinear(const LinearWork &work) {
  Value input = work.input();
  if (pendingPacked.insert(work.packedInput()).second) {
    Item pack(WorkKind::tokenWise, work.onSelected);
    pack.packed = work.packedInput();
    pack.reads = {input};
    items.push_back(pack);
  }
  Item item(WorkKind::linear, work.onSelected);
  item.linear = &work;
  item.packed = work.packedInput();
  for (const FusedStep &step : work.steps) {
    if (step.operand) {
      item.reads.push_back(step.operand);
    }
  }
  item.writes = {work.result};
  items.push_back(item);
}

void Scheduler::addOperation(Operation *op) {
  bool onSelected = llvm::any_of(op->getResults(), [&](Value result) {
    return selected.contains(result);
  });
  Item item(workKindOf(op), onSelected, op);
  op->walk([&](Operation *nested) {
    llvm::append_range(item.reads, nested->getOperands());
  });
  llvm::append_range(item.writes, op->getResults());
  items.push_back(item);
}

void Scheduler::makeItems() {
  llvm::DenseMap<Operation *, SmallVector<const LinearWork *>> last;
  llvm::DenseSet<Operation *> fused;
  for (const LinearWork &work : works) {
    fused.insert(work.fused.begin(), work.fused.end());
    last[work.result.getDefiningOp()].push_back(&work);
  }
  for (Operation &op : block) {
    for (const LinearWork *work : last.lookup(&op)) {
      addLinear(*work);
    }
    if (!fused.contains(&op) && workKindOf(&op) != WorkKind::none) {
      addOperation(&op);
    }
  }
  for (Item &item : items) {
    pending.insert(item.writes.begin(), item.writes.end());
  }
}

bool Scheduler::isReady(const Item &item) const {
  return !item.done && llvm::none_of(item.reads, [&](Value value) {
    return pending.contains(value);
  }) && !(item.linear && pendingPacked.contains(item.packed));
}

void Scheduler::finish(Item &item) {
  item.done = true;
  for (Value value : item.writes) {
    pending.erase(value);
  }
  if (!item.op && !item.linear) {
    pendingPacked.erase(item.packed);
  }
}

Item *Scheduler::firstReady(WorkKind kind) {
  for (Item &item : items) {
    if (item.kind == kind && isReady(item)) {
      return &item;
    }
  }
  return nullptr;
}

void Scheduler::add(Item &item, Stage &stage) {
  if (item.linear) {
    stage.linears.push_back(*item.linear);
  } else if (!item.op) {
    stage.packed.push_back(item.packed);
  } else {
    stage.operations.push_back(item.op);
  }
}

Stage Scheduler::takeTokenWise(bool onSelected) {
  Stage stage(WorkKind::tokenWise, onSelected);
  // A value chosen from all tokens needs them all: a stage never holds both.
  bool grew = true;
  while (grew) {
    grew = false;
    for (Item &item : items) {
      if (stage.operations.size() == maxStageOperations) {
        return stage;
      }
      if (item.kind != WorkKind::tokenWise || item.onSelected != onSelected ||
          !isReady(item)) {
        continue;
      }
      add(item, stage);
      finish(item);
      grew = true;
    }
  }
  return stage;
}

Stage Scheduler::takeAll(WorkKind kind) {
  Stage stage(kind);
  SmallVector<Item *> ready;
  for (Item &item : items) {
    if (item.kind == kind && isReady(item)) {
      ready.push_back(&item);
    }
  }
  if (kind == WorkKind::control) {
    ready.truncate(1);
  }
  for (Item *item : ready) {
    add(*item, stage);
    finish(*item);
  }
  return stage;
}

std::vector<Stage> Scheduler::run() {
  makeItems();
  std::vector<Stage> stages;
  while (true) {
    if (Item *item = firstReady(WorkKind::tokenWise)) {
      stages.push_back(takeTokenWise(item->onSelected));
      continue;
    }
    WorkKind kind = WorkKind::none;
    for (WorkKind candidate :
         {WorkKind::linear, WorkKind::attention, WorkKind::control}) {
      if (kind == WorkKind::none && firstReady(candidate)) {
        kind = candidate;
      }
    }
    if (kind == WorkKind::none) {
      return stages;
    }
    stages.push_back(takeAll(kind));
    if (kind == WorkKind::control) {
      if (auto loop = dyn_cast<scf::ForOp>(stages.back().operations.front())) {
        stages.back().body = scheduleBlock(*loop.getBody(), selected);
      }
    }
  }
}

} // namespace

std::vector<Stage>
tandem::x86::scheduleBlock(Block &block,
                           const llvm::DenseSet<Value> &selected) {
  return Scheduler(block, selected).run();
}

void Stage::collect(SmallVectorImpl<Value> &reads,
                    SmallVectorImpl<Value> &writes) const {
  for (Operation *op : operations) {
    op->walk([&](Operation *nested) {
      llvm::append_range(reads, nested->getOperands());
    });
    llvm::append_range(writes, op->getResults());
  }
  llvm::append_range(reads, llvm::make_first_range(packed));
  for (const LinearWork &work : linears) {
    for (const FusedStep &step : work.steps) {
      if (step.operand) {
        reads.push_back(step.operand);
      }
    }
    writes.push_back(work.result);
  }
}
