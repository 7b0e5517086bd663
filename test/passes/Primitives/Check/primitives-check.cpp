//===- primitives-check.cpp - the evaluator against recorded results -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs each model of the given folders (ONNX backend tests, or models with
// test_data_set_N) through import and the evaluator, and compares the results
// with the recorded ones. Prints a line for each folder that does not pass, and
// a count.
//
//===----------------------------------------------------------------------===//

#include "TestData.h"

#include "tandem/passes/Import/OnnxImporter.h"
#include "tandem/passes/Primitives/Evaluator.h"
#include "tandem/passes/Primitives/Primitives.h"
#include "tandem/passes/Simplify/Passes.h"
#include "tandem/passes/Simplify/Pipeline.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

static llvm::cl::list<std::string> folders(llvm::cl::Positional,
                                           llvm::cl::desc("<folders>"));
static llvm::cl::opt<bool> list("list", llvm::cl::desc("print the names of all "
                                                       "primitives and stop"));
static llvm::cl::opt<double>
    tolerance("tolerance",
              llvm::cl::desc("|a-b|/(1+|b|) of floating-point results; by "
                             "default what the element type allows"),
              llvm::cl::init(-1));
static llvm::cl::opt<bool>
    simplify("simplify",
             llvm::cl::desc("run the whole stage simplify first, not only "
                            "its conversion to the internal opset"));
static llvm::cl::opt<bool> verbose("verbose",
                                   llvm::cl::desc("name what passes as well"));

namespace {
enum class Outcome { passed, failed, unsupported };

/// The verdict on one folder and its reason.
struct Verdict {
  Outcome outcome;
  std::string reason;
};
} // namespace

/// An operator of `module` that has no row in the table, or an empty name.
static std::string findGap(ModuleOp module) {
  std::string gap;
  module.walk([&](onnx::NodeOp node) {
    if (!findPrimitive(node.getQualifiedName())) {
      gap = node.getQualifiedName();
    }
  });
  return gap;
}

/// Brings a module to primitives of the internal opset.
static LogicalResult convert(ModuleOp module) {
  PassManager manager(module.getContext());
  if (simplify) {
    buildSimplifyPipeline(manager);
  } else {
    manager.addPass(createInlineFunctionsPass());
    manager.addPass(createConvertOpsetPass());
  }
  return manager.run(module);
}

/// The padding that the model's mask states, where it has one.
static check::Padding findPadding(func::FuncOp function,
                                  ArrayRef<Tensor> inputs) {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto name = function.getArgAttrOfType<StringAttr>(
        index, onnx::OnnxDialect::getNameAttrName());
    if (name && name.getValue() == "attention_mask") {
      return check::Padding(input);
    }
  }
  return {};
}

/// Compares one data set.
static Error checkDataSet(StringRef folder, func::FuncOp function,
                          WeightFiles &weights) {
  MLIRContext *context = function.getContext();
  auto inputs = check::readTensors(folder, "input", context);
  if (!inputs) {
    return inputs.takeError();
  }
  auto expected = check::readTensors(folder, "output", context);
  if (!expected) {
    return expected.takeError();
  }
  check::Padding padding = findPadding(function, *inputs);
  auto results =
      evaluateTensors(function, *inputs, [&](onnx::WeightAttr weight) {
        return weights.bytes(weight);
      });
  if (!results) {
    return results.takeError();
  }
  if (results->size() != expected->size()) {
    return createStringError("there are " + Twine(results->size()) +
                             " results, expected " + Twine(expected->size()));
  }
  for (auto [index, pair] : llvm::enumerate(llvm::zip(*results, *expected))) {
    auto &[actual, wanted] = pair;
    check::Tolerance allowed = check::getTolerance(wanted.getElementType());
    if (tolerance >= 0 && allowed.absolute > 0) {
      allowed = {tolerance, tolerance};
    }
    if (Error error = check::compare(actual, wanted, allowed, padding)) {
      return createStringError("result " + Twine(index) + ": " +
                               llvm::toString(std::move(error)));
    }
  }
  return Error::success();
}

/// The last message of a pass or of import.
static std::string lastMessage;

static Verdict checkFolder(StringRef folder, MLIRContext &context) {
  FailureOr<ImportedModel> model = importOnnx(folder, {}, &context);
  if (failed(model)) {
    return {Outcome::unsupported, "import failed: " + lastMessage};
  }
  LogicalResult converted = convert(*model->module);
  std::string gap = findGap(*model->module);
  if (!gap.empty()) {
    return {Outcome::unsupported, gap};
  }
  if (failed(converted)) {
    return {Outcome::unsupported, "conversion failed: " + lastMessage};
  }
  auto function = *model->module->getOps<func::FuncOp>().begin();
  for (unsigned set = 0;; ++set) {
    SmallString<128> path = folder;
    llvm::sys::path::append(path, "test_data_set_" + Twine(set));
    if (!llvm::sys::fs::is_directory(path)) {
      return set == 0 ? Verdict{Outcome::unsupported, "no data"}
                      : Verdict{Outcome::passed, ""};
    }
    if (Error error = checkDataSet(path, function, *model->weights)) {
      std::string reason = llvm::toString(std::move(error));
      bool isGap = StringRef(reason).contains("is not supported");
      return {isGap ? Outcome::unsupported : Outcome::failed, reason};
    }
  }
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(argc, argv, "evaluator check\n");
  if (list) {
    for (const Primitive &primitive : getPrimitives()) {
      llvm::outs() << primitive.name << '\n';
    }
    return 0;
  }
  MLIRContext context;
  context.loadDialect<onnx::OnnxDialect, func::FuncDialect>();
  context.getDiagEngine().registerHandler(
      [](Diagnostic &diagnostic) { lastMessage = diagnostic.str(); });
  unsigned counts[3] = {};
  StringRef names[] = {"passed", "FAILED", "unsupported"};
  for (const std::string &folder : folders) {
    Verdict verdict = checkFolder(folder, context);
    ++counts[static_cast<int>(verdict.outcome)];
    if (verbose || verdict.outcome != Outcome::passed) {
      llvm::outs() << names[static_cast<int>(verdict.outcome)] << ' '
                   << llvm::sys::path::filename(StringRef(folder).rtrim('/'))
                   << ": " << verdict.reason << '\n';
    }
  }
  llvm::outs() << counts[0] << " passed, " << counts[1] << " failed, "
               << counts[2] << " unsupported\n";
  return counts[1] != 0;
}
