//===- BundleWriterTest.cpp - what the writer leaves on disk --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/BundleWriter.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "TestBundle.h"
#include "gtest/gtest.h"

namespace fs = std::filesystem;
using namespace tandem::bundle;

namespace {
class BundleWriterTest : public ::testing::Test {
protected:
  BundleWriterTest()
      : root(fs::temp_directory_path() /
             ("writer-test-" + std::to_string(getpid()))) {
    fs::create_directories(root);
  }
  ~BundleWriterTest() override { fs::remove_all(root); }

  static std::string read(const fs::path &path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  size_t entryCount() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(root), fs::directory_iterator()));
  }

  fs::path root;
};
} // namespace

TEST_F(BundleWriterTest, SameInputGivesSameBytes) {
  using tandem::test::writeTestBundle;
  llvm::cantFail(writeTestBundle(root / "a.tandem", TANDEM_FAKE_PART));
  umask(077);
  llvm::cantFail(writeTestBundle(root / "b", TANDEM_FAKE_PART));
  umask(022);
  EXPECT_EQ(read(root / "a.tandem/manifest.json"),
            read(root / "b/manifest.json"));
  EXPECT_EQ(read(root / "a.tandem/SHA256SUMS"), read(root / "b/SHA256SUMS"));
  EXPECT_EQ(fs::status(root / "a.tandem/SHA256SUMS").permissions(),
            fs::status(root / "b/SHA256SUMS").permissions());
}

TEST_F(BundleWriterTest, NothingIsLeftWithoutFinish) {
  {
    auto writer = llvm::cantFail(BundleWriter::create((root / "x").string()));
    llvm::cantFail(writer->addBytes("deep/er/file", "text"));
    EXPECT_EQ(entryCount(), 1u);
  }
  EXPECT_EQ(entryCount(), 0u);
}

TEST_F(BundleWriterTest, BundleIsReplacedAndOtherThingsAreNot) {
  std::string place = root / "m.tandem";
  llvm::cantFail(tandem::test::writeTestBundle(place, TANDEM_FAKE_PART));
  tandem::test::TestBundle larger;
  larger.capacity = 128;
  llvm::cantFail(
      tandem::test::writeTestBundle(place, TANDEM_FAKE_PART, larger));
  EXPECT_NE(read(place + "/manifest.json").find("\"tokens\": 128"),
            std::string::npos);
  EXPECT_EQ(entryCount(), 1u);

  std::string folder = root / "photos";
  fs::create_directories(folder + "/2026");
  llvm::Error error = tandem::test::writeTestBundle(folder, TANDEM_FAKE_PART);
  EXPECT_EQ(llvm::toString(std::move(error)),
            "the output '" + folder +
                "' exists and is no Tandem bundle; it is left alone: choose "
                "another name or remove it");
  EXPECT_TRUE(fs::exists(folder + "/2026"));
}

TEST_F(BundleWriterTest, EqualWeightFilesAreKeptOnce) {
  auto writer = llvm::cantFail(BundleWriter::create((root / "x").string()));
  std::string paths[2];
  for (std::string &path : paths) {
    BundleFile file = llvm::cantFail(writer->startWeights());
    file.append(llvm::StringRef("tensor"));
    EXPECT_EQ(file.alignTo(64), 64u);
    path = llvm::cantFail(writer->addWeights(std::move(file)));
  }
  EXPECT_EQ(paths[0], paths[1]);
  EXPECT_EQ(paths[0].substr(0, 8), "weights/");
}

TEST_F(BundleWriterTest, MissingParentIsAUsageError) {
  auto writer = BundleWriter::create((root / "no" / "x").string());
  ASSERT_FALSE(bool(writer));
  llvm::handleAllErrors(writer.takeError(), [](const BundleError &error) {
    EXPECT_EQ(error.exitCode(), tandem::runtime::ExitCode::Usage);
  });
}
