//===- Kernels.h - the kernels of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel is made for the sizes of its operands, which are in its name, so a
// part has one for each distinct shape. It takes the addresses of what it
// reads, then of what it writes. `count` is the address of the number of rows
// that the step really has; a grid is made for the most rows there may be, and
// threads beyond leave at once. Rows are fp32, but for those that only tensor
// cores read (RowFormat.h) and, in kernels of primitives, for integers.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_KERNELS_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_KERNELS_H

#include "tandem/targets/Nvidia/Kernels/Primitives/PrimitiveShapes.h"
#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"
#include "tandem/targets/Nvidia/Kernels/RowFormat.h"
#include "tandem/targets/Nvidia/Kernels/Steps.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace tandem::nvidia {

/// A matrix of bf16 that a kernel takes as a tensor map: copies move boxes of
/// it to shared memory, `boxRows` rows of `tileDepth` elements, with zeros
/// where the matrix ends.
struct MatrixMap {
  int64_t argument = 0; ///< of the kernel, `count` included
  int64_t rows = 0, columns = 0, rowBytes = 0;
  int64_t boxRows = 0;
};

/// Blocks of threads that keep a chip busy, about one a multiprocessor.
inline constexpr int64_t busyBlocks = 128;

/// A kernel and how it is launched.
struct Kernel {
  mlir::LLVM::LLVMFuncOp function;
  int64_t threads = 0;     ///< in a block
  int64_t sharedBytes = 0; ///< of dynamic shared memory
  /// Blocks along x for `rowsPerBlock` rows of tokens; rows lie along y.
  int64_t blocksPerRow = 1;
  int64_t rowsPerBlock = 1;
  int64_t splits = 1; ///< blocks along z, which share the work of a row
  /// Those of its arguments that are tensor maps.
  llvm::SmallVector<MatrixMap> maps = {};
};

/// A product with a matrix and what follows it.
struct LinearShape {
  WeightFormat weight;
  int64_t inputRows = 1;   ///< most of a step
  int64_t sharedBytes = 0; ///< that a block of threads may ask for
  bool hasWarpGroups =
      false; ///< whether the chip multiplies by groups of warps
  /// A second matrix of the same shape and a function: y = f(x gate) * (x w).
  bool hasGate = false;
  std::string glu; ///< of Math.h, of one argument
  Steps steps;
  RowFormat output;
  /// Terms of inputs where rows are many. Where they are few, the loads of
  /// weights bound the time, and three, which keep fp32, cost none.
  int64_t inputTerms = 3;

  /// How its inputs lie: for tensor cores, where these make its products.
  RowFormat input() const;
  /// Whether there are so few rows that the loads of weights bound its time.
  bool isGemv() const { return inputRows <= 8; }
  /// Whether groups of warps multiply, which read both operands as they lie in
  /// shared memory: bf16, and no codes.
  bool isForWarpGroups() const {
    return hasWarpGroups && !isGemv() &&
           weight.kind == WeightFormat::Kind::bf16;
  }
  int64_t matrices() const { return hasGate ? 2 : 1; }
};

/// Rotation of heads by the angles of positions.
struct RotaryShape {
  int64_t heads = 0, dim = 0;
  int64_t pairs = 0; ///< columns of the tables
  bool isInterleaved = false;

  std::string name() const;
};

/// Where rows lie in wider ones.
struct RowPlace {
  int64_t first = 0; ///< element of the wider row
  int64_t pitch = 0; ///< elements from row to row; 0: the rows lie on their own

  std::string name() const;
  /// Element 0 of row `row`, of `width` elements.
  Pointer at(Pointer rows, Expr row, int64_t width) const;
};

/// Where the elements of a layer lie in the blocks of the cache. A block holds
/// `tokens` tokens of all layers; a layer's part of it is
/// keys [heads][tokens][keyStride], then values [heads][tokens][valueStride].
struct CacheBlocks {
  int64_t layers = 0, heads = 0, keyDim = 0, valueDim = 0;
  int64_t tokens = 0;       ///< in a block
  int64_t blocksPerRow = 0; ///< entries of a row's list of blocks
  mlir::Type element;       ///< f32, bf16 or f16

