//===- Launches.cpp - launches of a test ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include "llvm/ADT/bit.h"

#include <random>

using namespace tandem::nvidia::ptx;

std::string tandem::nvidia::ptx::moduleText(llvm::StringRef functions) {
  return (".version 8.3\n.target sm_90a\n.address_size 64\n" + functions).str();
}

std::string tandem::nvidia::ptx::kernelText(llvm::StringRef parameters,
                                            llvm::StringRef body) {
  return moduleText((".visible .entry k(" + parameters +
                     ") {\n"
                     ".reg .b32 %r<64>, %f<64>; .reg .b16 %rs<16>; .reg .b64 "
                     "%rd<32>; .reg .pred %p<8>;\n" +
                     body + "\n  ret;\n}\n")
                        .str());
}

std::string tandem::nvidia::ptx::loadError(llvm::StringRef text) {
  auto program = Program::load(text);
  return program ? "" : llvm::toString(program.takeError());
}

Launcher::Launcher(llvm::StringRef text) : program(Program::load(text)) {
  if (!program) {
    std::string message = llvm::toString(program.takeError());
    ADD_FAILURE() << message;
    program = llvm::createStringError(message);
  }
}

void Launcher::check(llvm::Error error) {
  if (error) {
    ADD_FAILURE() << llvm::toString(std::move(error));
  }
}

std::string Launcher::run(const LaunchShape &shape, Asynchrony asynchrony,
                          uint64_t maxSteps) {
  if (!program) {
    std::string message = llvm::toString(program.takeError());
    program = llvm::createStringError(message);
    return message;
  }
  llvm::Error error =
      program->launch("k", shape, arguments, memory,
                      {.asynchrony = asynchrony, .maxSteps = maxSteps});
  return error ? llvm::toString(std::move(error)) : "";
}

static testing::AssertionResult
show(bool isAsExpected, const std::string &message, llvm::StringRef expected) {
  if (isAsExpected) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure()
         << "'" << message << "', expected '" << expected.str() << "'";
}

testing::AssertionResult
tandem::nvidia::ptx::startsWith(const std::string &message,
                                llvm::StringRef expected) {
  return show(llvm::StringRef(message).starts_with(expected), message,
              expected);
}

testing::AssertionResult
tandem::nvidia::ptx::endsWith(const std::string &message,
                              llvm::StringRef expected) {
  return show(llvm::StringRef(message).ends_with(expected), message, expected);
}

testing::AssertionResult
tandem::nvidia::ptx::contains(const std::string &message,
                              llvm::StringRef expected) {
  return show(llvm::StringRef(message).contains(expected), message, expected);
}

std::string tandem::nvidia::ptx::replaced(std::string text,
                                          llvm::StringRef from,
                                          llvm::StringRef to) {
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  if (at != std::string::npos) {
    text.replace(at, from.size(), to.str());
  }
  return text;
}

std::vector<float> tandem::nvidia::ptx::randomNumbers(size_t count,
                                                      unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<float> numbers(count);
  for (float &number : numbers) {
    float value = float(int(generator() % 2049) - 1024) / 1024;
    number =
        llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(value) & 0xffff0000u);
  }
  return numbers;
}

uint16_t tandem::nvidia::ptx::toBfloat(float value) {
  return llvm::bit_cast<uint32_t>(value) >> 16;
}
