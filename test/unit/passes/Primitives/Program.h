//===- Program.h - programs of the unit tests --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parses a module and makes tensors in its context.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_PASSES_PRIMITIVES_PROGRAM_H
#define TANDEM_TEST_UNIT_PASSES_PRIMITIVES_PROGRAM_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Primitives/Evaluator.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"

namespace tandem::test {

/// A parsed module.
struct Program {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;

  explicit Program(llvm::StringRef text) {
    context
        .loadDialect<deploy::DeployDialect, onnx::OnnxDialect,
                     transformer::TransformerDialect, mlir::arith::ArithDialect,
                     mlir::func::FuncDialect, mlir::scf::SCFDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }

  /// The first function, in a part or not.
  mlir::func::FuncOp getFunction() {
    mlir::func::FuncOp found;
    module->walk([&](mlir::func::FuncOp function) {
      found = function;
      return mlir::WalkResult::interrupt();
    });
    return found;
  }

  mlir::Type getType(llvm::StringRef text) {
    return mlir::parseType(text, &context);
  }

  primitives::Tensor floats(llvm::ArrayRef<int64_t> shape,
                            const std::vector<double> &values) {
    return primitives::Tensor::narrow(getType("f32"), shape, values);
  }

  primitives::Tensor integers(llvm::ArrayRef<int64_t> shape,
                              const std::vector<int64_t> &values) {
    return primitives::Tensor::narrow(getType("i64"), shape, values);
  }

  /// Runs the first function, which has no weights.
  llvm::Expected<llvm::SmallVector<primitives::Tensor>>
  run(llvm::ArrayRef<primitives::Tensor> arguments,
      const primitives::EvaluatorOptions &options = {}) {
    return primitives::evaluateTensors(
        getFunction(), arguments,
        [](onnx::WeightAttr) { return llvm::ArrayRef<char>(); }, options);
  }
};

/// The message of the error in `result`, or an empty one.
template <typename T> std::string messageOf(llvm::Expected<T> result) {
  return result ? "" : llvm::toString(result.takeError());
}

} // namespace tandem::test

#endif // TANDEM_TEST_UNIT_PASSES_PRIMITIVES_PROGRAM_H
