//===- BundleFolder.cpp - a bundle's files, checked -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/BundleFolder.h"

#include <filesystem>
#include <set>

#include "tandem/targets/Runtime/Digest.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Memory.h"

namespace fs = std::filesystem;

namespace tandem::runtime {

/// SHA256SUMS repeats less than the manifest says.
static constexpr uint64_t maximumSumsBytes = maximumManifestBytes;

[[noreturn]] static void damaged(const std::string &what) {
  throw Failure(ExitCode::VerificationFailed, what);
}

static std::string readRequired(const std::string &root, const char *name,
                                uint64_t limit) {
  std::string path = root + "/" + name;
  std::error_code error;
  if (!fs::exists(path, error)) {
    damaged("the bundle lacks '" + std::string(name) + "'");
  }
  return readFile(path, limit);
}

static void requireBundle(const std::string &root) {
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    throw Failure(
        ExitCode::InputRejected,
        "'" + root + "' is no bundle: " +
            (fs::exists(root, error) ? "not a folder" : "no such folder"));
  }
  if (!fs::exists(root + "/manifest.json", error) &&
      !fs::exists(root + "/SHA256SUMS", error)) {
    throw Failure(ExitCode::InputRejected,
                  "'" + root + "' is no bundle: it has no manifest.json");
  }
}

/// A manifest with a wrong digest is damaged, whatever its text looks like.
static void checkManifestDigest(const std::string &manifest,
                                const std::string &sums) {
  std::string line = Sha256::of(manifest) + "  manifest.json\n";
  size_t found = sums.find(line);
  if (found == sums.npos || (found != 0 && sums[found - 1] != '\n')) {
    damaged("'manifest.json' does not have the digest in SHA256SUMS");
  }
}

BundleFolder::BundleFolder(const std::string &path) : root(path) {
  requireBundle(root);
  std::string text = readRequired(root, "manifest.json", maximumManifestBytes);
  std::string sums = readRequired(root, "SHA256SUMS", maximumSumsBytes);
  checkManifestDigest(text, sums);
  manifestDigest = Sha256::of(text);
  contents = parseManifest(text);
  if (sums != sha256Sums(contents, text)) {
    damaged("'SHA256SUMS' does not agree with manifest.json");
  }
  if (contents.weights.setDigest != weightSetDigest(contents)) {
    damaged("the weight set has digest " + weightSetDigest(contents) +
            ", manifest.json says " + contents.weights.setDigest);
  }
  if (contents.contract.digest != contractDigest(contents.contract)) {
    damaged("the cache contract has digest " +
            contractDigest(contents.contract) + ", manifest.json says " +
            contents.contract.digest);
  }
  if (contents.contract.weights != contents.weights.setDigest) {
    damaged("the cache contract is for the weights " +
            contents.contract.weights + ", the bundle has " +
            contents.weights.setDigest);
  }
  checkNames();
}

std::string BundleFolder::locate(std::string_view path) const {
  return root + "/" + std::string(path);
}

std::string BundleFolder::read(const std::string &path, uint64_t limit) const {
  const FileRecord *file = contents.findFile(path);
  if (!file) {
    throw Failure(ExitCode::InputRejected,
                  "'" + path + "' is not in the manifest's list of files");
  }
  std::string text = readFile(locate(path), limit);
  if (Blake3::of(text) != file->blake3) {
    damaged("'" + path + "' does not have the digest in manifest.json");
  }
  return text;
}

/// Path of `entry` in the bundle; links must stay inside it.
static void checkEntry(const fs::directory_entry &entry,
                       const std::string &name, const fs::path &realRoot) {
  std::error_code error;
  fs::path target = fs::canonical(entry.path(), error);
  if (error) {
    damaged("'" + name + "' is a link to nowhere");
  }
  fs::path relative = target.lexically_relative(realRoot);
  if (relative.empty() || *relative.begin() == "..") {
    damaged("'" + name + "' is a link that leaves the bundle");
  }
  if (!fs::is_regular_file(target, error)) {
    damaged("'" + name + "' is not a regular file");
  }
}

void BundleFolder::checkNames() const {
  std::set<std::string> expected = {"manifest.json", "SHA256SUMS"};
  for (const FileRecord &file : contents.files) {
    expected.insert(file.path);
  }
  fs::path realRoot = fs::canonical(root);
  for (const auto &entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_symlink() && entry.is_directory()) {
      continue;
    }
    std::string name = entry.path().lexically_relative(root).generic_string();
    checkEntry(entry, name, realRoot);
    if (!expected.erase(name)) {
      damaged("'" + name + "' is not in the manifest's list of files");
    }
  }
  if (!expected.empty()) {
    damaged("the bundle lacks '" + *expected.begin() + "'");
  }
}

} // namespace tandem::runtime
