//===- TestData.h - recorded inputs and results of a model -------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the folders of ONNX's backend tests:
// test_data_set_N/{input,output}_M.pb, each an encoded TensorProto.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_PASSES_PRIMITIVES_CHECK_TESTDATA_H
#define TANDEM_TEST_PASSES_PRIMITIVES_CHECK_TESTDATA_H

#include "tandem/passes/Primitives/Tensor.h"

#include "llvm/Support/Error.h"

namespace tandem::check {

/// The tensors in files `prefix`_0.pb, `prefix`_1.pb, ... of `folder`.
llvm::Expected<llvm::SmallVector<primitives::Tensor>>
readTensors(llvm::StringRef folder, llvm::StringRef prefix,
            mlir::MLIRContext *context);

/// How far results may be from what is expected.
struct Tolerance {
  double absolute, relative;
};

/// The tolerance that an element type allows.
Tolerance getTolerance(mlir::Type elementType);

/// The positions of tokens that a model's `attention_mask` leaves out: what
/// results hold there is not specified.
class Padding {
public:
  /// No padding.
  Padding() = default;
  explicit Padding(const primitives::Tensor &mask);

  /// Whether element `index` of a result of `shape` belongs to padding: logits
  /// are [batch, tokens, ...], presents [batch, heads, tokens, ...].
  bool covers(llvm::ArrayRef<int64_t> shape, int64_t index) const;

private:
  llvm::SmallVector<int64_t> mask; ///< [batch, keys], 0 for padding
  int64_t batch = 0, keys = 0;
};

/// Fails with the first difference beyond the tolerance.
llvm::Error compare(const primitives::Tensor &actual,
                    const primitives::Tensor &expected, Tolerance tolerance,
                    const Padding &padding);

} // namespace tandem::check

#endif // TANDEM_TEST_PASSES_PRIMITIVES_CHECK_TESTDATA_H
