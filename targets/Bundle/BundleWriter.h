//===- BundleWriter.h - writes a bundle folder ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds a bundle in a hidden folder beside its final place and renames it at
// the end, so that nobody ever sees half a bundle. Digests are computed while
// the bytes pass, so memory does not grow with them. Bytes depend on what is
// added alone: neither clock, nor order, nor path.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_BUNDLEWRITER_H
#define TANDEM_TARGETS_BUNDLE_BUNDLEWRITER_H

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include "tandem/targets/Bundle/BundleError.h"
#include "tandem/targets/Bundle/BundleFile.h"
#include "tandem/targets/Runtime/Manifest.h"
#include "tandem/targets/Runtime/PartDescription.h"

namespace tandem::bundle {

/// An input of the compilation, for provenance.json.
struct SourceFile {
  std::string name;   ///< relative to the model's folder
  std::string digest; ///< "blake3:..." or "sha256:..."
};

/// How the bundle came to be. No path, date or host name belongs here.
struct Provenance {
  std::vector<std::string> options; ///< those that shape the bundle
  std::string fleet;                ///< the resolved fleet, or its digest
  std::vector<SourceFile> sources;
};

/// Writes one bundle. addX may be called by several threads; an error leaves
/// the writer usable for nothing but destruction, which removes all traces.
class BundleWriter {
public:
  /// Starts a bundle that finish() puts at `output`. Fails (usage) if something
  /// other than a Tandem bundle is there.
  static llvm::Expected<std::unique_ptr<BundleWriter>>
  create(llvm::StringRef output);
  ~BundleWriter();

  /// Adds a file with these bytes.
  llvm::Error addBytes(llvm::StringRef path, llvm::StringRef bytes);
  /// Adds a copy of the file at `from`.
  llvm::Error addFile(llvm::StringRef path, llvm::StringRef from);

  /// Starts a file of weights; give it to addWeights when it is complete.
  llvm::Expected<BundleFile> startWeights();
  /// Adds the file under the name of its digest and returns its path; a file
  /// with the same bytes is kept once.
  llvm::Expected<std::string> addWeights(BundleFile file);

  /// Lists a file of weights that part.json describes; it is not written.
  void addSeeded(std::string path, uint64_t bytes);

  /// Adds parts/<id>/part.json.
  llvm::Error addPart(llvm::StringRef id, const runtime::PartDescription &part);
  /// Adds golden/golden.json and a file for each of `logits`, in order: after
  /// the prompt and after each decode id. `golden.logits` is set here.
  llvm::Error addGolden(runtime::GoldenVectors golden,
                        llvm::ArrayRef<std::vector<float>> logits);

  /// Fills in what follows from the files that were added: their list, the
  /// digest of the weight set and, once all weights are there, the contract's.
  void complete(runtime::Manifest &manifest);

  /// Completes `manifest` (schema, weights, contract digests, golden, files),
  /// adds provenance.json and README.md, writes manifest.json and SHA256SUMS,
  /// syncs everything and moves the bundle to its place.
  llvm::Error finish(runtime::Manifest manifest, const Provenance &provenance);

private:
  BundleWriter(std::string output, std::string folder)
      : output(std::move(output)), folder(std::move(folder)) {}

  llvm::Expected<BundleFile> startFile(llvm::StringRef path);
  llvm::Error record(llvm::StringRef path, BundleFile &file);
  llvm::Error writeUnlisted(llvm::StringRef path, llvm::StringRef bytes);
  llvm::Error publish();

  std::string output;
  std::string folder; ///< empty once nothing is left to remove
  std::mutex mutex;
  std::map<std::string, runtime::FileRecord> files;
  std::map<std::string, uint64_t> seededBytes; ///< by path
  bool hasGolden = false;
  unsigned weightCount = 0;
};

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_BUNDLEWRITER_H
