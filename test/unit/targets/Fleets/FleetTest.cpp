//===- FleetTest.cpp - fleets as data -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/Fleet.h"
#include "tandem/targets/Fleets/FigureText.h"

#include "gtest/gtest.h"

using namespace tandem;
using deploy::Dimension;

namespace {

/// The message that `text` is refused with.
std::string errorOf(llvm::StringRef text) {
  llvm::Expected<Fleet> fleet = parseFleet(text, "my.yaml");
  return fleet ? "" : llvm::toString(fleet.takeError());
}

constexpr const char *chipA = R"(name: mine
chips:
  - name: a
    target: toy
    machine: {block: 64, kind: big}
    figures:
      memory: {value: 16 GB, kind: vendor, source: data sheet}
      memory_bandwidth: {value: 819 GB/s, kind: vendor, source: data sheet}
      compute:
        f32: {value: 1.5 TFLOP/s, kind: measured, source: bench}
      price: {value: 1.2 USD/h, kind: reported, source: list}
)";

TEST(Fleet, readsFiguresInBaseUnits) {
  llvm::Expected<Fleet> fleet = parseFleet(chipA, "my.yaml");
  ASSERT_TRUE(bool(fleet)) << llvm::toString(fleet.takeError());
  ASSERT_EQ(fleet->chips.size(), 1u);
  const Chip &chip = fleet->chips[0];
  EXPECT_EQ(chip.target, "toy");
  EXPECT_EQ(chip.count, 1);
  EXPECT_EQ(chip.machine.at("block"), "64");
  EXPECT_EQ(chip.figures.at("memory").value, 16e9);
  EXPECT_EQ(chip.figures.at("memory_bandwidth").value, 819e9);
  EXPECT_EQ(chip.figures.at("compute_f32").value, 1.5e12);
  EXPECT_EQ(chip.figures.at("compute_f32").kind, deploy::FigureKind::measured);
  EXPECT_EQ(chip.figures.at("price").source, "list");
}

TEST(Fleet, writesWhatItReads) {
  llvm::Expected<Fleet> fleet = parseFleet(chipA, "my.yaml");
  ASSERT_TRUE(bool(fleet));
  llvm::Expected<Fleet> again = parseFleet(fleet->text, "again.yaml");
  ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
  EXPECT_EQ(again->text, fleet->text);
}

TEST(Fleet, readsEveryBuiltInOne) {
  for (const std::string &name : getBuiltInFleets()) {
    llvm::Expected<Fleet> fleet = loadFleet(name);
    ASSERT_TRUE(bool(fleet)) << llvm::toString(fleet.takeError());
    EXPECT_EQ(fleet->name, name);
    llvm::Expected<Fleet> again = parseFleet(fleet->text, name);
    ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
    EXPECT_EQ(again->text, fleet->text);
  }
  EXPECT_GE(getChipDescriptions().size(), 6u);
}

TEST(Fleet, namesEveryMistakeAtOnce) {
  EXPECT_EQ(errorOf(R"(name: mine
chips:
  - name: a
    target: toy
    cont: 2
    figures:
      memory: {value: 16 GB/s, kind: vendor, source: data sheet}
      memory_bandwidth: {value: -5 GB/s, kind: guessed, source: x}
      compute:
        f33: {value: 1 TFLOP/s, kind: vendor, source: x}
        f32: {value: nan FLOP/s, kind: vendor}
  - name: a
    target: toy
)"),
            R"(my.yaml:5:5: error: unknown key 'cont'; did you mean 'count'?
    cont: 2
    ^~~~
my.yaml:7:23: error: 'memory' is '16 GB/s', expected a number with a unit such as 16 GB
      memory: {value: 16 GB/s, kind: vendor, source: data sheet}
                      ^~~~~~~
my.yaml:8:33: error: 'memory_bandwidth' is '-5 GB/s', expected 1 kB/s to 1000 PB/s
      memory_bandwidth: {value: -5 GB/s, kind: guessed, source: x}
                                ^~~~~~~
my.yaml:8:48: error: kind is 'guessed', expected measured, vendor, reported or assumed
      memory_bandwidth: {value: -5 GB/s, kind: guessed, source: x}
                                               ^~~~~~~
my.yaml:10:9: error: unknown key 'f33'; did you mean 'f32'?
        f33: {value: 1 TFLOP/s, kind: vendor, source: x}
        ^~~
my.yaml:11:14: error: figure 'compute: f32' lacks 'source'
        f32: {value: nan FLOP/s, kind: vendor}
             ^
my.yaml:11:22: error: 'compute: f32' is 'nan FLOP/s', expected a number with a unit such as 197 TFLOP/s
        f32: {value: nan FLOP/s, kind: vendor}
                     ^~~~~~~~~~
my.yaml:12:11: error: another chip is called 'a' already
  - name: a
          ^
my.yaml:12:5: error: chip 'a' lacks figure 'compute'; state a rate by element type, or name a description by 'chip'
  - name: a
    ^
my.yaml:12:5: error: chip 'a' lacks figure 'memory_bandwidth'; state it, or name a description by 'chip'
  - name: a
    ^)");
}

