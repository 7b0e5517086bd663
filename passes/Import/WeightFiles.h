//===- WeightFiles.h - the files that hold a model's weights ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only way from an `#onnx.weight` attribute to its bytes, and the only
// place that decides which files a model may read.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_WEIGHTFILES_H
#define TANDEM_PASSES_IMPORT_WEIGHTFILES_H

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/MappedFile.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace tandem {

/// The model file and its external data files, mapped when first used. Safe to
/// use from several threads.
///
/// A file is named relative to the folder of the model. The name may not leave
/// it (`..`, absolute), and where the name is a link, its target must lie in
/// that folder, in the folder that the model file itself really lies in (caches
/// of Hugging Face link both to the same place), or in an allowed folder.
class WeightFiles {
public:
  /// Opens the model; `path` as in `findModelFile`. `allowedDirs` are further
  /// folders that external data may lie in.
  static llvm::Expected<std::unique_ptr<WeightFiles>>
  open(llvm::StringRef path, llvm::ArrayRef<std::string> allowedDirs = {});

  /// Name of the model file, relative to its folder.
  llvm::StringRef getModelName() const { return modelName; }
  /// The encoded model.
  llvm::ArrayRef<char> getModelBytes() const { return model->bytes(); }

  /// From now on files of external data need not be there.
  void allowAbsentData() { mayLackData = true; }
  /// Whether the file `name` of external data is not there and need not be.
  bool isAbsent(llvm::StringRef name) const;

  /// The bytes of file `name`; an error where it may not be read.
  llvm::Expected<llvm::ArrayRef<char>> file(llvm::StringRef name);

  /// Bytes [offset, offset + length) of file `name`; an error where the file
  /// may not be read or is too short.
  llvm::Expected<llvm::ArrayRef<char>> range(llvm::StringRef name,
                                             uint64_t offset, uint64_t length);

  /// The bytes of `weight`, checked as in `range` and against its type. For
  /// attributes that may not come from import (a module read as text).
  llvm::Expected<llvm::ArrayRef<char>> check(onnx::WeightAttr weight);

  /// The bytes of `weight`, which import or `check` accepted.
  llvm::ArrayRef<char> bytes(onnx::WeightAttr weight);

private:
  WeightFiles() = default;
  bool mayRead(llvm::StringRef realPath) const;

  std::string folder;                ///< as given
  std::vector<std::string> realDirs; ///< where targets may lie
  std::string modelName;
  std::unique_ptr<import::MappedFile> model;
  llvm::StringMap<std::unique_ptr<import::MappedFile>> files;
  std::mutex mutex; ///< guards `files`
  bool mayLackData = false;
};

namespace import {
/// `location` of external data without `.` parts; an error where it is not a
/// plain relative path.
llvm::Expected<std::string> normalizeLocation(llvm::StringRef location);
} // namespace import

} // namespace tandem

#endif // TANDEM_PASSES_IMPORT_WEIGHTFILES_H
