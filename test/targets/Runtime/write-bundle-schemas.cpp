//===- write-bundle-schemas.cpp - the published JSON schemas --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   write-bundle-schemas FOLDER
//
// writes manifest.schema.json and part.schema.json; a test compares them with
// docs/schema.
//
//===----------------------------------------------------------------------===//

#include <filesystem>
#include <fstream>

#include "tandem/targets/Runtime/Manifest.h"
#include "tandem/targets/Runtime/PartDescription.h"

int main(int, char **argv) {
  std::filesystem::path folder(argv[1]);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "manifest.schema.json")
      << tandem::runtime::manifestJsonSchema();
  std::ofstream(folder / "part.schema.json")
      << tandem::runtime::partJsonSchema();
  return 0;
}
