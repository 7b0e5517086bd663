//===- Interpreter.cpp - deployment-level programs, naively -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interpreter.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::transformer;
using namespace tandem::x86;

static int64_t widthOf(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.getRank() == 1 ? 1 : type.getShape().back();
}

static double activate(ActivationKind kind, double x) {
  switch (kind) {
  case ActivationKind::silu:
    return x / (1 + std::exp(-x));
  case ActivationKind::gelu_erf:
    return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
  case ActivationKind::gelu_tanh:
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  case ActivationKind::gelu_quick:
    return x / (1 + std::exp(-1.702 * x));
  case ActivationKind::relu:
    return std::max(x, 0.0);
  case ActivationKind::relu_squared:
    return std::max(x, 0.0) * std::max(x, 0.0);
  }
  return 0;
}

std::vector<std::pair<const RowStep *, int64_t>> Interpreter::places() const {
  std::vector<std::pair<const RowStep *, int64_t>> list;
  for (const RowStep &row : rows) {
    for (size_t i = 0; i < row.tokens.size(); ++i) {
      list.emplace_back(&row, row.start + i);
    }
  }
  return list;
}

int64_t Interpreter::index(Value value, Frame &frame) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    return constant.getSExtValue();
  }
  return frame.indices.lookup(value);
}

Numbers Interpreter::linear(LinearOp op, Frame &frame) {
  const Numbers &x = frame.values[op.getInput()],
                &w = frame.values[op.getWeight()];
  int64_t k = op.getK(), n = op.getN(), rows = x.size() / k;
  bool isNk = op.getLayout() == MatrixLayout::nk;
  Numbers y(rows * n);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = op.getBias() ? frame.values[op.getBias()][j] : 0;
      for (int64_t i = 0; i < k; ++i) {
        sum += x[row * k + i] * w[isNk ? j * k + i : i * n + j];
      }
      y[row * n + j] = sum;
    }
  }
  return y;
}

Numbers Interpreter::norm(const Numbers &x, const Numbers &scale,
                          const Numbers *bias, double epsilon, bool centred) {
  int64_t width = scale.size();
  Numbers y(x.size());
  for (size_t row = 0; row < x.size(); row += width) {
    double mean = 0, squares = 0;
    for (int64_t i = 0; centred && i < width; ++i) {
      mean += x[row + i] / width;
    }
    for (int64_t i = 0; i < width; ++i) {
      squares += (x[row + i] - mean) * (x[row + i] - mean) / width;
    }
    for (int64_t i = 0; i < width; ++i) {
      y[row + i] =
          (x[row + i] - mean) / std::sqrt(squares + epsilon) * scale[i] +
          (bias ? (*bias)[i] : 0);
    }
  }
  return y;
}

Numbers Interpreter::rotary(RotaryOp op, Frame &frame) {
  Numbers x = frame.values[op.getInput()], y = x;
  const Numbers &positions = frame.values[op.getPositions()];
  const Numbers &cos = frame.values[op.getCos()],
                &sin = frame.values[op.getSin()];
  int64_t width = widthOf(op.getInput()), heads = op.getHeads(),
          columns = widthOf(op.getCos());
  for (size_t row = 0; row < x.size() / width; ++row) {
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < columns; ++i) {
        int64_t base = row * width + head * (width / heads);
        int64_t a = base + (op.getInterleaved() ? 2 * i : i);
        int64_t b = base + (op.getInterleaved() ? 2 * i + 1 : i + columns);
        double c = cos[positions[row] * columns + i];
        double s = sin[positions[row] * columns + i];
        y[a] = x[a] * c - x[b] * s;
        y[b] = x[b] * c + x[a] * s;
      }
    }
  }
  return y;
}

void Interpreter::append(AppendOp op, Frame &frame) {
  int64_t layer = index(op.getLayer(), frame);
  const Numbers &k = frame.values[op.getKey()],
                &v = frame.values[op.getValue()];
  int64_t keyWidth = widthOf(op.getKey()), valueWidth = widthOf(op.getValue());
  auto tokens = places();
  for (size_t i = 0; i < tokens.size(); ++i) {
    auto &[keys, values] = cache[{tokens[i].first->slot, layer}];
    keys.resize((tokens[i].second + 1) * keyWidth);
    values.resize((tokens[i].second + 1) * valueWidth);
    std::copy_n(&k[i * keyWidth], keyWidth, &keys[tokens[i].second * keyWidth]);
    std::copy_n(&v[i * valueWidth], valueWidth,
                &values[tokens[i].second * valueWidth]);
  }
}

