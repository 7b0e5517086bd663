//===- Scope.h - what a task can name ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A function's frame is an array of 8-byte slots on its stack: the state of the
// step, index arguments, and the address of each tensor. Tasks get the frame as
// their context and load what they need.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_SCOPE_H
#define TANDEM_TARGETS_X86_LOWERING_SCOPE_H

#include "tandem/targets/Interface/Target.h"
#include "tandem/targets/X86/Lowering/Buffers.h"
#include "tandem/targets/X86/Lowering/StepState.h"

namespace tandem::x86 {

/// What the functions of a part share while they are lowered.
struct PartContext {
  Kernels &kernels;
  PackingPlan plan;
  AttentionKinds attentions;
  /// Arena of each lowered function, those it calls included.
  llvm::DenseMap<mlir::Operation *, int64_t> bytesPerToken;
};

/// Slots of a function's frame.
class FrameLayout {
public:
  /// The slot of `value` in a form, made on first use. Slot 0 is
  /// the state.
  int64_t slotOf(mlir::Value value, RowForm form = RowForm::plain) {
    return slots.try_emplace({value, form}, slots.size() + 1).first->second;
  }
  int64_t count() const { return slots.size() + 1; }

private:
  llvm::DenseMap<PackedValue, int64_t> slots;
};

/// A place in a function or task, with its frame at hand.
class Scope {
public:
  Scope(Emitter &e, PartContext &part, FrameLayout &layout, Pointer frame)
      : e(e), part(part), kernels(part.kernels), layout(layout), frame(frame) {}

  Pointer slot(mlir::Value value, RowForm form = RowForm::plain) {
    return frame.bytes(8 * layout.slotOf(value, form));
  }
  Pointer state() { return frame.loadPointer(); }
  Pointer field(StateField f, int64_t extra = 0) {
    return fieldAt(state(), f, extra);
  }
  /// The first element of a tensor: a weight, or what a stage made.
  Pointer tensor(mlir::Value value);
  Pointer packed(PackedValue value) {
    return slot(value.first, value.second).loadPointer();
  }
  /// The value of an index.
  Expr index(mlir::Value value);
  /// A pointer to an operand of an element-wise operation; a scalar gets a
  /// place on the stack.
  Pointer operand(mlir::Value value);
  /// Rows of a value: all tokens or the selected ones.
  Expr rows(bool selected) {
    return field(selected ? StateField::selectedCount : StateField::tokenCount)
        .loadInteger();
  }

  Emitter &e;
  PartContext &part;
  Kernels &kernels;
  FrameLayout &layout;
  Pointer frame;
};

/// Emits the work of a stage for tokens [first, last).
void emitTokenWise(Scope &scope, const Stage &stage, Expr first, Expr last);

/// Emits task `index` of a stage of linear layers; `taskCount` says how many.
void emitLinears(Scope &scope, const Stage &stage, Expr index);
int64_t linearTaskCount(const Stage &stage);

/// Emits task `index` of a stage of attentions; `taskCount` says how many.
void emitAttentions(Scope &scope, const Stage &stage, Expr index);
Expr attentionTaskCount(Scope &scope, const Stage &stage);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_SCOPE_H
