//===- run-mutants.cpp - a bundle's kernels with one changed ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   run-mutants BUNDLE PART STEPS LOGITS BOUND MODE SECONDS < MUTANTS
//
// Runs steps of a part on the emulator (MODE eager or late) once for each
// mutant, and compares with the logits that they should have. STEPS are lines
// as evaluate-step reads them, LOGITS what it wrote. A mutant is a line with a
// number of bytes and, behind it, the text of a module whose kernels take the
// place of those of the same names; none, the number 0, runs the part itself.
//
// Answers with a line each: `passed`; `differs`, `refused` (by the emulator),
// or `not loaded` with why; `no end` after SECONDS of CPU time; `crashed`. A
// mutant has a process of its own, which finds every kernel compiled.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/EmulatedPart.h"
#include "tandem/targets/Runtime/Failure.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace tandem;
using namespace tandem::nvidia;

namespace {

/// A step and the logits that it should give.
struct Step {
  std::vector<int32_t> tokens, counts, starts, slots;
  bool allLogits = false;
  ArrayRef<float> expected;

  bool isDecode() const {
    return all_of(counts, [](int32_t count) { return count == 1; }) &&
           all_of(starts, [](int32_t start) { return start > 0; });
  }
};

/// What every mutant is run on.
struct Suite {
  runtime::PartDescription part;
  std::vector<std::unique_ptr<MemoryBuffer>> files;
  std::vector<const void *> weights;
  std::vector<Step> steps;
  double bound = 0;
  ptx::Asynchrony mode = ptx::Asynchrony::eager;

  std::string run(ptx::Program kernels) const;
};

} // namespace

[[noreturn]] static void stop(const Twine &message) {
  errs() << "error: " << message << "\n";
  std::exit(1);
}

static std::unique_ptr<MemoryBuffer> readFile(const Twine &path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file) {
    stop(path + ": " + file.getError().message());
  }
  return std::move(*file);
}

static Step parseStep(StringRef line) {
  Step step;
  SmallVector<StringRef> words;
  line.split(words, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  step.allLogits = words.front() == "all";
  for (StringRef word : drop_begin(words)) {
    auto [slot, rest] = word.split(':');
    auto [start, ids] = rest.split(':');
    size_t before = step.tokens.size();
    for (StringRef id : split(ids, ',')) {
      step.tokens.push_back(std::atoi(id.str().c_str()));
    }
    step.counts.push_back(step.tokens.size() - before);
    step.starts.push_back(std::atoi(start.str().c_str()));
    step.slots.push_back(std::atoi(slot.str().c_str()));
  }
  return step;
}

/// What differs in a step, or nothing.
static std::string compare(const Step &step, ArrayRef<float> got,
                           uint64_t width, double bound) {
  for (size_t i = 0; i < got.size(); ++i) {
    double wanted = step.expected[i];
    double error = std::abs(got[i] - wanted) / (1 + std::abs(wanted));
    if (!(error <= bound)) { // nor if it is no number
      return ("row " + Twine(i / width) + ", column " + Twine(i % width) +
              ": " + formatv("{0:g}, expected {1:g}", got[i], wanted).str())
          .str();
    }
  }
  return "";
}

/// Runs all steps until one differs; the answer.
std::string Suite::run(ptx::Program kernels) const {
  EmulatedPart emulated(part, std::move(kernels), mode);
  constexpr size_t slotCount = 8;
  std::vector<std::vector<char>> slots(
      slotCount, std::vector<char>(part.slotBytes, char(0xff)));
  for (const auto &[number, step] : enumerate(steps)) {
    std::vector<void *> chosen;
    for (int32_t slot : step.slots) {
      chosen.push_back(slots.at(slot).data());
    }
    std::vector<float> logits(step.expected.size(), NAN);
    TandemStep given = {};
    given.size = sizeof(given);
    given.weights = weights.data();
    given.slots = chosen.data();
    given.tokens = step.tokens.data();
    given.counts = step.counts.data();
    given.starts = step.starts.data();
    given.rowCount = step.counts.size();
    given.tokenCount = step.tokens.size();
    given.capacity = part.slotBytes / part.launches->cache.bytes *
                     part.launches->cache.tokens;
    given.allLogits = step.allLogits;
    given.logits = logits.data();
    if (Error error =
            emulated.run(step.isDecode() ? "decode" : "prefill", given)) {
      return "refused in step " + utostr(number) + ": " +
             toString(std::move(error));
    }
    std::string difference = compare(step, logits, part.vocabulary, bound);
    if (!difference.empty()) {
      return "differs in step " + utostr(number) + " " + difference;
    }
  }
  return "passed";
}

/// Runs a mutant in a child of this process; the answer.
static std::string runApart(const Suite &suite, ptx::Program &kernels,
                            StringRef mutant, unsigned seconds) {
  int ends[2];
  if (pipe(ends) != 0) {
    stop("no pipe");
  }
  pid_t child = fork();
  if (child == 0) {
    // By the time that the process has, so that a busy machine changes nothing.
    itimerval limit = {};
    limit.it_value.tv_sec = seconds;
    setitimer(ITIMER_PROF, &limit, nullptr);
    Error error = mutant.empty() ? Error::success() : kernels.replace(mutant);
    std::string answer = error ? "not loaded: " + toString(std::move(error))
                               : suite.run(std::move(kernels));
    bool isWritten = write(ends[1], answer.data(), answer.size()) >= 0;
    _exit(isWritten ? 0 : 1);
  }
  close(ends[1]);
  std::string answer;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    answer.append(buffer, count);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGPROF
               ? "no end"
               : "crashed by signal " + std::to_string(WTERMSIG(status));
  }
  std::replace(answer.begin(), answer.end(), '\n', ' ');
  return answer;
}

