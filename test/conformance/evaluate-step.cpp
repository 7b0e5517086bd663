//===- evaluate-step.cpp - a step by the primitives' evaluator --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   evaluate-step PROGRAM.mlir FOLDER < STEPS > LOGITS
//
// Runs function @step of a program at the level after split, weights from the
// files of FOLDER, and writes the logits of all steps as raw fp32. A step is a
// line: `all` or `last`, then for each row SLOT:START:ID,ID...
//
//===----------------------------------------------------------------------===//

#include <iostream>
#include <sstream>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Primitives/Evaluator.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;

namespace {

/// The files that weights lie in, mapped once.
class Files {
public:
  explicit Files(std::string folder) : folder(std::move(folder)) {}

  ArrayRef<char> read(onnx::WeightAttr weight) {
    auto &buffer = buffers[weight.getFile()];
    if (!buffer) {
      auto opened = llvm::MemoryBuffer::getFile(
          folder + "/" + weight.getFile().str(), /*IsText=*/false,
          /*RequiresNullTerminator=*/false);
      if (!opened) {
        return {};
      }
      buffer = std::move(*opened);
    }
    StringRef bytes = buffer->getBuffer().substr(weight.getOffset());
    return {bytes.data(), std::min<size_t>(bytes.size(), weight.getLength())};
  }

private:
  std::string folder;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> buffers;
};

/// One step as read from a line.
struct Step {
  Rows rows;
  std::vector<int32_t> tokens;
};

} // namespace

static Step parseStep(const std::string &line) {
  Step step;
  std::istringstream words(line);
  std::string word;
  words >> word;
  step.rows.keepsAllTokens = word == "all";
  while (words >> word) {
    auto [slot, rest] = StringRef(word).split(':');
    auto [start, ids] = rest.split(':');
    Rows::Row row = {0, 0, 0};
    slot.getAsInteger(10, row.slot);
    start.getAsInteger(10, row.start);
    for (StringRef id : llvm::split(ids, ',')) {
      id.getAsInteger(10, step.tokens.emplace_back());
      ++row.count;
    }
    step.rows.rows.push_back(row);
  }
  return step;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    llvm::errs() << "usage: evaluate-step PROGRAM.mlir FOLDER < STEPS\n";
    return 2;
  }
  MLIRContext context;
  context.loadDialect<arith::ArithDialect, func::FuncDialect, scf::SCFDialect,
                      onnx::OnnxDialect, transformer::TransformerDialect>();
  auto module = parseSourceFile<ModuleOp>(argv[1], &context);
  auto function =
      module ? module->lookupSymbol<func::FuncOp>("step") : func::FuncOp();
  if (!function) {
    llvm::errs() << "error: '" << argv[1] << "' has no function @step\n";
    return 3;
  }
  constexpr int64_t slots = 8, tableRows = 1024;
  auto type = cast<transformer::KvCacheType>(function.getArgumentTypes()[2]);
  std::shared_ptr<Cache> cache =
      Cache::make(type.getLayers(), slots, type.getHeads(), type.getKeyDim(),
                  type.getValueDim());
  Files files(argv[2]);
  EvaluatorOptions options;
  options.tableRows = tableRows;
  for (std::string line; std::getline(std::cin, line);) {
    Step step = parseStep(line);
    auto bytes =
        ArrayRef<char>(reinterpret_cast<const char *>(step.tokens.data()),
                       step.tokens.size() * sizeof(int32_t));
    int64_t count = step.tokens.size();
    Datum tokens =
        Tensor::borrow(IntegerType::get(&context, 32), {count}, bytes);
    auto results = evaluate(
        function, {tokens, Datum(step.rows), Datum(cache)},
        [&](onnx::WeightAttr weight) { return files.read(weight); }, options);
    if (!results) {
      llvm::errs() << "error: " << llvm::toString(results.takeError()) << "\n";
      return 1;
    }
    for (double value : std::get<Tensor>(results->front()).widen<double>()) {
      float narrow = value;
      std::cout.write(reinterpret_cast<const char *>(&narrow), sizeof(narrow));
    }
  }
  return 0;
}
