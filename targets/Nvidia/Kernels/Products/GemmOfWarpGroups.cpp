//===- GemmOfWarpGroups.cpp - products of many rows by warp groups --------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As Gemm.cpp, where a group of warps multiplies tiles of shared memory. The
// first group of a block copies, some stages ahead; each of the others makes 64
// rows of the tile. A stage is full when its bytes have come, and empty when
// every group has multiplied it. One stage's products stay under way while the
// next ones are asked for.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/Products/Product.h"
#include "tandem/targets/Nvidia/Kernels/WarpGroup.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32;
static constexpr int64_t tileRowBytes = tileDepth * 2;
static constexpr int64_t mostStages = 4, leastStages = 2;
/// Registers of a thread that copies, and of one of two groups that multiply:
/// 65536 in all, which the verifier of launches checks.
static constexpr int64_t copyRegisters = 40, productRegisters = 232;

namespace {

/// What a block of threads makes at once.
struct GroupTile {
  int64_t rows, columns; ///< of the result

  /// The largest tile of which there are enough, and of which two stages fit.
  static GroupTile of(const LinearShape &shape);

  int64_t groups() const { return rows / groupRows; }
  int64_t threads() const { return (groups() + 1) * groupThreads; }
  int64_t termBytes() const { return rows * tileRowBytes; }
  int64_t matrixBytes() const { return columns * tileRowBytes; }
  int64_t stageBytes(const LinearShape &shape) const {
    return shape.input().terms * termBytes() + shape.matrices() * matrixBytes();
  }
  /// With the two barriers of a stage.
  int64_t stages(const LinearShape &shape) const {
    return std::min(mostStages, shape.sharedBytes / (stageBytes(shape) +
                                                     2 * SharedBarrier::bytes));
  }
  int64_t sharedBytes(const LinearShape &shape) const {
    return stages(shape) * (stageBytes(shape) + 2 * SharedBarrier::bytes);
  }
  int64_t blocks(const LinearShape &shape) const {
    return (shape.inputRows + rows - 1) / rows *
           ((shape.weight.rows + columns - 1) / columns);
  }
};

/// The code of one thread.
class GroupCode {
public:
  explicit GroupCode(const Product &product)
      : product(product), shape(product.shape), code(product.code),
        tile(GroupTile::of(shape)), stages(tile.stages(shape)),
        depths(shape.weight.stride() / tileDepth),
        group(code.thread() / double(groupThreads)),
        column(code.blockX() * double(tile.columns)) {}

  void run();

private:
  /// A stage of the ring and the parity of its phase.
  struct Turn {
    Expr stage, parity;
  };
  Turn after(const Turn &turn);

  Pointer stageAt(Expr stage) {
    return product.shared.bytes(stage * double(tile.stageBytes(shape)));
  }
  SharedBarrier barrierAt(Expr stage, bool isFull) {
    return SharedBarrier(
        product.shared.bytes(stage * double(2 * SharedBarrier::bytes) +
                             double(stages * tile.stageBytes(shape) +
                                    (isFull ? 0 : SharedBarrier::bytes))));
  }

  void initializeBarriers();
  void copyAll();
  void copyStage(Pointer to, Expr depth, const SharedBarrier &full);
  void multiplyAll();
  void multiplyStage(Pointer stage, Exprs &sums);

  const Product &product;
  const LinearShape &shape;
  Code &code;
  GroupTile tile;
  int64_t stages, depths;
  Expr group, column;
};

} // namespace

GroupTile GroupTile::of(const LinearShape &shape) {
  static constexpr GroupTile tiles[] = {
      {128, 256}, {128, 128}, {64, 128}, {64, 64}};
  for (GroupTile tile : tiles) {
    // The sums of both matrices stay in registers, and no group is idle.
    bool isTooLarge = tile.columns * shape.matrices() > 256 ||
                      (tile.rows > groupRows && shape.inputRows <= groupRows);
    if (!isTooLarge && tile.blocks(shape) >= busyBlocks &&
        tile.stages(shape) >= leastStages) {
      return tile;
    }
  }
  return {64, 32};
}

GroupCode::Turn GroupCode::after(const Turn &turn) {
  Expr isLast = turn.stage == stages - 1;
  return {code.select(isLast, code.integer(0), turn.stage + 1.0),
          code.select(isLast, turn.parity ^ code.integer(1), turn.parity)};
}

void GroupCode::initializeBarriers() {
  code.ifThen(code.thread() == 0, [&] {
    for (int64_t i = 0; i < stages; ++i) {
      barrierAt(code.integer(i), /*isFull=*/true).initialize(1);
      barrierAt(code.integer(i), /*isFull=*/false).initialize(tile.groups());
    }
    fenceBarriers(code);
  });
  code.barrier();
}

void GroupCode::copyStage(Pointer to, Expr depth, const SharedBarrier &full) {
  RowFormat input = shape.input();
  Expr element = depth * double(tileDepth);
  full.arriveExpecting(tile.stageBytes(shape));
  for (int64_t term = 0; term < input.terms; ++term) {
    copyBox(to.bytes(code.integer(term * tile.termBytes())), product.input(),
            element + double(term * input.termBytes() / 2), product.row, full);
  }
  for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
    copyBox(to.bytes(code.integer(input.terms * tile.termBytes() +
                                  matrix * tile.matrixBytes())),
            product.weights(matrix)[0], element, column, full);
  }
}

