//===- Link.cpp - link an object with ld.lld --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Emit/Object.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace tandem::x86;

/// A temporary file that goes away with this.
static Expected<std::string> makeTemporary(StringRef suffix,
                                           FileRemover &remover) {
  SmallString<128> path;
  if (std::error_code error =
          sys::fs::createTemporaryFile("tandem-part", suffix, path)) {
    return createStringError(error, "cannot make a temporary file");
  }
  remover.setFile(path);
  return path.str().str();
}

static Expected<std::string> findLinker() {
  for (StringRef name : {"ld.lld-22", "ld.lld"}) {
    if (ErrorOr<std::string> path = sys::findProgramByName(name)) {
      return *path;
    }
  }
  return createStringError(inconvertibleErrorCode(),
                           "ld.lld is not in PATH; install lld-22");
}

static Error writeFile(StringRef path, ArrayRef<char> content) {
  std::error_code error;
  raw_fd_ostream stream(path, error);
  if (error) {
    return createStringError(error, "cannot write " + path);
  }
  stream.write(content.data(), content.size());
  stream.close();
  if (stream.has_error()) {
    return createStringError(stream.error(), "cannot write " + path);
  }
  return Error::success();
}

Expected<SmallVector<char, 0>> tandem::x86::linkShared(ArrayRef<char> object) {
  auto linker = findLinker();
  if (!linker) {
    return linker.takeError();
  }
  FileRemover inputRemover, outputRemover, messageRemover;
  auto input = makeTemporary("o", inputRemover);
  auto output = makeTemporary("so", outputRemover);
  auto messages = makeTemporary("txt", messageRemover);
  for (auto *path : {&input, &output, &messages}) {
    if (!*path) {
      return path->takeError();
    }
  }
  if (Error error = writeFile(*input, object)) {
    return std::move(error);
  }
  // Nothing of this machine goes into the file: no build id, no names.
  StringRef arguments[] = {*linker,
                           "-shared",
                           "--no-undefined",
                           "--strip-all",
                           "--build-id=none",
                           "--hash-style=gnu",
                           "-z",
                           "noexecstack",
                           "-z",
                           "relro",
                           "-o",
                           *output,
                           *input};
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(*messages),
                                          StringRef(*messages)};
  std::string problem;
  int status =
      sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects,
                          /*SecondsToWait=*/60, /*MemoryLimit=*/0, &problem);
  if (status != 0) {
    if (auto text = MemoryBuffer::getFile(*messages)) {
      problem += (*text)->getBuffer();
    }
    return createStringError(inconvertibleErrorCode(),
                             "ld.lld failed: " + problem);
  }
  auto content = MemoryBuffer::getFile(*output, /*IsText=*/false,
                                       /*RequiresNullTerminator=*/false);
  if (!content) {
    return createStringError(content.getError(), "cannot read " + *output);
  }
  StringRef bytes = (*content)->getBuffer();
  return SmallVector<char, 0>(bytes.begin(), bytes.end());
}
