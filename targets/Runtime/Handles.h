//===- Handles.h - what the C interface hands out ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The opaque types of tandem-runtime.h, its errors, and its structs with their
// sizes, for the files that implement it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDLES_H
#define TANDEM_TARGETS_RUNTIME_HANDLES_H

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "tandem/targets/Runtime/BundleText.h"
#include "tandem/targets/Runtime/Engine.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/RandomSampler.h"
#include "tandem/targets/Runtime/tandem-runtime.h"

struct TandemError {
  tandem::runtime::ExitCode code;
  std::string message;
};

struct TandemBundle {
  explicit TandemBundle(const char *path) : folder(path), text(folder) {}

  tandem::runtime::Engine &loaded() {
    if (!engine) {
      throw tandem::runtime::Failure(tandem::runtime::ExitCode::Usage,
                                     "the bundle is not loaded");
    }
    return *engine;
  }

  tandem::runtime::BundleFolder folder;
  tandem::runtime::BundleText text;
  std::unique_ptr<tandem::runtime::Engine> engine;
};

struct TandemSequence {
  explicit TandemSequence(TandemBundle &bundle)
      : bundle(bundle), sequence(bundle.loaded()) {}

  TandemBundle &bundle;
  tandem::runtime::Sequence sequence;
};

namespace tandem::runtime {

/// Runs `body` and turns what it throws into an error object.
template <class Body> TandemError *guard(Body &&body) {
  try {
    body();
    return nullptr;
  } catch (const Failure &failure) {
    return new TandemError{failure.code, failure.what()};
  } catch (const std::bad_alloc &) {
    return new TandemError{ExitCode::Environment, "out of memory"};
  } catch (const std::exception &error) {
    return new TandemError{ExitCode::InternalError, error.what()};
  }
}

/// Checks that a struct of the caller has at least its first `least` bytes,
/// those of the oldest callers.
template <class Struct>
void requireSize(const Struct *given, size_t least = sizeof(Struct)) {
  if (!given || given->size < least) {
    throw Failure(ExitCode::Usage,
                  "a struct is null or smaller than this library needs: "
                  "compile the caller with this version's tandem-runtime.h");
  }
}

/// The caller's struct as this library knows it: what an older caller does not
/// have is 0; what a newer one has beyond must be.
template <class Struct>
Struct readStruct(const Struct *given, size_t least = sizeof(Struct)) {
  requireSize(given, least);
  auto *bytes = reinterpret_cast<const char *>(given);
  if (given->size > sizeof(Struct) &&
      std::any_of(bytes + sizeof(Struct), bytes + given->size,
                  [](char byte) { return byte != 0; })) {
    throw Failure(ExitCode::Usage,
                  "a struct has members that this library does not know: use "
                  "the library of the tandem-runtime.h it was compiled with");
  }
  Struct result = {};
  std::memcpy(&result, given, std::min<size_t>(given->size, sizeof(Struct)));
  return result;
}

/// Fills the caller's struct as far as it goes; its size stays.
template <class Struct>
void writeStruct(Struct *given, Struct value, size_t least = sizeof(Struct)) {
  requireSize(given, least);
  value.size = given->size;
  std::memcpy(given, &value, std::min<size_t>(given->size, sizeof(Struct)));
}

/// Writes a text that is not empty, where somebody asks for it.
inline void giveText(const std::string &text, TandemTextCallback write,
                     void *context) {
  if (write && !text.empty()) {
    write(context, text.data(), text.size());
  }
}

/// The sampler that a TandemSampling or the like members of
/// TandemGenerateOptions ask for.
template <class Given> std::unique_ptr<Sampler> samplerOf(const Given &given) {
  return makeSampler({.temperature = given.temperature,
                      .topCount = given.topK,
                      .topProbability = given.topP == 0 ? 1 : given.topP,
                      .seed = given.seed});
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDLES_H
