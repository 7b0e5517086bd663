//===- EmitPart.cpp - text of a part's programs -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Emit/EmitPart.h"

#include "tandem/targets/Tpu/Emit/PortableForm.h"
#include "tandem/targets/Tpu/Lowering/LowerProgram.h"
#include "tandem/targets/Tpu/Machine.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

static std::string printGeneric(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().printGenericOpForm());
  stream << "\n";
  return text;
}

static runtime::TextProgram describe(const Program &program) {
  runtime::TextProgram record;
  record.name = program.getName();
  record.phase = program.phase;
  record.file = record.name + ".mlir";
  record.rows = 1;
  record.tokens = program.tokens;
  record.logits = program.keepsAllTokens ? "all" : "last";
  record.largestStart = program.capacityTokens - program.tokens;
  return record;
}

/// Describes keys and values by the types of `main`, equal in all programs.
static void describeCache(func::FuncOp main, runtime::TextCode &code,
                          PartRequirements &needs) {
  needs.slotBytes = 0;
  for (unsigned i : {0u, 1u}) {
    auto type =
        cast<RankedTensorType>(main.getArgumentTypes()[keysArgument + i]);
    runtime::TextCache &cache = code.cache.emplace_back();
    cache.name = i == 0 ? "keys" : "values";
    llvm::raw_string_ostream(cache.type) << type.getElementType();
    cache.shape.assign(type.getShape().begin(), type.getShape().end());
    cache.argument = keysArgument + i;
    cache.result = keysResult + i;
    needs.slotBytes +=
        type.getNumElements() * type.getElementTypeBitWidth() / 8;
  }
}

/// A slot as the contract has it: what the two tensors hold, one behind the
/// other.
static CacheLayout cacheOf(deploy::PartOp part) {
  auto phase = cast<StringAttr>(part.getPhases()[0]);
  auto function = part.lookupSymbol<func::FuncOp>(phase);
  auto type = cast<transformer::KvCacheType>(function.getArgumentTypes()[2]);
  return rowMajorCache(CacheShape::of(type),
                       cast<FloatType>(type.getElementType()));
}

/// Adds the versioned form of each program beside its text.
static LogicalResult addPortable(deploy::PartOp part,
                                 ArrayRef<std::string> texts,
                                 runtime::TextCode &code, ArtifactSink &sink) {
  auto portable = makePortable(texts);
  if (!portable) {
    return part.emitError() << toString(portable.takeError());
  }
  for (auto [program, bytes] : llvm::zip(code.programs, *portable)) {
    program.portableFile = program.file + "bc";
    if (failed(sink.addFile(*program.portableFile, bytes))) {
      return failure();
    }
  }
  return success();
}

static runtime::TextCode describeCode(const Machine &machine) {
  runtime::TextCode code;
  code.format = "stablehlo";
  code.command = "python -m tandem.xla";
  if (!machine.generation.empty()) {
    code.device = machine.generation;
  }
  code.arguments = {"tokens", "counts", "starts", "keys", "values", "weights"};
  code.results = {"logits", "keys", "values"};
  return code;
}

FailureOr<EmittedPart> tandem::tpu::emitPart(deploy::PartOp part,
                                             ArtifactSink &sink,
                                             const EmitOptions &options) {
  FailureOr<Machine> machine = readMachine(part);
  if (failed(machine)) {
    return failure();
  }
  EmittedPart emitted;
  runtime::TextCode &code = emitted.text.emplace(describeCode(*machine));
  PartRequirements &needs = emitted.requirements;
  needs.maxRows = 1;
  needs.cache = cacheOf(part);
  std::vector<std::string> texts;
  for (const Program &program : listPrograms(part, options.capacityTokens)) {
    OwningOpRef<ModuleOp> module = lowerProgram(part, program);
    if (failed(mlir::verify(*module))) {
      return failure();
    }
    texts.push_back(printGeneric(*module));
    code.programs.push_back(describe(program));
    if (failed(sink.addFile(code.programs.back().file, texts.back()))) {
      return failure();
    }
    if (code.cache.empty()) {
      describeCache(module->lookupSymbol<func::FuncOp>("main"), code, needs);
    }
    needs.maxTokens = std::max(needs.maxTokens, program.tokens);
  }
  if (options.portableForm && failed(addPortable(part, texts, code, sink))) {
    return failure();
  }
  return emitted;
}
