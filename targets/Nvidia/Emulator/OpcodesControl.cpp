//===- OpcodesControl.cpp - branches and calls ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

static void emitBranch(Translator &t) {
  t.take("uni");
  if (BasicBlock *to = t.edge(t.operand(0).text)) {
    t.builder.CreateBr(to);
    t.endBlock();
  }
}

/// `brx.idx index, table`; an index behind the table is a fault.
static void emitIndexedBranch(Translator &t) {
  t.take("uni");
  auto symbol = t.find(t.operand(1).text);
  if (!symbol || symbol->kind != Symbol::targets) {
    return t.report("names no .branchtargets");
  }
  Value *index = t.read(t.operand(0), 32);
  BasicBlock *outside = BasicBlock::Create(
      t.builder.getContext(), "", t.builder.GetInsertBlock()->getParent());
  SwitchInst *branch = t.builder.CreateSwitch(index, outside);
  for (auto [i, label] : enumerate(t.source().targets[symbol->index])) {
    if (BasicBlock *to = t.edge(label)) {
      branch->addCase(t.builder.getInt32(i), to);
    }
  }
  t.builder.SetInsertPoint(outside);
  t.call(trap, t.site(), {});
  t.emitReturn();
}

static void emitRet(Translator &t) {
  t.take("uni");
  t.emitReturn();
}

/// Ends the thread; in a function that would leave its caller's frame.
static void emitExit(Translator &t) {
  if (!t.source().isEntry) {
    return t.report("is modelled in kernels only");
  }
  t.emitReturn();
}

static void emitTrap(Translator &t) {
  t.call(trap, t.site(), {});
  t.emitReturn();
}

/// The addresses of the variables in a list of arguments.
static void addAddresses(Translator &t, const Operand &list,
                         ArrayRef<Variable> expected,
                         SmallVectorImpl<Value *> &arguments) {
  if (list.kind != Operand::list || list.elements.size() != expected.size()) {
    return t.report("passes other arguments than the function has");
  }
  for (auto [element, parameter] : zip(list.elements, expected)) {
    auto symbol = t.find(element.text);
    if (!symbol || symbol->kind != Symbol::variable) {
      return t.report("passes '" + element.text + "', expected a .param");
    }
    const Variable &variable = t.source().variables[symbol->index];
    if (variable.space != Space::parameter ||
        variable.bytes() < parameter.bytes()) {
      return t.report(
          "passes '" + element.text + "' of " + Twine(variable.bytes()) +
          " bytes, expected a .param of " + Twine(parameter.bytes()));
    }
    arguments.push_back(t.variableAddress(variable));
  }
}

/// `call.uni (results), function, (arguments);` either list may be missing.
static void emitCall(Translator &t) {
  t.take("uni");
  static const Operand none = [] {
    Operand list;
    list.kind = Operand::list;
    return list;
  }();
  size_t next = 0;
  bool hasResults = t.operand(0).kind == Operand::list;
  const Operand &results = hasResults ? t.operand(next++) : none;
  StringRef name = t.operand(next++).text;
  const Operand &arguments = next < t.operandCount() ? t.operand(next) : none;
  const FunctionSyntax *callee = t.findFunction(name);
  if (!callee || !callee->isDefined || callee->isEntry) {
    return t.report("calls '" + name + "', which the text does not define");
  }
  SmallVector<Value *> values{t.thread()};
  addAddresses(t, results, callee->results, values);
  addAddresses(t, arguments, callee->parameters, values);
  llvm::Function *function = t.declare(*callee);
  if (values.size() == function->arg_size()) {
    t.builder.CreateCall(function, values);
    t.noteCallee(*callee);
  }
}

void tandem::nvidia::ptx::addControlOpcodes(HandlerTable &table) {
  table["bra"] = emitBranch;
  table["brx.idx"] = emitIndexedBranch;
  table["ret"] = emitRet;
  table["exit"] = emitExit;
  table["trap"] = emitTrap;
  table["brkpt"] = emitTrap;
  table["call"] = emitCall;
}