Numbers Interpreter::attend(CachedAttentionOp op, Frame &frame) {
  KvCacheType type = op.getCache().getType();
  int64_t heads = op.getHeads(), kvHeads = type.getHeads(),
          d = type.getKeyDim(), dv = type.getValueDim();
  double cap = op.getSoftcap().convertToDouble();
  const Numbers &q = frame.values[op.getQuery()];
  auto tokens = places();
  Numbers y(tokens.size() * heads * dv);
  for (size_t t = 0; t < tokens.size(); ++t) {
    auto [row, position] = tokens[t];
    auto &[keys, values] = cache[{row->slot, index(op.getLayer(), frame)}];
    int64_t total = row->start + row->tokens.size();
    for (int64_t head = 0; head < heads; ++head) {
      int64_t kvHead = head / (heads / kvHeads);
      Numbers scores(total, -INFINITY);
      for (int64_t key = 0; key < total; ++key) {
        if ((op.getKeep().getCausal() && key > position) ||
            (op.getKeep().getWindow() &&
             key <= position - op.getKeep().getWindow())) {
          continue;
        }
        double dot = 0;
        for (int64_t i = 0; i < d; ++i) {
          dot += q[(t * heads + head) * d + i] *
                 keys[(key * kvHeads + kvHead) * d + i];
        }
        scores[key] = dot * op.getScale().convertToDouble();
        if (cap) {
          scores[key] = cap * std::tanh(scores[key] / cap);
        }
      }
      double most = *std::max_element(scores.begin(), scores.end()), sum = 0;
      for (double &score : scores) {
        sum += score = std::exp(score - most);
      }
      for (int64_t key = 0; key < total; ++key) {
        for (int64_t i = 0; i < dv; ++i) {
          y[(t * heads + head) * dv + i] +=
              scores[key] / sum * values[(key * kvHeads + kvHead) * dv + i];
        }
      }
    }
  }
  return y;
}

Numbers Interpreter::node(Operation &op, Frame &frame, unsigned result) {
  auto node = cast<onnx::NodeOp>(op);
  Value output = op.getResult(result);
  int64_t width = widthOf(output);
  const Numbers &x = frame.values[node.getInputs()[0]];
  if (node.getOpType() == "Split") {
    int64_t total = widthOf(node.getInputs()[0]), first = 0;
    for (unsigned i = 0; i < result; ++i) {
      first += widthOf(op.getResult(i));
    }
    Numbers y;
    for (size_t i = 0; i < x.size(); ++i) {
      if (int64_t(i % total) >= first && int64_t(i % total) < first + width) {
        y.push_back(x[i]);
      }
    }
    return y;
  }
  const Numbers &z = frame.values[node.getInputs().back()];
  Numbers y(std::max(x.size(), z.size()));
  for (size_t i = 0; i < y.size(); ++i) {
    double a = x[i % x.size()], b = z[i % z.size()];
    StringRef name = node.getOpType();
    y[i] = name == "Add"   ? a + b
           : name == "Sub" ? a - b
           : name == "Mul" ? a * b
                           : std::tanh(a);
  }
  return y;
}

void Interpreter::loop(Operation &op, Frame &frame) {
  auto loop = cast<scf::ForOp>(op);
  for (auto [argument, initial] :
       llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs())) {
    frame.values[argument] = Numbers(frame.values[initial]);
  }
  int64_t count = index(loop.getUpperBound(), frame);
  for (int64_t i = 0; i < count; ++i) {
    frame.indices[loop.getInductionVar()] = i;
    runBlock(*loop.getBody(), frame);
    std::vector<Numbers> next;
    for (Value yielded : loop.getYieldedValues()) {
      next.push_back(frame.values[yielded]);
    }
    for (auto [argument, value] : llvm::zip(loop.getRegionIterArgs(), next)) {
      frame.values[argument] = value;
    }
  }
  for (auto [result, argument] :
       llvm::zip(loop.getResults(), loop.getRegionIterArgs())) {
    frame.values[result] = Numbers(frame.values[argument]);
  }
}

