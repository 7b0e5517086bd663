//===- ModelFolder.cpp - the file of a folder -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Looks at names only; nothing is opened.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/ModelFolder.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

/// The names of the `.onnx` files of `folder`, sorted.
static SmallVector<std::string> listModels(StringRef folder) {
  SmallVector<std::string> names;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    if (sys::path::extension(it->path()) == ".onnx") {
      names.push_back(sys::path::filename(it->path()).str());
    }
  }
  sort(names);
  return names;
}

Expected<std::string> tandem::findModelFile(StringRef path) {
  if (!sys::fs::exists(path)) {
    return createStringError(inconvertibleErrorCode(),
                             "'" + path +
                                 "' does not exist, expected an ONNX "
                                 "file or a folder with one");
  }
  if (!sys::fs::is_directory(path)) {
    return path.str();
  }
  auto inFolder = [&](StringRef name) {
    SmallString<256> file(path);
    sys::path::append(file, name);
    return file.str().str();
  };
  for (StringRef name : {"model.onnx", "onnx/model.onnx"}) {
    if (sys::fs::exists(inFolder(name))) {
      return inFolder(name);
    }
  }
  SmallVector<std::string> names = listModels(path);
  if (names.size() == 1) {
    return inFolder(names.front());
  }
  if (is_contained(names, "decoder_model_merged.onnx")) {
    return inFolder("decoder_model_merged.onnx");
  }
  if (names.empty()) {
    return createStringError(inconvertibleErrorCode(),
                             "folder '" + path + "' has no .onnx file");
  }
  return createStringError(inconvertibleErrorCode(),
                           "folder '" + path + "' has several models (" +
                               join(names, ", ") + "); name one of them");
}
