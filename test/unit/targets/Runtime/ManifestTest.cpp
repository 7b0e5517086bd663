//===- ManifestTest.cpp - manifest.json and part.json ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Manifest.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/PartAbi.h"
#include "tandem/targets/Runtime/PartDescription.h"

#include <random>

#include "gtest/gtest.h"

using namespace tandem::runtime;

static Manifest makeManifest() {
  Manifest manifest;
  std::string digest(64, 'a');
  manifest.name = "m";
  manifest.model.vocabulary = 10;
  manifest.capacity = {4, "test"};
  manifest.contract.capacity = 4;
  manifest.parts = {{"cpu", {"prefill"}, "cpu", {1, 1}, 0, "parts/cpu", "x"}};
  manifest.files = {{"parts/cpu/part.json", 1, digest, digest},
                    {"weights/w.bin", 2, digest, digest}};
  manifest.weights.files = {{"weights/w.bin", 2}};
  return manifest;
}

static std::string whyRejected(const Manifest &manifest) {
  try {
    parseManifest(writeManifest(manifest));
    return "";
  } catch (const Failure &failure) {
    return failure.what();
  }
}

TEST(Manifest, RoundTripIsTheIdentity) {
  std::string text = writeManifest(makeManifest());
  EXPECT_EQ(writeManifest(parseManifest(text)), text);
}

TEST(Manifest, OtherMajorVersionsAreRejectedAndMinorOnesAccepted) {
  Manifest manifest = makeManifest();
  manifest.schema = "tandem-bundle/1.7";
  EXPECT_EQ(whyRejected(manifest), "");
  manifest.schema = "tandem-bundle/2.0";
  EXPECT_EQ(whyRejected(manifest),
            "manifest.json: has schema 'tandem-bundle/2.0', this program reads "
            "'tandem-bundle/1.x'; compile the model again or use the runtime "
            "of that version");
}

TEST(Manifest, PathsThatLeaveTheBundleAreRejected) {
  for (const char *path : {"", "/etc/passwd", "../x", "a/../b", "a//b", "./a",
                           "a/", "a\\b", "C:x", "a\nb", "a/.."}) {
    EXPECT_NE(whyNotBundlePath(path), "") << path;
  }
  for (const char *path : {"a", "a/b.c", "..a", "a b", "assets/\xc3\xa4"}) {
    EXPECT_EQ(whyNotBundlePath(path), "") << path;
  }
}

TEST(Manifest, InconsistentSectionsAreRejected) {
  Manifest manifest = makeManifest();
  std::swap(manifest.files[0], manifest.files[1]);
  EXPECT_EQ(whyRejected(manifest),
            "manifest.json: files are not sorted by path, or twice there: "
            "'weights/w.bin', 'parts/cpu/part.json'");
  manifest = makeManifest();
  manifest.weights.files[0].bytes = 3;
  EXPECT_EQ(whyRejected(manifest),
            "manifest.json: weight file 'weights/w.bin' is not in the list of "
            "files with the same size");
  manifest = makeManifest();
  manifest.contract.capacity = 5;
  EXPECT_EQ(whyRejected(manifest),
            "manifest.json: capacity is 4 tokens, its contract says 5");
  manifest = makeManifest();
  manifest.files[1].sha256 = "00";
  EXPECT_EQ(whyRejected(manifest),
            "manifest.json: file 'weights/w.bin' has a digest that is not 64 "
            "hex digits");
  manifest = makeManifest();
  manifest.parts[0].directory = "elsewhere";
  EXPECT_EQ(whyRejected(manifest), "manifest.json: part 'cpu' has no file "
                                   "'elsewhere/part.json'");
}

TEST(Manifest, ContractDigestFollowsEveryFieldButItself) {
  CacheContract contract = makeManifest().contract;
  std::string before = contractDigest(contract);
  contract.digest = before;
  EXPECT_EQ(contractDigest(contract), before);
  contract.assumptions.push_back("past lengths are equal");
  EXPECT_NE(contractDigest(contract), before);
}

static PartDescription makePart() {
  PartDescription part;
  part.abiVersion = TANDEM_PART_ABI_VERSION;
  part.entries = {"prefill", "decode"};
  part.maxTokens = part.maxRows = part.vocabulary = part.slotBytes = 8;
  part.variants = {{"v3", "module.so", {"avx2"}}};
  part.weights = {{"weights/w.bin", 64, 4, "rows", {1}, "f32", "w"}};
  return part;
}

static std::string whyRejected(const PartDescription &part) {
  try {
    parsePart(writePart(part), "part.json");
    return "";
  } catch (const Failure &failure) {
    return failure.what();
  }
}

TEST(Part, HoldsMachineCodeOrText) {
  PartDescription part = makePart();
  part.text.emplace();
  EXPECT_EQ(whyRejected(part),
            "part.json has code of several kinds, expected variants, "
            "text or launches");
  part.variants.clear();
  EXPECT_EQ(whyRejected(part), "part.json has text without programs");
  part.text->programs.push_back({"p", "prefill", "../p.mlir", {}, 1, 1, "", 0});
  EXPECT_EQ(whyRejected(part),
            "part.json program 'p' has a bad file name '../p.mlir'");
  part.text->programs[0].file = "p.mlir";
  EXPECT_EQ(whyRejected(part), "");
  part.text.reset();
  EXPECT_EQ(whyRejected(part), "part.json has no variants");
}

