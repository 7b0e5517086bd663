//===- BundleWriter.cpp - writes a bundle folder --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/BundleWriter.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

#include "tandem/targets/Bundle/BundleTexts.h"
#include "tandem/targets/Bundle/FolderSwap.h"
#include "tandem/targets/Bundle/TemporaryFolder.h"

namespace tandem::bundle {

using runtime::ExitCode;

char BundleError::ID;

llvm::Error makeError(ExitCode code, const llvm::Twine &message) {
  return llvm::make_error<BundleError>(code, message.str());
}

llvm::Error makeSystemError(const llvm::Twine &action) {
  int error = errno;
  return makeError(ExitCode::Environment,
                   "cannot " + action + ": " + std::strerror(error));
}

llvm::Expected<std::unique_ptr<BundleWriter>>
BundleWriter::create(llvm::StringRef output) {
  std::string place = output.rtrim('/').str();
  if (place.empty()) {
    return makeError(ExitCode::Usage, "the output has an empty name");
  }
  if (std::string why = whyNotReplaceable(place); !why.empty()) {
    return makeError(ExitCode::Usage, why);
  }
  auto folder = createTemporaryFolder(place);
  if (!folder) {
    return folder.takeError();
  }
  return std::unique_ptr<BundleWriter>(
      new BundleWriter(std::move(place), std::move(*folder)));
}

BundleWriter::~BundleWriter() {
  if (!folder.empty()) {
    removeTemporaryFolder();
  }
}

/// Creates the folders that `path` needs inside `root`, all with mode 755.
static llvm::Error makeFolders(llvm::StringRef root, llvm::StringRef path) {
  size_t slash = 0;
  while ((slash = path.find('/', slash)) != llvm::StringRef::npos) {
    std::string name = (root + "/" + path.take_front(slash)).str();
    if (mkdir(name.c_str(), 0755) != 0 && errno != EEXIST) {
      return makeSystemError("create '" + name + "'");
    }
    chmod(name.c_str(), 0755);
    ++slash;
  }
  return llvm::Error::success();
}

llvm::Expected<BundleFile> BundleWriter::startFile(llvm::StringRef path) {
  if (std::string why = runtime::whyNotBundlePath(path); !why.empty()) {
    return makeError(ExitCode::InternalError,
                     "a bundle cannot hold '" + path + "', which " + why);
  }
  if (llvm::Error error = makeFolders(folder, path)) {
    return error;
  }
  return BundleFile::create(folder + "/" + path.str());
}

llvm::Error BundleWriter::record(llvm::StringRef path, BundleFile &file) {
  if (llvm::Error error = file.close()) {
    return error;
  }
  std::lock_guard<std::mutex> lock(mutex);
  files[path.str()] = {path.str(), file.size(), file.blake3(), file.sha256()};
  return llvm::Error::success();
}

llvm::Error BundleWriter::addBytes(llvm::StringRef path,
                                   llvm::StringRef bytes) {
  auto file = startFile(path);
  if (!file) {
    return file.takeError();
  }
  file->append(bytes);
  return record(path, *file);
}

llvm::Error BundleWriter::addFile(llvm::StringRef path, llvm::StringRef from) {
  auto contents = llvm::MemoryBuffer::getFile(from, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
  if (!contents) {
    return makeError(ExitCode::InputRejected,
                     "cannot read '" + from +
                         "': " + contents.getError().message());
  }
  return addBytes(path, (*contents)->getBuffer());
}

llvm::Expected<BundleFile> BundleWriter::startWeights() {
  std::lock_guard<std::mutex> lock(mutex);
  return startFile("weights/" + std::to_string(weightCount++) + ".tmp");
}

llvm::Expected<std::string> BundleWriter::addWeights(BundleFile file) {
  file.alignTo(4096);
  if (llvm::Error error = file.close()) {
    return error;
  }
  std::string path = "weights/" + file.blake3() + ".bin";
  std::lock_guard<std::mutex> lock(mutex);
  // A file of this name has these bytes, so replacing it changes nothing.
  if (rename(file.path().c_str(), (folder + "/" + path).c_str()) != 0) {
    return makeSystemError("rename '" + file.path() + "'");
  }
  files[path] = {path, file.size(), file.blake3(), file.sha256()};
  return path;
}

void BundleWriter::addSeeded(std::string path, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  seededBytes[std::move(path)] = bytes;
}

llvm::Error BundleWriter::addPart(llvm::StringRef id,
                                  const runtime::PartDescription &part) {
  return addBytes("parts/" + id.str() + "/part.json", writePart(part));
}

llvm::Error BundleWriter::addGolden(runtime::GoldenVectors golden,
                                    llvm::ArrayRef<std::vector<float>> logits) {
  golden.logits.clear();
  for (const auto &[index, values] : llvm::enumerate(logits)) {
    std::string path = "golden/logits-" + std::to_string(index) + ".bin";
    golden.logits.push_back(path);
    llvm::StringRef bytes(reinterpret_cast<const char *>(values.data()),
                          values.size() * sizeof(float));
    if (llvm::Error error = addBytes(path, bytes)) {
      return error;
    }
  }
  hasGolden = true;
  return addBytes("golden/golden.json", writeGolden(golden));
}

void BundleWriter::complete(runtime::Manifest &manifest) {
  manifest.schema = runtime::manifestSchema;
  manifest.files.clear();
  manifest.weights.files.clear();
  for (const auto &[path, file] : files) {
    manifest.files.push_back(file);
    if (llvm::StringRef(path).starts_with("weights/")) {
      manifest.weights.files.push_back({path, file.bytes});
    }
  }
  manifest.weights.seeded.reset();
  for (const auto &[path, bytes] : seededBytes) {
    if (!manifest.weights.seeded) {
      manifest.weights.seeded.emplace();
    }
    manifest.weights.seeded->push_back({path, bytes});
  }
  manifest.weights.setDigest = runtime::weightSetDigest(manifest);
  manifest.contract.weights = manifest.weights.setDigest;
  manifest.contract.capacity = manifest.capacity.tokens;
  manifest.contract.digest = runtime::contractDigest(manifest.contract);
  if (hasGolden) {
    manifest.golden = runtime::GoldenRecord{"golden/golden.json"};
  }
}

llvm::Error BundleWriter::writeUnlisted(llvm::StringRef path,
                                        llvm::StringRef bytes) {
  auto file = startFile(path);
  if (!file) {
    return file.takeError();
  }
  file->append(bytes);
  return file->close();
}

llvm::Error BundleWriter::finish(runtime::Manifest manifest,
                                 const Provenance &provenance) {
  if (llvm::Error error =
          addBytes("provenance.json", provenanceText(manifest, provenance))) {
    return error;
  }
  if (llvm::Error error = addBytes("README.md", readmeText(manifest))) {
    return error;
  }
  complete(manifest);
  std::string text = runtime::writeManifest(manifest);
  if (llvm::Error error = writeUnlisted("manifest.json", text)) {
    return error;
  }
  std::string sums = runtime::sha256Sums(manifest, text);
  if (llvm::Error error = writeUnlisted("SHA256SUMS", sums)) {
    return error;
  }
  return publish();
}

llvm::Error BundleWriter::publish() {
  if (llvm::Error error = syncFolders(folder)) {
    return error;
  }
  // Somebody may have put something else there meanwhile.
  if (std::string why = whyNotReplaceable(output); !why.empty()) {
    return makeError(ExitCode::Usage, why);
  }
  if (llvm::Error error = moveIntoPlace(folder, output)) {
    return error;
  }
  // What is in the temporary place now is the replaced bundle, or nothing.
  removeTemporaryFolder();
  folder.clear();
  return llvm::Error::success();
}

} // namespace tandem::bundle
