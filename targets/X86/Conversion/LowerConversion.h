//===- LowerConversion.h - a conversion as one module -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes the code behind targets/Runtime/HandoffAbi.h from the two layouts.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_CONVERSION_LOWERCONVERSION_H
#define TANDEM_TARGETS_X86_CONVERSION_LOWERCONVERSION_H

#include "tandem/targets/Handoff/CacheLayout.h"
#include "tandem/targets/X86/Kernels/Kernels.h"

namespace tandem::x86 {

/// A module that exports the conversion's query and nothing else. The element
/// types are ones that `canConvert` takes.
mlir::OwningOpRef<mlir::ModuleOp>
lowerConversion(const CacheConversion &conversion, const Variant &variant,
                mlir::Location location);

// Its parts.

/// Keys or values: the place of a head that is read, and those written.
struct CacheHalf {
  mlir::AffineExpr source;
  llvm::ArrayRef<mlir::AffineExpr> destinations;
  int64_t width; ///< dims of a token
};

/// The element offset that a result of a cache map is.
Expr offsetOf(Emitter &e, mlir::AffineExpr offset, Expr layer, Expr head,
              Expr token, Expr dim, Expr capacity);

/// (range, layer, head, first token, last token): converts one half of a head.
mlir::LLVM::LLVMFuncOp defineConvertHead(Kernels &kernels, llvm::StringRef name,
                                         const CacheHalf &half,
                                         const CacheConversion &conversion);

/// (range, layer, head, sums): adds one half of a head of the source to the
/// sums, `checksumWords` words of 32 bits.
mlir::LLVM::LLVMFuncOp defineSumHead(Kernels &kernels, llvm::StringRef name,
                                     const CacheHalf &half,
                                     const CacheConversion &conversion);
inline constexpr int64_t checksumWords = 32;
/// One number of the sums.
Expr foldSums(Emitter &e, Pointer sums);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_CONVERSION_LOWERCONVERSION_H