  int64_t elementBytes() const { return element.getIntOrFloatBitWidth() / 8; }
  int64_t keyStride() const { return strideOf(keyDim); }
  int64_t valueStride() const { return strideOf(valueDim); }
  /// Offsets and sizes count elements.
  int64_t valuesOffset() const { return heads * tokens * keyStride(); }
  int64_t layerElements() const {
    return heads * tokens * (keyStride() + valueStride());
  }
  int64_t blockElements() const { return layers * layerElements(); }
  int64_t layerBytes() const { return layerElements() * elementBytes(); }
  int64_t blockBytes() const { return layers * layerBytes(); }
  std::string name() const;

private:
  /// Copies to shared memory move 16 bytes, so a token of 16-bit elements
  /// begins at a multiple of that. Nothing is written or read in between.
  int64_t strideOf(int64_t dim) const {
    return element.isF32() ? dim : (dim + 7) / 8 * 8;
  }
};

/// Attention of new tokens over the cache.
struct AttentionShape {
  CacheBlocks cache;
  int64_t heads = 0; ///< of queries
  double scale = 1, softcap = 0;
  bool isCausal = true;
  int64_t window = 0; ///< 0: all
  /// Blocks that share the keys of a head of a token: few tokens would leave
  /// most of the chip idle.
  int64_t splits = 1;
  int64_t newTokens = 1;   ///< most new tokens of a sequence in a step
  RowFormat output;        ///< of all heads
  int64_t sharedBytes = 0; ///< that a block of threads may ask for

  /// Query heads of a head of the cache.
  int64_t group() const { return heads / cache.heads; }
  /// Whether tensor cores make the products.
  bool usesMatrixUnits() const { return !cache.element.isF32(); }
  /// Blocks of threads for `tokens` tokens, without splits.
  int64_t blocks(int64_t tokens) const;
  /// The blocks of the first heads clear what fills up the rows of `tokens`
  /// tokens, as far as they are below `count`.
  void clearPadding(Pointer results, Expr token, int64_t tokens, Expr count,
                    int64_t threads) const;
  std::string name() const;
  /// What a split leaves: the elements of the output, not yet divided by the
  /// sum of weights, the largest score (times log2 e where tensor cores made
  /// it), and that sum.
  int64_t partialWidth() const { return cache.valueDim + 2; }
};

/// The kernels of a part, each made on first use.
class Kernels {
public:
  explicit Kernels(mlir::gpu::GPUModuleOp module) : module(module) {}

