//===- EvaluateModel.cpp - operations of the model level ---------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The transformer operations that keep the file's shapes, with batch and
// sequence dimensions. On [tokens, width] they serve the deployment level as
// well.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Primitives/Activations.h"
#include "tandem/passes/Primitives/Frame.h"
#include "tandem/passes/Primitives/MatrixProduct.h"
#include "tandem/passes/Primitives/Normalize.h"
#include "tandem/passes/Primitives/RotaryKernel.h"
#include "tandem/passes/Primitives/RotaryTable.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using namespace tandem::transformer;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Tables and weights
//===----------------------------------------------------------------------===//

static Error evaluateEmbedding(Operation *op, Frame &frame) {
  auto embedding = cast<EmbeddingOp>(op);
  Tensor ids = frame.getTensor(embedding.getIds());
  Tensor table = frame.getTensor(embedding.getTable());
  bool isByRow = embedding.getLayout() == MatrixLayout::nk;
  int64_t entries = table.getDim(isByRow ? 0 : 1);
  int64_t width = table.getDim(isByRow ? 1 : 0);
  std::vector<double> values(ids.getNumElements() * width);
  for (auto [token, id] : llvm::enumerate(ids.toIntegers())) {
    Expected<int64_t> entry = normalizeIndex(id, entries);
    if (!entry) {
      return entry.takeError();
    }
    double *target = values.data() + token * width;
    if (isByRow) {
      table.widenTo(target, *entry * width, width);
    } else {
      for (int64_t i = 0; i < width; ++i) {
        table.widenTo(target + i, i * entries + *entry, 1);
      }
    }
  }
  Shape shape(ids.getShape());
  shape.push_back(width);
  return frame.setResult(op, shape, values);
}

/// Rounds `values`, rows of `width`, to 8 bits in blocks, in the fp32
/// arithmetic that targets compute it in.
static void roundToBytes(std::vector<double> &values, int64_t width) {
  for (size_t row = 0; row < values.size(); row += width) {
    for (int64_t first = 0; first < width; first += activationBlock) {
      int64_t count = std::min(activationBlock, width - first);
      MutableArrayRef<double> block(values.data() + row + first, count);
      float limit = 0;
      for (double value : block) {
        limit = std::isnan(value)
                    ? std::numeric_limits<float>::quiet_NaN()
                    : std::max(limit, std::abs(static_cast<float>(value)));
      }
      float scale = limit / 127.0f;
      float factor = limit < 1e-30f ? 0 : 127.0f / limit;
      for (double &value : block) {
        value = std::nearbyint(static_cast<float>(value) * factor) * scale;
      }
    }
  }
}

static Error evaluateLinear(Operation *op, Frame &frame) {
  auto linear = cast<LinearOp>(op);
  Tensor input = frame.getTensor(linear.getInput());
  Tensor weight = frame.getTensor(linear.getWeight());
  Tensor bias = frame.getTensor(linear.getBias());
  bool isTransposed = linear.getLayout() == MatrixLayout::nk;
  int64_t k = weight.getDim(isTransposed ? 1 : 0);
  int64_t n = weight.getDim(isTransposed ? 0 : 1);
  Shape shape(input.getShape());
  if (shape.back() != k) {
    return createStringError("input has shape " + printShape(shape) +
                             " for a weight of shape " +
                             printShape(weight.getShape()));
  }
  int64_t rows = countElements(input.getShape().drop_back());
  shape.back() = n;
  MatrixView view{weight, 0, weight.getDim(1), isTransposed};
  std::vector<double> inputs = input.widen<double>();
  if (linear.getInt8Activations()) {
    roundToBytes(inputs, k);
  }
  std::vector<double> values = multiplyRows(
      inputs, rows, k, n, [&](const Tile &tile) { view.read(tile); });
  if (bias) {
    std::vector<double> addends = bias.widen<double>();
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] += addends[i % n];
    }
  }
  return frame.setResult(op, shape, values);
}

static Error evaluateRotaryTable(Operation *op, Frame &frame) {
  auto table = cast<RotaryTableOp>(op);
  int64_t rows = frame.options.tableRows;
  double scale = table.getScale().convertToDouble();
  frame.set(table.getCos(), makeRotaryTable(table.getFrequencies(), scale, rows,
                                            RotaryFunction::cosine));
  frame.set(table.getSin(), makeRotaryTable(table.getFrequencies(), scale, rows,
                                            RotaryFunction::sine));
  return Error::success();
}

