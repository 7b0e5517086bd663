//===- tandem.cpp - the tandem command line -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verbs and their options. What a verb does is in its own file.
//
//===----------------------------------------------------------------------===//

#include <csignal>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include "Commands.h"
#include "Diagnostics.h"
#include "tandem/passes/Pipelines/Stages.h"

namespace cl = llvm::cl;
using namespace tandem;

namespace {

cl::OptionCategory category("options of tandem");
cl::SubCommand compileVerb("compile", "compile a model into a bundle");
cl::SubCommand
    checkVerb("check",
              "say whether a model can be compiled: every gap at once");
cl::SubCommand fleetVerb("fleet",
                         "write a fleet of this machine, or check one");
cl::SubCommand targetsVerb("targets", "list targets and built-in fleets");

cl::SubCommand *const verbs[] = {&compileVerb, &checkVerb, &fleetVerb,
                                 &targetsVerb};

constexpr PythonModule divergence = {
    "tandem.divergence", "--against needs Python with onnx and onnxruntime"};
constexpr PythonModule conformance = {
    "tandem.conformance", "conformance needs Python with numpy and onnx"};

/// Verbs that another program does, with their sentence in the help.
struct DelegatedVerb {
  llvm::StringLiteral name, sentence;
  const PythonModule *module = nullptr; ///< null: tandem-runtime does it
};
constexpr DelegatedVerb delegatedVerbs[] = {
    {"run", "generate text or tokens with a bundle"},
    {"chat", "answer questions with a bundle"},
    {"render", "print the prompt that a chat template makes"},
    {"eval", "compute the perplexity of a text with a bundle"},
    {"bench", "time prefill and decode of a bundle"},
    {"verify",
     "check digests, contract and golden vectors of a bundle; --against MODEL "
     "--data DIR finds the first node that differs"},
    {"inspect", "show what a bundle holds"},
    {"conformance",
     "compare what targets compute with the evaluator, case by case",
     &conformance},
};

cl::opt<std::string> model(cl::Positional, cl::Required,
                           cl::value_desc("MODEL"),
                           cl::desc("<ONNX file or its folder>"),
                           cl::cat(category), cl::sub(compileVerb),
                           cl::sub(checkVerb));
cl::opt<std::string> fleet("fleet", cl::init("local"), cl::value_desc("FLEET"),
                           cl::desc("built-in fleet or YAML file"),
                           cl::cat(category), cl::sub(compileVerb),
                           cl::sub(checkVerb));
cl::opt<std::string>
    prefillChip("prefill", cl::value_desc("CHIP"),
                cl::desc("chip of the fleet for prefill, or stages: A,B"),
                cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string>
    decodeChip("decode", cl::value_desc("CHIP"),
               cl::desc("chip of the fleet for decode, or stages: A,B"),
               cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string>
    workload("workload", cl::value_desc("in=N,out=N[,rps=R]"),
             cl::desc("tokens in and out of a request, requests per second"),
             cl::cat(category), cl::sub(compileVerb), cl::sub(checkVerb));
cl::opt<std::string>
    slo("slo", cl::value_desc("ttft=T,tpot=T"),
        cl::desc("limits on time to first token and per token, as "
                 "ttft=200ms,tpot=20ms"),
        cl::cat(category), cl::sub(compileVerb), cl::sub(checkVerb));
cl::opt<std::string> precision(
    "precision", cl::init("file"), cl::value_desc("TYPE"),
    cl::desc("how matrices are stored: file (as they are), bf16 or fp16 "
             "(rounded; arithmetic stays fp32)"),
    cl::cat(category), cl::sub(compileVerb), cl::sub(checkVerb));
cl::opt<std::string> activations(
    "activations", cl::init("file"), cl::value_desc("exact|int8"),
    cl::desc("inputs of quantised layers: as they are, or rounded to 8 bits "
             "(default: 8 bits where the file says accuracy level 4)"),
    cl::cat(category), cl::sub(compileVerb));
cl::opt<bool> showRemarks("show-remarks",
                          cl::desc("print what passes decided, and why"),
                          cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string> output("o", cl::value_desc("BUNDLE"),
                            cl::desc("folder to write"), cl::cat(category),
                            cl::sub(compileVerb));
cl::opt<int64_t> maxContext("max-context", cl::init(0),
                            cl::value_desc("TOKENS"),
                            cl::desc("tokens a cache slot holds"),
                            cl::cat(category), cl::sub(compileVerb),
                            cl::sub(checkVerb));
cl::list<std::string> allowedDirs("allow-external-dir",
                                  cl::value_desc("FOLDER"),
                                  cl::desc("further folder of external data"),
                                  cl::cat(category), cl::sub(compileVerb),
                                  cl::sub(checkVerb));
cl::opt<unsigned> jobs("j", cl::init(0), cl::value_desc("THREADS"),
                       cl::desc("threads to use (default: all)"),
                       cl::cat(category), cl::sub(compileVerb));
cl::opt<bool>
    vhlo("vhlo",
         cl::desc("also write StableHLO programs as VHLO, which later "
                  "versions can read; needs jaxlib"),
         cl::cat(category), cl::sub(compileVerb));
cl::opt<bool> noWeights(
    "no-weights",
    cl::desc("describe the weights instead of packing them; the model's data "
             "may be absent, and run takes --random-weights SEED"),
    cl::cat(category), cl::sub(compileVerb), cl::sub(checkVerb));
cl::opt<std::string> stopAfter("stop-after", cl::value_desc("STAGE"),
                               cl::desc("print the program after a stage"),
                               cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string>
    startFrom("start-from", cl::value_desc("STAGE"),
              cl::desc("go on from the program saved before a stage"),
              cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string>
    until("until", cl::value_desc("NODE"),
          cl::desc("compile up to a node; its value takes the place of the "
                   "logits"),
          cl::cat(category), cl::sub(compileVerb));
cl::opt<bool> listsValues("list-values",
                          cl::desc("print the nodes that --until can name"),
                          cl::cat(category), cl::sub(compileVerb));
cl::opt<std::string> saveStages("save-stages", cl::value_desc("FOLDER"),
                                cl::desc("write the program after every stage"),
                                cl::cat(category), cl::sub(compileVerb));
cl::list<std::string> fleetArguments(cl::Positional,
                                     cl::desc("init|check [FILE]"),
                                     cl::cat(category), cl::sub(fleetVerb));
cl::opt<std::string> targetName(cl::Positional, cl::desc("[NAME]"),
                                cl::cat(category), cl::sub(targetsVerb));

const DelegatedVerb *findDelegatedVerb(llvm::StringRef name) {
  for (const DelegatedVerb &verb : delegatedVerbs) {
    if (verb.name == name) {
      return &verb;
    }
  }
  return nullptr;
}

void printStages(llvm::raw_ostream &stream) {
  stream << "\nstages (--stop-after, --start-from, --save-stages):\n";
  for (const Stage &stage : getStages()) {
    stream << "  " << stage.name << " - " << stage.sentence << "\n";
  }
}

void printHelp() {
  llvm::outs()
      << "tandem - one model, each phase compiled for the chip that "
         "suits it\n\nusage: tandem VERB ... ('tandem VERB --help' for "
         "its options)\n\n";
  for (cl::SubCommand *verb : verbs) {
    llvm::outs() << "  " << verb->getName() << " - " << verb->getDescription()
                 << "\n";
  }
  for (const DelegatedVerb &verb : delegatedVerbs) {
    llvm::outs() << "  " << verb.name << " - " << verb.sentence << "\n";
  }
  printStages(llvm::outs());
}

/// The verb closest to a misspelt one, or nothing.
std::string suggestVerb(llvm::StringRef name) {
  std::string best;
  unsigned bestDistance = 3;
  auto consider = [&](llvm::StringRef verb) {
    if (unsigned distance = name.edit_distance(verb); distance < bestDistance) {
      std::tie(best, bestDistance) = std::pair(verb.str(), distance);
    }
  };
  for (const DelegatedVerb &verb : delegatedVerbs) {
    consider(verb.name);
  }
  for (cl::SubCommand *verb : verbs) {
    consider(verb->getName());
  }
  return best;
}

CompileRequest makeRequest() {
  CompileRequest request;
  request.model = model;
  request.fleet = fleet;
  request.prefillChip = prefillChip;
  request.decodeChip = decodeChip;
  request.workload = workload;
  request.slo = slo;
  request.precision = precision;
  request.activations = activations;
  request.showsRemarks = showRemarks;
  request.output = output;
  if (maxContext.getNumOccurrences()) {
    request.maxContext = maxContext;
  }
  request.allowedDirs.assign(allowedDirs.begin(), allowedDirs.end());
  request.stopAfter = stopAfter;
  request.startFrom = startFrom;
  request.saveStages = saveStages;
  request.until = until;
  request.listsValues = listsValues;
  request.jobs = jobs;
  request.vhlo = vhlo;
  request.hasWeights = !noWeights;
  return request;
}

/// The stages that are pipelines of passes, and `first` before them, in words.
std::string stageNames(llvm::StringRef first) {
  llvm::SmallVector<llvm::StringRef> names;
  if (!first.empty()) {
    names.push_back(first);
  }
  for (const Stage &stage : getStages()) {
    if (stage.build) {
      names.push_back(stage.name);
    }
  }
  llvm::StringRef last = names.pop_back_val();
  return llvm::join(names, ", ") + " or " + last.str();
}

/// Empty, or what is wrong with --start-from.
std::string whyNotStart() {
  const Stage *stage = lookupStage(startFrom);
  if (!stage || !stage->build) {
    return "--start-from is '" + startFrom + "', expected " + stageNames("");
  }
  if (saveStages.empty()) {
    return "--start-from needs --save-stages: the folder that holds the "
           "program saved before stage '" +
           startFrom + "'";
  }
  if (!stopAfter.empty() && lookupStage(stopAfter) < stage) {
    return "--stop-after '" + stopAfter + "' lies before --start-from '" +
           startFrom + "'";
  }
  return "";
}

ExitCode runCompileVerb() {
  if (!stopAfter.empty()) {
    const Stage *stage = lookupStage(stopAfter);
    if (!stage || (!stage->build && stage->name != "import")) {
      return fail(ExitCode::Usage, "--stop-after is '" + stopAfter +
                                       "', expected " + stageNames("import"));
    }
    if (!output.empty()) {
      return fail(ExitCode::Usage, "-o and --stop-after exclude each other: a "
                                   "bundle needs every stage");
    }
  } else if (output.empty() && !listsValues) {
    return fail(ExitCode::Usage, "-o is missing: name the bundle to write");
  }
  if (!startFrom.empty()) {
    if (std::string why = whyNotStart(); !why.empty()) {
      return fail(ExitCode::Usage, why);
    }
  }
  return runCompile(makeRequest());
}

} // namespace

int main(int argc, char **argv) {
  llvm::StringRef verb = argc > 1 ? argv[1] : "";
  auto isAgainst = [](llvm::StringRef word) {
    return word == "--against" || word.starts_with("--against=");
  };
  if (verb == "verify" && llvm::any_of(llvm::ArrayRef(argv, argc), isAgainst)) {
    return static_cast<int>(runPython(divergence, argc, argv));
  }
  if (const DelegatedVerb *delegated = findDelegatedVerb(verb)) {
    return static_cast<int>(delegated->module
                                ? runPython(*delegated->module, argc, argv)
                                : runRuntime(argv));
  }
  if (verb == "--version") {
    llvm::outs() << "tandem " TANDEM_VERSION " (LLVM " LLVM_VERSION_STRING
                    ")\n";
    return 0;
  }
  if (verb.empty() || verb == "--help" || verb == "-h" || verb == "help") {
    printHelp();
    return static_cast<int>(verb.empty() ? ExitCode::Usage : ExitCode::Success);
  }
  cl::SubCommand *const *known = llvm::find_if(
      verbs, [&](cl::SubCommand *sub) { return sub->getName() == verb; });
  if (known == std::end(verbs)) {
    std::string suggestion = suggestVerb(verb);
    return static_cast<int>(fail(
        ExitCode::Usage,
        "'" + verb + "' is not a verb of tandem" +
            (suggestion.empty() ? std::string()
                                : "; did you mean '" + suggestion + "'?")));
  }
  cl::HideUnrelatedOptions(category, **known);
  if (!cl::ParseCommandLineOptions(argc, argv, "", &llvm::errs())) {
    return static_cast<int>(ExitCode::Usage);
  }
  if (precision != "file" && precision != "bf16" && precision != "fp16") {
    return static_cast<int>(fail(ExitCode::Usage, "--precision is '" +
                                                      precision +
                                                      "', expected file, bf16 "
                                                      "or fp16"));
  }
  if (compileVerb) {
    return static_cast<int>(runCompileVerb());
  }
  if (checkVerb) {
    return static_cast<int>(runCheck(makeRequest()));
  }
  if (fleetVerb) {
    return static_cast<int>(runFleet(fleetArguments));
  }
  return static_cast<int>(runTargets(targetName));
}