static Suite readSuite(char **argv, const MemoryBuffer &logits) {
  std::string bundle = argv[1];
  Suite suite;
  auto description = readFile(bundle + "/parts/" + argv[2] + "/part.json");
  suite.part = runtime::parsePart(description->getBuffer(), "part.json");
  if (!suite.part.launches) {
    stop("the part has no launches");
  }
  for (const runtime::WeightRecord &weight : suite.part.weights) {
    suite.files.push_back(readFile(bundle + "/" + weight.file));
    suite.weights.push_back(suite.files.back()->getBufferStart() +
                            weight.offset);
  }
  ArrayRef<float> expected(
      reinterpret_cast<const float *>(logits.getBufferStart()),
      logits.getBufferSize() / sizeof(float));
  auto steps = readFile(argv[3]);
  for (StringRef line : split(steps->getBuffer().trim(), '\n')) {
    Step step = parseStep(line);
    size_t count = (step.allLogits ? step.tokens.size() : step.counts.size()) *
                   suite.part.vocabulary;
    if (count > expected.size()) {
      stop("LOGITS ends before the steps do");
    }
    step.expected = expected.take_front(count);
    expected = expected.drop_front(count);
    suite.steps.push_back(std::move(step));
  }
  suite.bound = std::atof(argv[5]);
  suite.mode = StringRef(argv[6]) == "late" ? ptx::Asynchrony::late
                                            : ptx::Asynchrony::eager;
  return suite;
}

int main(int argc, char **argv) {
  if (argc != 8) {
    stop("usage: run-mutants BUNDLE PART STEPS LOGITS BOUND MODE SECONDS");
  }
  try {
    auto logits = readFile(argv[4]);
    Suite suite = readSuite(argv, *logits);
    auto text = readFile(std::string(argv[1]) + "/parts/" + argv[2] + "/" +
                         suite.part.launches->file);
    auto kernels = ptx::Program::load(text->getBuffer());
    Error error = kernels ? kernels->compile() : kernels.takeError();
    if (error) {
      stop(toString(std::move(error)));
    }
    for (std::string line; std::getline(std::cin, line);) {
      std::string mutant(std::strtoull(line.c_str(), nullptr, 10), '\0');
      std::cin.read(mutant.data(), mutant.size());
      std::cout << runApart(suite, *kernels, mutant, std::atoi(argv[7])) << "\n"
                << std::flush;
    }
  } catch (const runtime::Failure &failure) {
    stop(failure.what());
  }
  return 0;
}
