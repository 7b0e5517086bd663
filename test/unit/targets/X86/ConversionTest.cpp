//===- ConversionTest.cpp - conversions against a scalar reference --------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include "tandem/targets/Handoff/LinearTile.h"
#include "tandem/targets/Runtime/HandoffAbi.h"
#include "tandem/targets/Runtime/ThreadPool.h"
#include "tandem/targets/X86/CacheSlot.h"
#include "tandem/targets/X86/Conversion/EmitConversion.h"
#include "tandem/targets/X86/Conversion/LowerConversion.h"
#include "tandem/targets/X86/Emit/Object.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/FileSystem.h"

#include <chrono>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <functional>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

namespace {

struct MemorySink final : ArtifactSink {
  LogicalResult addFile(StringRef path, StringRef contents) override {
    files[path.str()] = contents.str();
    return success();
  }
  std::map<std::string, std::string> files;
};

int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> index, int64_t capacity) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    return index[dim.getPosition()];
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    return constant.getValue();
  }
  if (isa<AffineSymbolExpr>(expr)) {
    return capacity;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t a = evaluate(binary.getLHS(), index, capacity);
  int64_t b = evaluate(binary.getRHS(), index, capacity);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::Mod:
    return a % b;
  case AffineExprKind::FloorDiv:
    return a / b;
  default:
    return (a + b - 1) / b;
  }
}

struct alignas(64) Line {
  char bytes[64];
};

/// A side of a conversion under test: its layout and a slot.
struct Side {
  CacheLayout layout;
  int64_t capacity;
  std::vector<Line> lines;

  char *slot() { return lines.data()->bytes; }
  const char *slot() const { return lines.data()->bytes; }
  AffineMap map(bool isKey) const {
    return isKey ? layout.keys : layout.values;
  }
  int64_t offset(bool isKey, ArrayRef<int64_t> index,
                 unsigned place = 0) const {
    return evaluate(map(isKey).getResult(place), index, capacity);
  }
  unsigned bytes() const {
    return layout.elementType.getIntOrFloatBitWidth() / 8;
  }
  llvm::APInt bits(int64_t offset) const {
    uint64_t word = 0;
    std::memcpy(&word, slot() + offset * bytes(), bytes());
    return {8 * bytes(), word};
  }
};

class Conversions : public testing::Test {
protected:
  Conversions() : context(registry()) {
    context.loadDialect<arith::ArithDialect, scf::SCFDialect,
                        vector::VectorDialect, LLVM::LLVMDialect>();
  }

  static DialectRegistry registry() {
    DialectRegistry registry;
    registerTranslations(registry);
    return registry;
  }

  CacheLayout blocked(int64_t blockTokens) {
    return describeSlot(shape, blockTokens, &context);
  }
  CacheLayout rowMajor(FloatType type) { return rowMajorCache(shape, type); }
  FloatType f32() { return Float32Type::get(&context); }
  FloatType f16() { return Float16Type::get(&context); }
  FloatType bf16() { return BFloat16Type::get(&context); }
  /// [layer][head][dim][token], as chips that multiply from the left keep keys.
  CacheLayout columnMajor() {
    CacheAxes axes(&context);
    auto offset = [&](int64_t width) {
      return ((axes.layer * shape.heads + axes.head) * width + axes.dim) *
                 axes.capacity +
             axes.token;
    };
    AffineExpr keys =
        axes.capacity * (shape.layers * shape.heads * shape.keyDim);
    return {axes.map(offset(shape.keyDim)),
            axes.map(keys + offset(shape.valueDim)), f32()};
  }

  /// `chips` slots side by side, each with all layers of its share of the
  /// heads; every head is on two: of 4 chips and 2 heads, 0 and 1 keep the
  /// first.
  CacheLayout replicated(int64_t chips) {
    CacheAxes axes(&context);
    int64_t copies = 2, headsOfChip = shape.heads * copies / chips;
    auto offset = [&](int64_t before, int64_t width, int64_t copy) {
      AffineExpr chip = axes.head.floorDiv(headsOfChip) * copies + copy;
      AffineExpr row = ((chip * shape.layers + axes.layer) * headsOfChip +
                        axes.head % headsOfChip) *
                       axes.capacity;
      return axes.capacity * before + (row + axes.token) * width + axes.dim;
    };
    int64_t keys = chips * shape.layers * headsOfChip * shape.keyDim;
    auto map = [&](int64_t before, int64_t width) {
      return axes.map({offset(before, width, 0), offset(before, width, 1)});
    };
    return {map(0, shape.keyDim), map(keys, shape.valueDim), f32()};
  }

