//===- SeededTableTest.cpp - made weights against packed ones -------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes the tensors of a file of the numbers that a seed gives, packs them as
// each target does, and compares with the packed form that is made at once.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/SeededTable.h"

#include <cmath>
#include <cstring>

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/ThreadPool.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tandem;
using runtime::SeededField;

namespace {

constexpr uint64_t seed = 11;

/// A part with one weight.
class PartWithWeight {
public:
  explicit PartWithWeight(const std::string &slot) {
    DialectRegistry registry;
    registry.insert<deploy::DeployDialect, func::FuncDialect, onnx::OnnxDialect,
                    transformer::TransformerDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    std::string text =
        "deploy.part @p phases [\"prefill\"] on <\"c\", \"toy\"> "
        "mesh [1, 1] stage 0 weights [" +
        slot +
        "] { func.func @prefill(%w: !deploy.weights, %x: "
        "tensor<1xf32>) -> tensor<1xf32> { return %x : "
        "tensor<1xf32> } }";
    module = parseSourceString<ModuleOp>(text, &context);
  }
  deploy::PartOp operator*() {
    return *module->getOps<deploy::PartOp>().begin();
  }

private:
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

/// Rows of `perRow` numbers of `bits` bits, each row on a byte.
std::vector<char> packCodes(const std::vector<float> &numbers, int64_t perRow,
                            int64_t bits) {
  int64_t rowBytes = llvm::divideCeil(perRow * bits, 8);
  std::vector<char> bytes(numbers.size() / perRow * rowBytes);
  for (auto [i, number] : llvm::enumerate(numbers)) {
    int64_t bit = i % perRow * bits;
    bytes[i / perRow * rowBytes + bit / 8] |= int64_t(number) << bit % 8;
  }
  return bytes;
}

/// The payload `index` of a weight as its file would have it.
std::vector<char> makePayload(deploy::SlotAttr slot, unsigned index,
                              const SeededField &field) {
  auto type =
      cast<ShapedType>(onnx::getPayloads(slot.getSource())[index].getType());
  auto blocks = transformer::getBlocks(slot.getType());
  bool isCodes = type.getElementType().isInteger(8);
  int64_t rows = slot.getType().getShape()[0], perRow = 0;
  int64_t count = type.getNumElements();
  if (isCodes) {
    int64_t blocksOfRow =
        llvm::divideCeil(slot.getType().getDimSize(1), blocks.getBlock());
    perRow = index == 0 ? blocksOfRow * blocks.getBlock() : blocksOfRow;
    count = rows * perRow;
  }
  std::vector<float> numbers;
  for (int64_t i = 0; i < count; ++i) {
    numbers.push_back(
        runtime::seededValue(seed, field.tensor, field.values, i));
  }
  if (isCodes) {
    return packCodes(numbers, perRow, blocks.getBits());
  }
  const char *begin = reinterpret_cast<const char *>(numbers.data());
  return {begin, begin + 4 * numbers.size()};
}

/// What the target packs of the tensors of the file.
std::vector<char> packNumbers(deploy::SlotAttr slot, const PackedWeight &packed,
                              const Target &target,
                              const std::vector<SeededField> &fields) {
  std::vector<std::vector<char>> payloads;
  for (unsigned i = 0; i < onnx::getPayloads(slot.getSource()).size(); ++i) {
    auto field = llvm::find_if(fields, [&](const SeededField &field) {
      return StringRef(field.tensor).ends_with("#" + std::to_string(i));
    });
    EXPECT_NE(field, fields.end());
    payloads.push_back(makePayload(slot, i, *field));
  }
  std::vector<ArrayRef<char>> views(payloads.begin(), payloads.end());
  std::vector<char> bytes;
  target.pack(slot, packed, views, [&](ArrayRef<char> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return bytes;
}

std::string weight(const std::string &type, int64_t bytes, int64_t offset = 0) {
  return llvm::formatv("#onnx.weight<\"m\", {0}, {1}> : tensor<{2}>", offset,
                       bytes, type);
}

std::string blocksSlot(const std::string &role, int64_t rows, int64_t depth,
                       int64_t bits, int64_t block, const std::string &scales,
                       const std::string &zeros) {
  int64_t blocks = llvm::divideCeil(depth, block);
  int64_t bytes = rows * blocks * block * bits / 8;
  std::string payloads =
      weight(llvm::formatv("{0}x{1}x{2}xui8", rows, blocks, block * bits / 8),
             bytes) +
      ", " +
      weight(llvm::formatv("{0}x{1}xf32", rows, blocks), rows * blocks * 4,
             bytes);
  std::string attribute;
  if (!zeros.empty()) {
    int64_t zeroBytes = llvm::divideCeil(blocks * bits, 8);
    bool isPacked = zeros[0] == 'u';
    payloads +=
        ", " +
        weight(llvm::formatv("{0}x{1}x{2}", rows, isPacked ? zeroBytes : blocks,
                             isPacked ? "ui8" : "f32"),
               isPacked ? rows * zeroBytes : rows * blocks * 4, 2 * bytes);
    attribute = ", zero_points = " + zeros;
  }
  return llvm::formatv(
      "#deploy.slot<{0}, #transformer.encoded<[{1}]> : tensor<{2}x{3}xf32, "
      "#transformer.blocks<ui{4}, block = {5}, scales = {6}{7}>>>",
      role, payloads, rows, depth, bits, block, scales, attribute);
}

std::string plainSlot(const std::string &role, int64_t a, int64_t b) {
  return "#deploy.slot<" + role + ", " +
         weight(llvm::formatv("{0}x{1}xf32", a, b), 4 * a * b) + ">";
}

std::string storedSlot(const std::string &role, int64_t a, int64_t b,
                       const std::string &element = "bf16") {
  return llvm::formatv("#deploy.slot<{0}, #transformer.encoded<[{1}]> : "
                       "tensor<{2}x{3}xf32, #transformer.stored<{4}>>>",
                       role,
                       weight(llvm::formatv("{0}x{1}xf32", a, b), 4 * a * b), a,
                       b, element);
}

class SeededTables : public testing::TestWithParam<std::string> {};

} // namespace

// Widths that are no multiples of panels, words, blocks or lanes.
INSTANTIATE_TEST_SUITE_P(
    Slots, SeededTables,
    testing::Values(
        "#deploy.slot<vector, #onnx.weight<\"m\", 64, 388> : tensor<97xf32>>",
        plainSlot("matrix_nk", 35, 41), plainSlot("matrix_kn", 41, 35),
        plainSlot("table_nk", 35, 41), plainSlot("table_kn", 41, 35),
        plainSlot("matrix_nk", 32, 64), storedSlot("matrix_nk", 35, 48),
        storedSlot("matrix_kn", 48, 35), storedSlot("matrix_nk", 19, 41),
        storedSlot("table_nk", 35, 48, "f16"),
        storedSlot("matrix_kn", 48, 35, "f16"),
        blocksSlot("matrix_nk", 35, 96, 4, 32, "f32", ""),
        blocksSlot("matrix_nk", 35, 96, 4, 32, "f16", "ui4"),
        blocksSlot("matrix_nk", 35, 72, 4, 16, "f32", "f32"),
        blocksSlot("matrix_nk", 19, 200, 4, 16, "f16", "ui4"),
        blocksSlot("matrix_nk", 19, 72, 8, 16, "f16", "f16"),
        blocksSlot("matrix_nk", 19, 72, 8, 64, "f16", "f32"),
        blocksSlot("table_nk", 35, 64, 8, 32, "f16", ""),
        blocksSlot("matrix_nk", 16, 96, 8, 32, "f32", "ui8")));

TEST_P(SeededTables, AreWhatEachTargetPacks) {
  PartWithWeight part(GetParam());
  runtime::ThreadPool pool(2);
  int described = 0;
  for (const std::unique_ptr<Target> &target : getTargets()) {
    PackingPlan plan = target->planPacking(*part);
    deploy::SlotAttr slot = (*part).getSlot(0);
    if (!target->describePacked(slot, plan[0])) {
      continue;
    }
    ++described;
    auto table = describeTable(*part, *target, plan);
    ASSERT_TRUE(bool(table));
    const std::vector<SeededField> &fields = table->fields[0];
    std::vector<char> packed = packNumbers(slot, plan[0], *target, fields);
    std::vector<char> made(plan[0].bytes);
    for (const SeededField &field : fields) {
      EXPECT_NO_THROW(runtime::checkSeededField(field, made.size(), "part"));
      runtime::fillSeeded(field, seed, made.data(), pool.table());
    }
    ASSERT_EQ(made.size(), packed.size()) << target->getName().str();
    auto differs = std::mismatch(made.begin(), made.end(), packed.begin());
    EXPECT_EQ(differs.first, made.end())
        << target->getName().str() << ", first at byte "
        << differs.first - made.begin();
  }
  bool isHalf = StringRef(GetParam()).contains("stored<f16>");
  EXPECT_GE(described, isHalf ? 1 : 2);
}

TEST(SeededTable, NumbersHaveTheSizeThatTheirUseNeeds) {
  constexpr int64_t depth = 4096;
  for (std::string text :
       {plainSlot("matrix_nk", 8, depth),
        blocksSlot("matrix_nk", 8, depth, 4, 32, "f32", ""),
        blocksSlot("matrix_nk", 8, depth, 8, 32, "f32", "")}) {
    PartWithWeight part(text);
    const Target &target = *getTargets().front();
    PackingPlan plan = target.planPacking(*part);
    for (const std::unique_ptr<Target> &target : getTargets()) {
      if (!target->describePacked((*part).getSlot(0), plan[0])) {
        continue;
      }
      auto table = describeTable(*part, *target, target->planPacking(*part));
      ASSERT_TRUE(bool(table));
      const std::vector<SeededField> &fields = table->fields[0];
      double squares = 0;
      for (int64_t i = 0; i < depth; ++i) {
        auto at = [&](size_t field) {
          return runtime::seededValue(seed, fields[field].tensor,
                                      fields[field].values,
                                      field == 1 ? i / 32 : i);
        };
        double middle = fields[0].values.bits == 4   ? 8
                        : fields[0].values.bits == 8 ? 128
                                                     : 0;
        double value = fields.size() == 1 ? at(0) : (at(0) - middle) * at(1);
        squares += value * value;
      }
      // The variance of a sum over a row of inputs of variance 1.
      EXPECT_GT(squares, 0.5) << text;
      EXPECT_LT(squares, 2) << text;
      break;
    }
  }
}

TEST(SeededTable, ConstantsArePackedAsEver) {
  PartWithWeight part("#deploy.slot<vector, dense<1.0> : tensor<64xf32>>");
  EXPECT_FALSE(isInFile((*part).getSlot(0)));
}