  /// (count, ids, table...) -> rows [depth]: row `ids[i]` of the table.
  Kernel embedding(const WeightFormat &table);
  /// (count, x, scale) -> y; rows of several lines, each of `output`'s width,
  /// are fp32.
  Kernel rmsNorm(const RowFormat &output, double epsilon, int64_t lines = 1);
  /// (count, x, scale, bias where it has one) -> y, likewise
  Kernel layerNorm(const RowFormat &output, double epsilon, bool hasBias,
                   int64_t lines = 1);
  /// (count, x, weight..., gate..., operands of steps...) -> y
  Kernel linear(const LinearShape &shape);
  /// (count, x, operands of steps...) -> y: the steps applied to each element.
  /// `output` is of fp32 where they make that.
  Kernel map(const RowFormat &output, const Steps &steps,
             Element input = Element::f32);
  /// (count, indices, x) -> y: row `indices[i]` of x.
  Kernel select(const RowFormat &output);
  /// (count, x, positions, cos, sin) -> y
  Kernel rotary(const RotaryShape &shape);
  /// (count, key, value, positions, rows, blocks) -> the layer's cache
  Kernel append(const CacheBlocks &cache);
  /// (count, query, key, value, positions of the angles, cos, sin, positions,
  /// rows, blocks) -> query and the layer's cache: two times `rotary`, and
  /// `append`. `places` are those of query, key and value.
  Kernel rotaryAppend(const RotaryShape &query, const RotaryShape &key,
                      const CacheBlocks &cache,
                      const std::array<RowPlace, 3> &places = {});
  /// (count, query, positions, rows, lengths, blocks, the layer's cache) -> y,
  /// or what splits leave, [row][head][split][partialWidth]. `lengths` are
  /// tokens in a row's cache, the new ones included. Tokens of a row follow
  /// each other, rows in ascending order.
  Kernel attention(const AttentionShape &shape);
  /// (count, what splits leave) -> y
  Kernel mergeSplits(const AttentionShape &shape);
  /// (count, x) -> y, of whose rows only the elements of the movement are
  /// written.
  Kernel move(const Movement &movement, Element element = Element::f32);
  /// (count) -> y, of whose rows all elements are the number.
  Kernel fill(int64_t width, const Number &number, Element element);
  /// (count, condition, x, y where they are no numbers) -> rows of x where the
  /// condition's element is not 0, of y elsewhere.
  Kernel where(int64_t width, std::optional<Number> x, std::optional<Number> y,
               Element element);
  /// (count, x) -> y
  Kernel triangle(const Triangle &shape, Element element);
  /// Whether `reduce` knows the ONNX operator for elements of the type.
  static bool canReduce(llvm::StringRef operation,
                        Element element = Element::f32);
  /// (count, x) -> y: a row has the result of each line of x, which begins at
  /// an element of `outer` and goes along `inner`.
  Kernel reduce(llvm::StringRef operation, const Strided &outer,
                const Strided &inner, Element element);
  /// (count, x) -> y, where each line of x adds up to 1, or its logarithms.
  Kernel softmax(const Strided &outer, const Strided &inner, bool isLogarithm);
  /// (count, x) -> values where the shape has them, and indices, i64
  Kernel best(const Selection &shape, Element element);
  /// (count, x) -> y
  Kernel scan(const Scan &shape, Element element);
  /// (count, data, indices) -> y
  Kernel gatherElements(const Lookup &shape, Element element);
  /// (count, indices, updates) -> y, whose other elements stay.
  Kernel scatterElements(const Scatter &shape, Element element);
  /// (count, indices) -> y
  Kernel oneHot(const OneHot &shape, Element element);
  /// (count, a, b) -> y
  Kernel contract(const Contraction &shape);
  /// (count, logits) -> the first index of the largest, i32 for each row
  Kernel largest(int64_t width);

private:
  Kernel attentionByThreads(const AttentionShape &shape);
  Kernel attentionByTiles(const AttentionShape &shape);

  /// Writes a kernel's body for one thread; `row` is the first of its rows of
  /// tokens, and there is one.
  struct Body {
    Code &code;
    llvm::ArrayRef<Pointer> arguments; ///< without `count`; some are maps
    Pointer shared;
    Expr row, count;
  };

  /// The kernel called `name`, with `buffers` arguments behind `count` and,
  /// where it is new, the body that `write` writes. Arguments that
  /// `isConstant` says never change. `prepare` writes what does not wait for
  /// the launch before; it reads nothing but constants, and has no rows.
  Kernel define(const std::string &name, int64_t buffers, Kernel shape,
                llvm::function_ref<bool(int64_t)> isConstant,
                llvm::function_ref<void(const Body &)> write,
                llvm::function_ref<void(Code &, llvm::ArrayRef<Pointer>)>
                    prepare = nullptr);
  /// The same with a thread for each of `count` elements or lines of a row,
  /// whose number `write` gets, and no constants.
  Kernel defineEach(const std::string &name, int64_t buffers, int64_t count,
                    llvm::function_ref<void(const Body &, Expr)> write);

  mlir::gpu::GPUModuleOp module;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_KERNELS_H