TEST(Fleet, namesLinksThatLeadNowhere) {
  EXPECT_EQ(errorOf(std::string(chipA) + R"(  - name: b
    target: toy
    figures:
      memory_bandwidth: {value: 1 GB/s, kind: assumed, source: x}
      compute: {f32: {value: 1 GFLOP/s, kind: assumed, source: x}}
links:
  - between: [a, bb]
    bandwidth: {value: 10 GB/s, kind: assumed, source: x}
    latency: {value: 10 us, kind: assumed, source: x}
  - between: [a]
    bandwidth: {value: 10 Gbit/s, kind: assumed, source: x}
)"),
            R"(my.yaml:18:18: error: no chip is called 'bb'; did you mean 'b'?
  - between: [a, bb]
                 ^~
my.yaml:21:14: error: a link needs 'between', the names of two chips: [a, b]
  - between: [a]
             ^
my.yaml:21:5: error: the link lacks 'latency'
  - between: [a]
    ^)");
}

TEST(Fleet, namesTheNearestDescription) {
  std::string name = getChipDescriptions().front().name;
  EXPECT_EQ(
      errorOf("name: mine\nchips:\n  - name: a\n    chip: " + name + "x\n"),
      "my.yaml:4:11: error: no description is called '" + name +
          "x'; did you mean '" + name + "'?\n    chip: " + name +
          "x\n          ^" + std::string(name.size(), '~'));
}

TEST(Fleet, refusesWhatIsNoFleet) {
  EXPECT_EQ(
      errorOf("- 1"),
      R"(my.yaml:1:1: error: a fleet is no map; expected the keys name, chips, links
- 1
^)");
  EXPECT_EQ(
      errorOf("name: a\nchips: []\n"),
      R"(my.yaml:2:8: error: a fleet needs 'chips', a list with at least one entry
chips: []
       ^)");
  EXPECT_EQ(errorOf("name: a\nname: b\n"),
            R"(my.yaml:2:1: error: 'name' stands twice
name: b
^~~~)");
  EXPECT_NE(errorOf(std::string(100, '[')), "");
  std::string deep;
  for (int i = 0; i < 200; ++i) {
    deep += "- ";
  }
  EXPECT_NE(errorOf(deep + "1"), "");
  EXPECT_NE(errorOf(""), "");
}

TEST(Fleet, joinsFleetsByAnAssumedLink) {
  llvm::Expected<Fleet> joined = loadFleet("local+tpu8");
  ASSERT_TRUE(bool(joined)) << llvm::toString(joined.takeError());
  EXPECT_EQ(joined->name, "local+tpu8");
  ASSERT_EQ(joined->chips.size(), 3u);
  ASSERT_EQ(joined->links.size(), 3u);
  EXPECT_EQ(joined->links[1].from, "cpu");
  EXPECT_EQ(joined->links[1].to, "tpu8t");
  EXPECT_EQ(joined->links[1].bandwidth.kind, deploy::FigureKind::assumed);

  llvm::Expected<Fleet> twice = loadFleet("local+local");
  EXPECT_EQ(llvm::toString(twice.takeError()),
            "fleets 'local' and 'local' both have a chip 'cpu'; rename one");
}

TEST(FigureText, readsAndWritesUnits) {
  struct Case {
    Dimension dimension;
    const char *text;
    double value;
  };
  for (Case c :
       {Case{Dimension::bytes, "192 GiB", 192 * 0x1p30},
        Case{Dimension::bytesPerSecond, "100 Gbit/s", 12.5e9},
        Case{Dimension::operationsPerSecond, "4.6PFLOP/s", 4.6e15},
        Case{Dimension::seconds, "20 us", 20e-6},
        Case{Dimension::ratio, "82 %", 0.82}, Case{Dimension::ratio, "1", 1},
        Case{Dimension::tokens, "64", 64},
        Case{Dimension::watts, "1.1 kW", 1100}}) {
    llvm::Expected<double> value = parseFigure(c.dimension, c.text);
    ASSERT_TRUE(bool(value)) << llvm::toString(value.takeError());
    EXPECT_NEAR(*value, c.value, c.value * 1e-12) << c.text;
    llvm::Expected<double> again =
        parseFigure(c.dimension, formatFigure(c.dimension, *value));
    ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
    EXPECT_NEAR(*again, c.value, c.value * 1e-5) << c.text;
  }
  EXPECT_EQ(formatFigure(Dimension::bytesPerSecond, 819e9), "819 GB/s");
  EXPECT_EQ(formatFigure(Dimension::seconds, 20e-6), "20 us");
  EXPECT_EQ(formatFigure(Dimension::bytes, 1e3), "1 kB");
  for (const char *bad : {"16", "16 GB/s", "x GB", "1e99 GB", "0 GB", ""}) {
    llvm::Expected<double> value = parseFigure(Dimension::bytes, bad);
    EXPECT_FALSE(bool(value)) << bad;
    llvm::consumeError(value.takeError());
  }
}

TEST(Fleet, becomesAnAttribute) {
  mlir::MLIRContext context;
  context.loadDialect<deploy::DeployDialect>();
  llvm::Expected<Fleet> fleet = parseFleet(chipA, "my.yaml");
  ASSERT_TRUE(bool(fleet));
  deploy::FleetAttr attribute =
      toAttribute(*fleet, {{"a", "it is broken"}}, &context);
  deploy::ChipInterface chip = attribute.getChip("a");
  ASSERT_TRUE(chip);
  EXPECT_EQ(chip.getMemoryBytes(), 16e9);
  EXPECT_EQ(chip.whyNot(nullptr), "it is broken");
  EXPECT_FALSE(attribute.getChip("b"));
}

} // namespace