void GroupCode::copyAll() {
  // A stage is empty before its first phase, as if one before had ended.
  Exprs start = {code.integer(0), code.integer(1)};
  code.loop(code.integer(0), code.integer(depths), 1, start,
            [&](Expr depth, const Exprs &current) {
              Turn turn{current[0], current[1]};
              barrierAt(turn.stage, /*isFull=*/false).wait(turn.parity);
              copyStage(stageAt(turn.stage), depth,
                        barrierAt(turn.stage, /*isFull=*/true));
              Turn next = after(turn);
              return Exprs{next.stage, next.parity};
            });
}

void GroupCode::multiplyStage(Pointer stage, Exprs &sums) {
  Expr own = (group - 1.0) * double(groupRows * tileRowBytes);
  beginProducts(code);
  for (int64_t depth = 0; depth < tileDepth / 16; ++depth) {
    for (int64_t term = 0; term < shape.input().terms; ++term) {
      Pointer a =
          stage.bytes(own + double(term * tile.termBytes() + depth * 32));
      for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
        Pointer b =
            stage.bytes(code.integer(shape.input().terms * tile.termBytes() +
                                     matrix * tile.matrixBytes() + depth * 32));
        sums[matrix] = multiplyShared(a, b, sums[matrix], tile.columns);
      }
    }
  }
  endProducts(code);
}

void GroupCode::multiplyAll() {
  Expr isFirst = code.thread() % groupThreads == 0;
  // Behind the sums: a turn, and the stage before.
  int64_t matrices = shape.matrices();
  Exprs carried(matrices, zeroSums(code, tile.columns));
  carried.append(3, code.integer(0));
  carried =
      code.loop(code.integer(0), code.integer(depths), 1, carried,
                [&](Expr depth, const Exprs &current) {
                  Turn turn{current[matrices], current[matrices + 1]};
                  Exprs sums(current.begin(), current.begin() + matrices);
                  barrierAt(turn.stage, /*isFull=*/true).wait(turn.parity);
                  multiplyStage(stageAt(turn.stage), sums);
                  waitForProducts(code, 1);
                  code.ifThen(isFirst & (depth > 0.0), [&] {
                    barrierAt(current[matrices + 2], /*isFull=*/false).arrive();
                  });
                  Turn next = after(turn);
                  sums.append({next.stage, next.parity, turn.stage});
                  return sums;
                });
  waitForProducts(code, 0);
  Expr lane = code.thread() % warpThreads;
  Expr warp = code.thread() % groupThreads / double(warpThreads);
  product.storeTiles({.firstRow = product.row +
                                  (group - 1.0) * double(groupRows) +
                                  warp * 16.0 + lane / 4.0,
                      .firstColumn = column + lane % 4 * 2.0,
                      .alongRows = 1,
                      .alongColumns = tile.columns / 8,
                      .isWhole = shape.weight.rows % tile.columns == 0},
                     [&](int64_t matrix, int64_t place) {
                       return sumAt(carried[matrix], place);
                     });
}

void GroupCode::run() {
  initializeBarriers();
  // Threads that copy need few registers; two groups need more than the rest.
  bool exchanges = tile.groups() > 1;
  code.ifThen(group == 0, [&] {
    if (exchanges) {
      giveRegisters(code, copyRegisters);
    }
    code.ifThen(code.thread() == 0, [&] { copyAll(); });
  });
  code.ifThen(group > 0.0, [&] {
    if (exchanges) {
      takeRegisters(code, productRegisters);
    }
    multiplyAll();
  });
  code.ifThen(code.blockX() == 0, [&] {
    clearPadding(shape.output, product.arguments.back(), product.row, tile.rows,
                 product.count, tile.threads());
  });
}

Kernel tandem::nvidia::shapeOfGroupGemm(const LinearShape &shape) {
  GroupTile tile = GroupTile::of(shape);
  RowFormat input = shape.input();
  Kernel kernel;
  kernel.threads = tile.threads();
  kernel.blocksPerRow = (shape.weight.rows + tile.columns - 1) / tile.columns;
  kernel.rowsPerBlock = tile.rows;
  kernel.sharedBytes = tile.sharedBytes(shape);
  kernel.maps.push_back({.argument = 1,
                         .rows = shape.inputRows,
                         .columns = input.rowBytes() / 2,
                         .rowBytes = input.rowBytes(),
                         .boxRows = tile.rows});
  for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
    kernel.maps.push_back({.argument = 2 + matrix,
                           .rows = shape.weight.rows,
                           .columns = shape.weight.stride(),
                           .rowBytes = shape.weight.rowBytes(),
                           .boxRows = tile.columns});
  }
  return kernel;
}

std::string tandem::nvidia::nameOfGroupGemm(const LinearShape &shape) {
  GroupTile tile = GroupTile::of(shape);
  return "gemm_by_groups_" + std::to_string(tile.rows) + "x" +
         std::to_string(tile.columns) + "_terms_" +
         std::to_string(shape.input().terms) + "_";
}

void tandem::nvidia::writeGroupGemm(const Product &product) {
  GroupCode(product).run();
}