/// Position P + i for token i of every sequence.
static Error evaluatePastPositions(Operation *op, Frame &frame) {
  auto positions = cast<PastPositionsOp>(op);
  int64_t past = frame.getTensor(positions.getPast()).getDim(2);
  Tensor tokens = frame.getTensor(positions.getTokens());
  int64_t batch = tokens.getDim(0), count = tokens.getDim(1);
  std::vector<int64_t> values(batch * count);
  for (auto [index, value] : llvm::enumerate(values)) {
    value = past + static_cast<int64_t>(index) % count;
  }
  auto type = cast<ShapedType>(op->getResultTypes()[0]);
  frame.set(op->getResult(0),
            Tensor::narrow(type.getElementType(), {batch, count}, values));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Normalisation and activation
//===----------------------------------------------------------------------===//

/// Normalises each row of operand 0, scales by operand 1 and adds operand 2.
static Error evaluateNorm(Operation *op, Frame &frame, double epsilon,
                          RowMoments (*normalize)(MutableArrayRef<double>,
                                                  double)) {
  Tensor input = frame.getTensor(op->getOperand(0));
  std::vector<double> values = input.widen<double>();
  std::vector<double> scale =
      frame.getTensor(op->getOperand(1)).widen<double>();
  std::vector<double> bias(scale.size(), 0);
  if (op->getNumOperands() > 2) {
    bias = frame.getTensor(op->getOperand(2)).widen<double>();
  }
  size_t width = input.getShape().back();
  if (scale.size() != width || bias.size() != width) {
    return createStringError("scale has " + Twine(scale.size()) +
                             " values for rows of " + Twine(width));
  }
  for (size_t begin = 0; begin < values.size(); begin += width) {
    MutableArrayRef<double> row(values.data() + begin, width);
    normalize(row, epsilon);
    for (size_t i = 0; i < width; ++i) {
      row[i] = row[i] * scale[i] + bias[i];
    }
  }
  return frame.setResult(op, input.getShape(), values);
}

static Error evaluateRmsNorm(Operation *op, Frame &frame) {
  return evaluateNorm(op, frame,
                      cast<RmsNormOp>(op).getEpsilon().convertToDouble(),
                      normalizeByRootMeanSquare);
}

static Error evaluateLayerNorm(Operation *op, Frame &frame) {
  return evaluateNorm(op, frame,
                      cast<LayerNormOp>(op).getEpsilon().convertToDouble(),
                      normalizeByMoments);
}

static double activate(ActivationKind kind, double x) {
  switch (kind) {
  case ActivationKind::silu:
    return activation::silu(x);
  case ActivationKind::gelu_erf:
    return activation::geluErf(x);
  case ActivationKind::gelu_tanh:
    return activation::geluTanh(x);
  case ActivationKind::relu:
    return activation::relu(x);
  case ActivationKind::gelu_quick:
    return activation::geluQuick(x);
  case ActivationKind::relu_squared:
    return activation::reluSquared(x);
  }
  llvm_unreachable("every kind is above");
}

static Error evaluateActivation(Operation *op, Frame &frame) {
  auto activation = cast<ActivationOp>(op);
  Tensor input = frame.getTensor(activation.getInput());
  std::vector<double> values = input.widen<double>();
  for (double &value : values) {
    value = activate(activation.getKind(), value);
  }
  return frame.setResult(op, input.getShape(), values);
}

static Error evaluateGlu(Operation *op, Frame &frame) {
  auto glu = cast<GluOp>(op);
  Tensor gate = frame.getTensor(glu.getGate());
  Tensor input = frame.getTensor(glu.getInput());
  if (gate.getShape() != input.getShape()) {
    return createStringError("gate and input have shapes " +
                             printShape(gate.getShape()) + " and " +
                             printShape(input.getShape()));
  }
  std::vector<double> values = input.widen<double>();
  for (auto [value, x] : llvm::zip(values, gate.widen<double>())) {
    value *= activate(glu.getKind(), x);
  }
  return frame.setResult(op, input.getShape(), values);
}

//===----------------------------------------------------------------------===//
// Rotation
//===----------------------------------------------------------------------===//

static Error evaluateRotary(Operation *op, Frame &frame) {
  auto rotary = cast<RotaryOp>(op);
  Tensor input = frame.getTensor(rotary.getInput());
  SmallVector<int64_t> positions =
      frame.getTensor(rotary.getPositions()).toIntegers();
  auto tables = RotaryTables::of(frame.getTensor(rotary.getCos()),
                                 frame.getTensor(rotary.getSin()),
                                 rotary.getInterleaved());
  if (!tables) {
    return tables.takeError();
  }
  int64_t heads = rotary.getHeads(), width = input.getShape().back();
  int64_t tokens = countElements(input.getShape().drop_back());
  if (width % heads != 0 || static_cast<int64_t>(positions.size()) != tokens) {
    return createStringError("input has shape " + printShape(input.getShape()) +
                             " for " + Twine(heads) + " heads and " +
                             Twine(positions.size()) + " positions");
  }
  std::vector<double> values = input.widen<double>();
  if (Error error = rotate(
          values, HeadView::tokenMajor(1, tokens, heads, width / heads),
          *tables, [&](int64_t, int64_t token) { return positions[token]; })) {
    return error;
  }
  return frame.setResult(op, input.getShape(), values);
}

ArrayRef<OperationRow> tandem::primitives::getModelEvaluators() {
  static constexpr OperationRow rows[] = {
      {"transformer.activation", evaluateActivation},
      {"transformer.attention", evaluateAttention},
      {"transformer.embedding", evaluateEmbedding},
      {"transformer.glu", evaluateGlu},
      {"transformer.layer_norm", evaluateLayerNorm},
      {"transformer.linear", evaluateLinear},
      {"transformer.rms_norm", evaluateRmsNorm},
      {"transformer.rotary", evaluateRotary},
      {"transformer.past_positions", evaluatePastPositions},
      {"transformer.rotary_table", evaluateRotaryTable},
  };
  return rows;
}