void Interpreter::evaluate(Operation &op, Frame &frame) {
  auto &values = frame.values;
  if (auto weight = dyn_cast<deploy::WeightOp>(op)) {
    int64_t entry = weight.getBase();
    if (weight.getLayer()) {
      entry += index(weight.getLayer(), frame) * *weight.getStride();
    }
    values[weight.getOutput()] = weights[entry];
  } else if (auto constant = dyn_cast<onnx::ConstantOp>(op)) {
    auto elements = cast<DenseFPElementsAttr>(constant.getValue());
    values[constant.getOutput()] = {(*elements.begin()).convertToDouble()};
  } else if (isa<PositionsOp>(op)) {
    Numbers positions;
    for (auto [row, position] : places()) {
      positions.push_back(position);
    }
    values[op.getResult(0)] = positions;
  } else if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
    Numbers ids = values[embedding.getIds()], y;
    const Numbers &table = values[embedding.getTable()];
    int64_t width = widthOf(embedding.getOutput());
    bool isNk = embedding.getLayout() == MatrixLayout::nk;
    for (double id : ids) {
      for (int64_t i = 0; i < width; ++i) {
        y.push_back(isNk ? table[id * width + i]
                         : table[i * (table.size() / width) + id]);
      }
    }
    values[embedding.getOutput()] = y;
  } else if (auto linearOp = dyn_cast<LinearOp>(op)) {
    Numbers y = linear(linearOp, frame);
    values[linearOp.getOutput()] = y;
  } else if (auto rms = dyn_cast<RmsNormOp>(op)) {
    Numbers y = norm(values[rms.getInput()], values[rms.getScale()], nullptr,
                     rms.getEpsilon().convertToDouble(), false);
    values[rms.getOutput()] = y;
  } else if (auto layer = dyn_cast<LayerNormOp>(op)) {
    Numbers bias = layer.getBias() ? values[layer.getBias()] : Numbers();
    Numbers y = norm(values[layer.getInput()], values[layer.getScale()],
                     layer.getBias() ? &bias : nullptr,
                     layer.getEpsilon().convertToDouble(), true);
    values[layer.getOutput()] = y;
  } else if (auto activation = dyn_cast<ActivationOp>(op)) {
    Numbers y = values[activation.getInput()];
    for (double &value : y) {
      value = activate(activation.getKind(), value);
    }
    values[activation.getOutput()] = y;
  } else if (auto glu = dyn_cast<GluOp>(op)) {
    Numbers y = values[glu.getInput()];
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] *= activate(glu.getKind(), values[glu.getGate()][i]);
    }
    values[glu.getOutput()] = y;
  } else if (auto rotaryOp = dyn_cast<RotaryOp>(op)) {
    Numbers y = rotary(rotaryOp, frame);
    values[rotaryOp.getOutput()] = y;
  } else if (auto appendOp = dyn_cast<AppendOp>(op)) {
    append(appendOp, frame);
  } else if (auto attention = dyn_cast<CachedAttentionOp>(op)) {
    Numbers y = attend(attention, frame);
    values[attention.getOutput()] = y;
  } else if (auto select = dyn_cast<SelectTokensOp>(op)) {
    Numbers x = values[select.getInput()], y;
    int64_t width = widthOf(select.getInput()), token = 0;
    for (const RowStep &row : rows) {
      for (size_t i = 0; i < row.tokens.size(); ++i, ++token) {
        if (allLogits || i + 1 == row.tokens.size()) {
          y.insert(y.end(), &x[token * width], &x[token * width] + width);
        }
      }
    }
    values[select.getOutput()] = y;
  } else if (auto callOp = dyn_cast<func::CallOp>(op)) {
    std::vector<Numbers> tensors;
    int64_t layer = 0;
    for (Value operand : callOp.getOperands()) {
      if (isa<RankedTensorType>(operand.getType())) {
        tensors.push_back(values[operand]);
      } else if (operand.getType().isIndex()) {
        layer = index(operand, frame);
      }
    }
    auto callee = cast<func::FuncOp>(
        SymbolTable::lookupNearestSymbolFrom(&op, callOp.getCalleeAttr()));
    auto results = call(callee, tensors, layer);
    unsigned next = 0;
    for (Value result : op.getResults()) {
      if (isa<RankedTensorType>(result.getType())) {
        values[result] = results[next++];
      }
    }
  } else if (isa<scf::ForOp>(op)) {
    loop(op, frame);
  } else if (isa<onnx::NodeOp>(op)) {
    std::vector<Numbers> results;
    for (unsigned i = 0; i < op.getNumResults(); ++i) {
      results.push_back(node(op, frame, i));
    }
    for (auto [result, value] : llvm::zip(op.getResults(), results)) {
      values[result] = value;
    }
  }
}

void Interpreter::runBlock(Block &block, Frame &frame) {
  // Weights stay where they are looked up: copies keep references valid.
  frame.values.reserve(4096);
  for (Operation &op : block.without_terminator()) {
    evaluate(op, frame);
  }
}

std::vector<Numbers> Interpreter::call(func::FuncOp function,
                                       std::vector<Numbers> tensors,
                                       int64_t layer) {
  Frame frame;
  unsigned next = 0;
  for (Value argument : function.getArguments()) {
    if (isa<RankedTensorType>(argument.getType())) {
      frame.values[argument] = tensors[next++];
    } else if (argument.getType().isIndex()) {
      frame.indices[argument] = layer;
    }
  }
  Block &body = function.getBody().front();
  runBlock(body, frame);
  std::vector<Numbers> results;
  for (Value result : body.getTerminator()->getOperands()) {
    if (isa<RankedTensorType>(result.getType())) {
      results.push_back(frame.values[result]);
    }
  }
  return results;
}

Numbers Interpreter::run(StringRef phase, std::vector<RowStep> step, bool all) {
  rows = std::move(step);
  allLogits = all;
  Numbers tokens;
  for (const RowStep &row : rows) {
    tokens.insert(tokens.end(), row.tokens.begin(), row.tokens.end());
  }
  auto function = cast<func::FuncOp>(SymbolTable::lookupSymbolIn(part, phase));
  return call(function, {tokens}, 0).front();
}
