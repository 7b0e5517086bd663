//===- Compiler.cpp - machine code in this process --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Compiler.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

using namespace llvm;
using namespace tandem::nvidia::ptx;

struct Compiler::State {
  orc::ThreadSafeContext context{std::make_unique<LLVMContext>()};
  LLVMContext *plainContext =
      context.withContextDo([](LLVMContext *context) { return context; });
  std::unique_ptr<orc::LLJIT> jit;
};

/// Registers become values and bits are seen through; loops stay as they are,
/// for time spent here is seldom won back by one launch.
static void optimize(llvm::Module &module) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  ModulePassManager passes;
  cantFail(builder.parsePassPipeline(
      passes, "function(sroa,early-cse,instcombine<no-verify-fixpoint>,"
              "simplifycfg,early-cse)"));
  passes.run(module, modules);
}

Compiler::Compiler(std::unique_ptr<State> state) : state(std::move(state)) {}

Compiler::~Compiler() = default;

Expected<std::unique_ptr<Compiler>> Compiler::create() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  auto machine = orc::JITTargetMachineBuilder::detectHost();
  if (!machine) {
    return machine.takeError();
  }
  machine->setCodeGenOptLevel(CodeGenOptLevel::Less);
  auto state = std::make_unique<State>();
  auto jit = orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(*machine))
                 .create();
  if (!jit) {
    return jit.takeError();
  }
  state->jit = std::move(*jit);
  state->jit->getIRTransformLayer().setTransform(
      [](orc::ThreadSafeModule module, orc::MaterializationResponsibility &) {
        module.withModuleDo(optimize);
        return Expected<orc::ThreadSafeModule>(std::move(module));
      });
  return std::unique_ptr<Compiler>(new Compiler(std::move(state)));
}

LLVMContext &Compiler::context() { return *state->plainContext; }

Error Compiler::add(std::unique_ptr<llvm::Module> module) {
  return state->jit->addIRModule(
      orc::ThreadSafeModule(std::move(module), state->context));
}

Expected<void *> Compiler::find(StringRef name) {
  auto address = state->jit->lookup(name);
  if (!address) {
    return address.takeError();
  }
  return address->toPtr<void *>();
}
