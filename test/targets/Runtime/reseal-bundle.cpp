//===- reseal-bundle.cpp - digests of the files as they are ---------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   reseal-bundle BUNDLE
//
// gives the files of a bundle, some of which were changed, their sizes and
// digests, so that a test reaches the checks behind those of digests.
//
//===----------------------------------------------------------------------===//

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tandem/targets/Runtime/Digest.h"
#include "tandem/targets/Runtime/Manifest.h"

using namespace tandem::runtime;

static std::string read(const std::filesystem::path &path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

int main(int, char **argv) {
  std::filesystem::path folder(argv[1]);
  Manifest manifest = parseManifest(read(folder / "manifest.json"));
  for (FileRecord &file : manifest.files) {
    std::string bytes = read(folder / file.path);
    file.bytes = bytes.size();
    file.blake3 = Blake3::of(bytes);
    file.sha256 = Sha256::of(bytes);
  }
  std::string text = writeManifest(manifest);
  std::ofstream(folder / "manifest.json", std::ios::binary) << text;
  std::ofstream(folder / "SHA256SUMS", std::ios::binary)
      << sha256Sums(manifest, text);
  return 0;
}