  const TandemHandoff *load(const CacheLayout &source,
                            const CacheLayout &destination);
  Side makeSide(const CacheLayout &layout, int64_t capacity, unsigned seed);
  void expectConverted(const CacheLayout &source,
                       const CacheLayout &destination);
  void expectRange(const TandemHandoff *code, Side &from, Side &to,
                   TandemHandoffRange range);

  MLIRContext context;
  CacheShape shape{3, 2, 20, 36};
};

} // namespace

const TandemHandoff *Conversions::load(const CacheLayout &source,
                                       const CacheLayout &destination) {
  for (const Variant &variant : llvm::reverse(variants())) {
    if (!canRun(variant)) {
      continue;
    }
    OwningOpRef<ModuleOp> module =
        lowerConversion({shape, source, destination, "blake3:a contract"},
                        variant, UnknownLoc::get(&context));
    TranslatedModule translated = llvm::cantFail(translate(*module));
    auto object = llvm::cantFail(compileObject(*translated.module, variant));
    auto linked = llvm::cantFail(linkShared(object));
    SmallString<128> path;
    int descriptor;
    llvm::sys::fs::createTemporaryFile("tandem-handoff", "so", descriptor,
                                       path);
    llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true)
        .write(linked.data(), linked.size());
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    llvm::sys::fs::remove(path);
    auto query = reinterpret_cast<TandemHandoffQuery>(
        dlsym(handle, TANDEM_HANDOFF_QUERY));
    EXPECT_EQ(query(TANDEM_HANDOFF_ABI_VERSION + 1), nullptr);
    return query(TANDEM_HANDOFF_ABI_VERSION);
  }
  llvm::report_fatal_error("this CPU runs no variant");
}

Side Conversions::makeSide(const CacheLayout &layout, int64_t capacity,
                           unsigned seed) {
  Side side{layout, capacity, {}};
  int64_t last = 0;
  for (bool isKey : {true, false}) {
    int64_t width = isKey ? shape.keyDim : shape.valueDim;
    for (int64_t token = 0; token < capacity; ++token) {
      for (unsigned place = 0; place < side.map(isKey).getNumResults();
           ++place) {
        last = std::max(last, side.offset(isKey,
                                          {shape.layers - 1, shape.heads - 1,
                                           token, width - 1},
                                          place));
      }
    }
  }
  // Random values of the type, and a guard behind.
  int64_t count = last + 1 + 64;
  side.lines.resize(llvm::divideCeil(count * side.bytes(), sizeof(Line)));
  char *next = side.slot();
  for (float value : randomValues(count, 3, seed)) {
    llvm::APFloat converted(value);
    bool loses;
    converted.convert(layout.elementType.getFloatSemantics(),
                      llvm::APFloat::rmNearestTiesToEven, &loses);
    uint64_t word = converted.bitcastToAPInt().getZExtValue();
    std::memcpy(next, &word, side.bytes());
    next += side.bytes();
  }
  return side;
}

void Conversions::expectRange(const TandemHandoff *code, Side &from, Side &to,
                              TandemHandoffRange range) {
  range.size = sizeof(range);
  range.source = from.slot();
  range.destination = to.slot();
  range.sourceCapacity = from.capacity;
  range.destinationCapacity = to.capacity;
  Side expected = to;
  int64_t lastLayer = range.firstLayer + range.layerCount;
  int64_t lastToken = range.firstToken + range.tokenCount;
  for (bool isKey : {true, false}) {
    int64_t width = isKey ? shape.keyDim : shape.valueDim;
    for (int64_t layer = range.firstLayer; layer < lastLayer; ++layer) {
      for (int64_t head = 0; head < shape.heads; ++head) {
        for (int64_t token = range.firstToken; token < lastToken; ++token) {
          for (int64_t dim = 0; dim < width; ++dim) {
            llvm::APFloat value(
                from.layout.elementType.getFloatSemantics(),
                from.bits(from.offset(isKey, {layer, head, token, dim})));
            bool loses;
            value.convert(to.layout.elementType.getFloatSemantics(),
                          llvm::APFloat::rmNearestTiesToEven, &loses);
            uint64_t word = value.bitcastToAPInt().getZExtValue();
            for (unsigned place = 0; place < to.map(isKey).getNumResults();
                 ++place) {
              std::memcpy(expected.slot() + to.offset(isKey,
                                                      {layer, head, token, dim},
                                                      place) *
                                                to.bytes(),
                          &word, to.bytes());
            }
          }
        }
      }
    }
  }
  ASSERT_EQ(code->convert(&range), TANDEM_STEP_OK);
  EXPECT_EQ(
      std::memcmp(to.slot(), expected.slot(), to.lines.size() * sizeof(Line)),
      0)
      << "layers " << range.firstLayer << "+" << range.layerCount << ", tokens "
      << range.firstToken << "+" << range.tokenCount;
}

