//===- WeightPanels.h - a linear layer's weight in a task -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_WEIGHTPANELS_H
#define TANDEM_TARGETS_X86_LOWERING_WEIGHTPANELS_H

#include "tandem/targets/X86/Lowering/Scope.h"

namespace tandem::x86 {

/// Multiplies packed rows by the panels of one weight, plain or stored. Does
/// nothing for a null layer.
class WeightPanels {
public:
  /// Panel 0 begins at column `firstColumn`.
  WeightPanels(Scope &scope, transformer::LinearOp linear, int64_t firstColumn);

  /// Prepares the `rows` rows for all panels of a task.
  void begin(Expr rows);
  /// Rows [row, row + count) of `rows` x panel into strip [count][16]. Called
  /// for a panel's strips in order, the first with row 0.
  void multiply(Pointer strip, Expr panel, Expr rows, Expr row, Expr count);

private:
  void multiplyPlain(Pointer strip, Pointer panel, Expr rows, Expr row,
                     Expr count);

  Scope &scope;
  Emitter &e;
  Kernels &kernels;
  transformer::LinearOp linear;
  int64_t firstPanel;
  std::optional<PanelFormat> format;
  bool takesBytes = false; ///< rows in 8 bits
  /// Of a stored weight: rows for streaming, and an unpacked panel.
  std::optional<Pointer> spread, unpacked;
};

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_WEIGHTPANELS_H
