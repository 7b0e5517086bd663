//===- WeightFiles.cpp - the files that hold a model's weights --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names are judged as text first, then by where the opened file really lies.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/WeightFiles.h"

#include "tandem/passes/Import/ModelFolder.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace tandem;
using namespace tandem::import;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<std::string> tandem::import::normalizeLocation(StringRef location) {
  auto refuse = [&](StringRef reason) {
    std::string quoted;
    raw_string_ostream stream(quoted);
    printEscapedString(location, stream);
    return makeError("external data location '" + quoted + "' " + reason +
                     ", expected a path relative to the model's folder; move "
                     "the file there and correct the location");
  };
  if (location.contains('\0')) {
    return refuse("contains a NUL byte");
  }
  if (location.contains('\\')) {
    return refuse("contains a backslash");
  }
  if (location.starts_with("/")) {
    return refuse("is absolute");
  }
  if (location.size() > 1 && location[1] == ':' && isAlpha(location[0])) {
    return refuse("names a drive");
  }
  SmallVector<StringRef> parts, kept;
  location.split(parts, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    if (part == "..") {
      return refuse("contains '..'");
    }
    if (part != ".") {
      kept.push_back(part);
    }
  }
  if (kept.empty()) {
    return refuse("is empty");
  }
  return join(kept, "/");
}

Expected<std::unique_ptr<WeightFiles>>
WeightFiles::open(StringRef path, ArrayRef<std::string> allowedDirs) {
  Expected<std::string> found = findModelFile(path);
  if (!found) {
    return found.takeError();
  }
  std::unique_ptr<WeightFiles> files(new WeightFiles());
  files->folder = sys::path::parent_path(*found).str();
  if (files->folder.empty()) {
    files->folder = ".";
  }
  files->modelName = sys::path::filename(*found).str();
  Expected<std::unique_ptr<MappedFile>> model = MappedFile::open(*found);
  if (!model) {
    return model.takeError();
  }
  files->model = std::move(*model);

  files->realDirs.push_back(
      sys::path::parent_path(files->model->realPath()).str());
  SmallVector<std::string> dirs(allowedDirs);
  dirs.push_back(files->folder);
  for (StringRef dir : dirs) {
    SmallString<256> real;
    if (std::error_code code = sys::fs::real_path(dir, real)) {
      return makeError("folder '" + dir +
                       "' cannot be resolved: " + code.message());
    }
    files->realDirs.push_back(real.str().str());
  }
  return files;
}

bool WeightFiles::mayRead(StringRef realPath) const {
  return any_of(realDirs, [&](StringRef dir) {
    return dir == "/" || (realPath.starts_with(dir) &&
                          realPath.drop_front(dir.size()).starts_with("/"));
  });
}

bool WeightFiles::isAbsent(StringRef name) const {
  if (!mayLackData || name == modelName) {
    return false;
  }
  SmallString<256> path(folder);
  sys::path::append(path, name);
  return !sys::fs::exists(path);
}

Expected<ArrayRef<char>> WeightFiles::file(StringRef name) {
  if (name == modelName) {
    return model->bytes();
  }
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<MappedFile> &entry = files[name];
  if (entry) {
    return entry->bytes();
  }
  Expected<std::string> location = normalizeLocation(name);
  if (!location) {
    return location.takeError();
  }
  SmallString<256> path(folder);
  sys::path::append(path, *location);
  Expected<std::unique_ptr<MappedFile>> opened = MappedFile::open(path);
  if (!opened) {
    return opened.takeError();
  }
  if (!mayRead((*opened)->realPath())) {
    return makeError("external data '" + name + "' really lies at '" +
                     (*opened)->realPath() +
                     "', outside the model's folder; pass "
                     "--allow-external-dir with its folder if you trust the "
                     "model");
  }
  entry = std::move(*opened);
  return entry->bytes();
}

Expected<ArrayRef<char>> WeightFiles::range(StringRef name, uint64_t offset,
                                            uint64_t length) {
  Expected<ArrayRef<char>> whole = file(name);
  if (!whole) {
    return whole.takeError();
  }
  if (offset > whole->size() || length > whole->size() - offset) {
    return makeError("needs " + Twine(length) + " bytes at offset " +
                     Twine(offset) + " of '" + name + "', which has " +
                     Twine(whole->size()) +
                     " bytes; the file is cut off or belongs to another model");
  }
  return whole->slice(offset, length);
}

Expected<ArrayRef<char>> WeightFiles::check(tandem::onnx::WeightAttr weight) {
  std::optional<int64_t> expected = tandem::onnx::getByteSize(weight.getType());
  if (weight.getOffset() < 0 || expected != weight.getLength()) {
    return makeError("weight at offset " + Twine(weight.getOffset()) + " of '" +
                     weight.getFile() + "' has " + Twine(weight.getLength()) +
                     " bytes, expected " + Twine(expected.value_or(0)) +
                     " from its type");
  }
  return range(weight.getFile(), weight.getOffset(), weight.getLength());
}

ArrayRef<char> WeightFiles::bytes(tandem::onnx::WeightAttr weight) {
  Expected<ArrayRef<char>> bytes = check(weight);
  if (bytes) {
    return *bytes;
  }
  consumeError(bytes.takeError());
  assert(false && "a weight that import did not check");
  return {};
}