void Conversions::expectConverted(const CacheLayout &source,
                                  const CacheLayout &destination) {
  const TandemHandoff *code = load(source, destination);
  EXPECT_EQ(code->layers, uint64_t(shape.layers));
  EXPECT_EQ(code->tokenBytes, shape.heads * (shape.keyDim + shape.valueDim) *
                                  source.elementType.getIntOrFloatBitWidth() /
                                  8);
  tandem::runtime::ThreadPool pool(2);
  Side from = makeSide(source, 100, 1);
  for (auto [layer, layers, first, count] :
       {std::tuple(0, 3, 0, 100), std::tuple(1, 1, 0, 64),
        std::tuple(2, 1, 5, 3), std::tuple(0, 2, 31, 34),
        std::tuple(1, 2, 64, 1), std::tuple(0, 1, 99, 1)}) {
    Side to = makeSide(destination, 130, 2);
    TandemHandoffRange range = {};
    range.firstLayer = layer, range.layerCount = layers;
    range.firstToken = first, range.tokenCount = count;
    expectRange(code, from, to, range);
    Side again = makeSide(destination, 130, 2);
    range.threads = pool.table();
    expectRange(code, from, again, range);
  }
}

TEST_F(Conversions, BetweenBlockSizes) {
  expectConverted(blocked(64), blocked(32));
  expectConverted(blocked(16), blocked(64));
  expectConverted(blocked(64), blocked(64));
}

TEST_F(Conversions, FromAndToRows) {
  expectConverted(rowMajor(f32()), blocked(64));
  expectConverted(blocked(32), rowMajor(f32()));
  shape = {3, 1, 64, 64};
  expectConverted(rowMajor(f32()), blocked(64));
}

TEST_F(Conversions, FromAndToColumns) {
  expectConverted(columnMajor(), blocked(64));
  expectConverted(blocked(64), columnMajor());
  expectConverted(columnMajor(), rowMajor(f32()));
}

TEST_F(Conversions, ReadsOnePlaceOfAHeadAndWritesAll) {
  expectConverted(replicated(4), blocked(64));
  expectConverted(blocked(64), replicated(4));
  expectConverted(replicated(2), replicated(4));
  shape = {3, 2, 64, 64};
  expectConverted(blocked(64), replicated(4));
  EXPECT_EQ(cacheMapText(replicated(4).keys),
            "(layer, head, token, dim)[capacity] -> (((head * 6 + layer) * "
            "capacity + token) * 64 + dim, (((head * 2 + 1) * 3 + layer) * "
            "capacity + token) * 64 + dim)");
}

TEST_F(Conversions, BetweenTypes) {
  for (FloatType type : {f16(), bf16()}) {
    expectConverted(rowMajor(type), blocked(64));
    expectConverted(blocked(64), rowMajor(type));
    expectConverted(rowMajor(type), rowMajor(f32()));
    expectConverted(rowMajor(f32()), rowMajor(type));
  }
  expectConverted(rowMajor(f16()), rowMajor(bf16()));
}