/// A part of one program with one launch.
static PartDescription makeLaunchedPart() {
  PartDescription part = makePart();
  part.variants.clear();
  LaunchCode &code = part.launches.emplace();
  code.format = "ptx";
  code.device = "sm_90a";
  code.file = "kernels.ptx";
  code.cache = {64, 1024};
  LaunchProgram &program = code.programs.emplace_back();
  program.name = "decode-8";
  program.phase = "decode";
  program.tokens = program.rows = program.selected = 8;
  program.arenaBytes = 256;
  program.stepBytes = 64;
  program.step = {{"token_count", 0, 1}, {"tokens", 16, 8}};
  program.buffers = {{"weights", 0, 0, 4}, {"scratch", {}, 0, 256}};
  program.launches = {{"copy", {1, 1, 1}, 128, 0, {0}, {1}}};
  return part;
}

TEST(Part, LaunchesAreChecked) {
  EXPECT_EQ(whyRejected(makeLaunchedPart()), "");
  auto why = [](auto change) {
    PartDescription part = makeLaunchedPart();
    change(*part.launches, part.launches->programs[0]);
    return whyRejected(part);
  };
  EXPECT_EQ(why([](auto &code, auto &) { code.file = "../k"; }),
            "part.json has kernels in a bad file name '../k'");
  EXPECT_EQ(why([](auto &code, auto &) { code.programs.clear(); }),
            "part.json has kernels without programs");
  std::string program = "part.json: program 'decode-8' ";
  EXPECT_EQ(why([](auto &, auto &p) { p.buffers[0].entry = 1; }),
            program + "has a buffer of an entry that is not in the table of 1 "
                      "weights");
  EXPECT_EQ(why([](auto &, auto &p) { p.buffers[1].offset = 16; }),
            program + "has a buffer of 256 bytes at byte 16 of 256 bytes of "
                      "scratch");
  EXPECT_EQ(why([](auto &, auto &p) { p.buffers[1].memory = "tape"; }),
            program +
                "has a buffer in memory 'tape', which is none of a part's");
  EXPECT_EQ(why([](auto &, auto &p) { p.step[1].elements = 13; }),
            program + "has values 'tokens' beyond its 64 bytes");
  EXPECT_EQ(why([](auto &, auto &p) { p.launches[0].writes = {2}; }),
            program + "launches 'copy' over a buffer that is none of its 2");
  EXPECT_EQ(why([](auto &, auto &p) { p.launches[0].threads = 2048; }),
            program + "launches 'copy' on a grid of 3 sizes with 2048 threads, "
                      "expected 3 above 0 and 1 to 1024");
  EXPECT_EQ(why([](auto &, auto &p) { p.launches[0].grid = {1, 0, 1}; }),
            program + "launches 'copy' on a grid of 3 sizes with 128 threads, "
                      "expected 3 above 0 and 1 to 1024");
}

TEST(Part, TakesTheSmallestProgramThatFits) {
  LaunchCode code = *makeLaunchedPart().launches;
  code.programs.push_back(code.programs[0]);
  code.programs[1].name = "decode-1";
  code.programs[1].tokens = code.programs[1].rows = code.programs[1].selected =
      1;
  EXPECT_EQ(code.find("decode", 1, 1, 1)->name, "decode-1");
  EXPECT_EQ(code.find("decode", 2, 1, 1)->name, "decode-8");
  EXPECT_EQ(code.find("decode", 9, 1, 1), nullptr);
  EXPECT_EQ(code.find("prefill", 1, 1, 1)->name, "decode-1");
  code.programs[1].phase = "prefill";
  EXPECT_EQ(code.find("decode", 1, 1, 1)->name, "decode-8");
}

TEST(Part, SizesAndOffsetsAreChecked) {
  EXPECT_EQ(whyRejected(makePart()), "");
  PartDescription part = makePart();
  part.weights[0].offset = 65;
  EXPECT_EQ(whyRejected(part), "part.json weight 'w' starts at byte 65, "
                               "expected a multiple of 64");
  part = makePart();
  part.arena.bytesPerToken = UINT64_MAX;
  EXPECT_NE(whyRejected(part), "");
  part = makePart();
  part.maxTokens = 0;
  EXPECT_EQ(whyRejected(part),
            "part.json has max_tokens 0, expected 1 to 1048576");
  part = makePart();
  part.abiVersion = 9;
  EXPECT_EQ(whyRejected(part),
            "part.json was built for part interface 9, this runtime has 2; "
            "compile the model again");
}

/// Any text either parses or is rejected: no other exception, no crash.
TEST(Part, DamagedTextNeverCrashes) {
  std::mt19937 random(1);
  const std::string part = writePart(makePart());
  const std::string manifest = writeManifest(makeManifest());
  for (int i = 0; i < 4000; ++i) {
    std::string text = i % 2 ? part : manifest;
    for (unsigned k = random() % 4 + 1; k > 0; --k) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    text.resize(i % 5 ? text.size() : random() % text.size());
    try {
      i % 2 ? (void)parsePart(text, "t") : (void)parseManifest(text);
    } catch (const Failure &) {
    }
  }
}
