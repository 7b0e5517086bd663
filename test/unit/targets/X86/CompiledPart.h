//===- CompiledPart.h - a part compiled for a test --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_X86_COMPILEDPART_H
#define TANDEM_TEST_UNIT_TARGETS_X86_COMPILEDPART_H

#include "Interpreter.h"

#include "tandem/targets/Interface/Target.h"
#include "tandem/targets/Runtime/PartAbi.h"

#include "mlir/IR/MLIRContext.h"

#include <map>
#include <memory>
#include <string>

namespace tandem::x86 {

/// A part from its text: compiled, with pseudo-random weights, run through its
/// ABI.
class CompiledPart {
public:
  /// `capacity`: tokens a slot holds.
  CompiledPart(const std::string &text, int64_t capacity);

  /// Runs entry `entry` with `threads` threads; the logits.
  std::vector<float> run(unsigned entry, const std::vector<RowStep> &rows,
                         bool all, unsigned threads = 1);

  deploy::PartOp part() const { return op; }
  /// The weights as the file has them.
  std::vector<Numbers> weights() const;
  const EmittedPart &emitted() const { return result; }
  const std::string &file(const std::string &name) const {
    return files.at(name);
  }
  int64_t vocabulary = 0;

  /// What layerDone told during the last run: the layer, and the slot of the
  /// first row at that moment.
  std::vector<std::pair<uint64_t, std::vector<char>>> layersDone;
  std::vector<char> slotBytes(int64_t index);

private:
  void packWeights(const Target &target);
  void load();
  void *slot(int64_t index);

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  deploy::PartOp op;
  int64_t capacity;
  EmittedPart result;
  std::map<std::string, std::string> files;
  std::vector<std::vector<float>> sources;
  std::vector<void *> packed;
  std::map<int64_t, void *> slots;
  const TandemPart *loaded = nullptr;
};

} // namespace tandem::x86

#endif // TANDEM_TEST_UNIT_TARGETS_X86_COMPILEDPART_H