TEST_F(Conversions, NamesTypesItCannotConvert) {
  std::string message;
  ScopedDiagnosticHandler handler(
      &context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  MemorySink sink;
  EXPECT_TRUE(failed(emitConversion(
      {shape, rowMajor(Float64Type::get(&context)), blocked(64), ""}, "pair",
      UnknownLoc::get(&context), sink)));
  EXPECT_EQ(message, "cache elements are 'f64' and 'f32', expected f32, f16 or "
                     "bf16 to convert between");
  EXPECT_TRUE(sink.files.empty());
}

TEST_F(Conversions, RefusesASmallerStruct) {
  const TandemHandoff *code = load(blocked(64), blocked(32));
  TandemHandoffRange range = {};
  range.size = sizeof(range) - 8;
  EXPECT_EQ(code->convert(&range), TANDEM_STEP_SIZE);
}

TEST_F(Conversions, ChecksumSeesEachElementOfTheRangeAlone) {
  for (const CacheLayout &layout :
       {blocked(64), rowMajor(f16()), columnMajor()}) {
    const TandemHandoff *code = load(layout, blocked(32));
    Side side = makeSide(layout, 70, 1);
    TandemHandoffRange range = {};
    range.size = sizeof(range);
    range.source = side.slot();
    range.sourceCapacity = 70;
    range.firstLayer = 1, range.layerCount = 1;
    range.firstToken = 3, range.tokenCount = 20;
    uint64_t sum = code->checksum(&range);
    EXPECT_EQ(code->checksum(&range), sum);
    for (bool isKey : {true, false}) {
      int64_t width = isKey ? shape.keyDim : shape.valueDim;
      for (int64_t layer = 0; layer < shape.layers; ++layer) {
        for (int64_t token : {2, 3, 9, 22, 23}) {
          for (int64_t dim = 0; dim < width; ++dim) {
            char &byte =
                side.slot()[side.offset(isKey, {layer, 1, token, dim}) *
                            side.bytes()];
            byte ^= 4;
            bool isInside = layer == 1 && token >= 3 && token < 23;
            EXPECT_EQ(code->checksum(&range) != sum, isInside)
                << isKey << " " << layer << " " << token << " " << dim;
            byte ^= 4;
          }
        }
      }
    }
  }
}

TEST_F(Conversions, TheContractIsInTheCode) {
  EXPECT_STREQ(load(rowMajor(f32()), blocked(64))->contract,
               "blake3:a contract");
}

TEST_F(Conversions, TilesAreAsLargeAsTheLayoutsAllow) {
  shape = {2, 2, 64, 64};
  auto tile = [&](AffineMap a, AffineMap b) {
    TileShape found = commonTile({a.getResult(0), b.getResult(0)}, 64);
    return std::pair(found.tokens, found.dims);
  };
  CacheLayout rows = rowMajor(f32()), blocks = blocked(64), small = blocked(32),
              columns = columnMajor();
  EXPECT_EQ(tile(rows.keys, rows.keys), std::pair(int64_t(64), int64_t(64)));
  EXPECT_EQ(tile(blocks.keys, small.keys), std::pair(int64_t(16), int64_t(64)));
  EXPECT_EQ(tile(blocks.values, small.values),
            std::pair(int64_t(32), int64_t(16)));
  EXPECT_EQ(tile(rows.keys, columns.keys), std::pair(int64_t(64), int64_t(1)));
  EXPECT_FALSE(stridesOnTile(blocks.keys.getResult(0), {32, 64}).has_value());
  // Whole lines where the layout says so.
  EXPECT_EQ(stridesOnTile(blocks.keys.getResult(0), {16, 64})->start, 16 * 64);
  EXPECT_EQ(stridesOnTile(rows.keys.getResult(0), {1, 64})->start, 64);
  EXPECT_EQ(stridesOnTile(columns.keys.getResult(0), {16, 1})->start, 1);
}

/// Not a check: prints rates on one thread, on demand; the best of rounds that
/// alternate, since hosts are noisy.
TEST_F(Conversions, DISABLED_Rate) {
  shape = {16, 8, 128, 128};
  constexpr int64_t tokens = 1024;
  size_t bytes = shape.layers * shape.heads * tokens * 256 * 4;
  std::vector<Line> from(bytes / sizeof(Line), {{1}}),
      to(bytes / sizeof(Line), {{2}});
  for (auto [name, source, destination] :
       {std::tuple("blocks 128 -> 64 ", blocked(128), blocked(64)),
        std::tuple("blocks 64 -> 32  ", blocked(64), blocked(32)),
        std::tuple("rows -> blocks 64", rowMajor(f32()), blocked(64)),
        std::tuple("blocks 64 -> rows", blocked(64), rowMajor(f32()))}) {
    const TandemHandoff *code = load(source, destination);
    TandemHandoffRange range = {sizeof(range),
                                from.data(),
                                to.data(),
                                0,
                                uint64_t(shape.layers),
                                0,
                                tokens,
                                tokens,
                                tokens,
                                nullptr};
    double best[] = {0, 0, 0};
    for (int round = 0; round < 10; ++round) {
      int i = 0;
      for (std::function<void()> work :
           {std::function<void()>(
                [&] { std::memcpy(to.data(), from.data(), bytes); }),
            std::function<void()>([&] { code->convert(&range); }),
            std::function<void()>([&] { code->checksum(&range); })}) {
        auto start = std::chrono::steady_clock::now();
        work();
        std::chrono::duration<double> took =
            std::chrono::steady_clock::now() - start;
        best[i] = std::max(best[i], bytes / took.count() / 1e9);
        ++i;
      }
    }
    printf("%s %5.2f GB/s, memcpy %5.2f, checksum %5.2f\n", name, best[1],
           best[0], best[2]);
  }
}
