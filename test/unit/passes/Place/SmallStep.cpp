//===- SmallStep.cpp - a step and chips that tests invent -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "SmallStep.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;

namespace tandem::test {

/// One layer; # stands for its number, $ for the number before.
static constexpr StringRef layerText = R"(
  %wq# = onnx.constant #onnx.weight<"m#", 0, 16384> : tensor<64x64xf32>
  %wk# = onnx.constant #onnx.weight<"m#", 16384, 8192> : tensor<64x32xf32>
  %wv# = onnx.constant #onnx.weight<"m#", 24576, 8192> : tensor<64x32xf32>
  %up# = onnx.constant #onnx.weight<"m#", 32768, 32768> : tensor<64x128xf32>
  %down# = onnx.constant #onnx.weight<"m#", 65536, 32768> : tensor<128x64xf32>
  %layer# = arith.constant # : index
  %q# = transformer.linear %x#, %wq# layout kn : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %k# = transformer.linear %x#, %wk# layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
  %v# = transformer.linear %x#, %wv# layout kn : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
  %c+ = transformer.append %c# at %layer#, %k#, %v#, %rows : !cache, tensor<?x32xf32>, tensor<?x32xf32>
  %a# = transformer.cached_attention %q#, %c+ at %layer#, %rows heads 4 scale 2.500000e-01 keep KEEP : tensor<?x64xf32>, !cache -> tensor<?x64xf32>
  %y# = onnx.node "Add"(%x#, %a#) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %h# = transformer.linear %y#, %up# layout kn : (tensor<?x64xf32>, tensor<64x128xf32>) -> tensor<?x128xf32>
  %d# = transformer.linear %h#, %down# layout kn : (tensor<?x128xf32>, tensor<128x64xf32>) -> tensor<?x64xf32>
  %x+ = onnx.node "Add"(%y#, %d#) {} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
)";

static std::string replace(std::string text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
       at += to.size()) {
    text.replace(at, from.size(), to.str());
  }
  return text;
}

SmallStep::SmallStep(int layers, std::string keep) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect,
                      deploy::DeployDialect, onnx::OnnxDialect,
                      transformer::TransformerDialect>();
  std::string text =
      "!cache = !transformer.kv_cache<layers = " + std::to_string(layers) +
      ", heads = 2, key_dim = 16, value_dim = 16, element = f32>\n" + R"(
func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %c0: !cache) -> (tensor<?x128xf32>, !cache) attributes {deploy.phases = ["prefill", "decode"]} {
  %table = onnx.constant #onnx.weight<"m", 0, 32768> : tensor<128x64xf32>
  %x0 = transformer.embedding %tokens, %table layout nk : (tensor<?xi32>, tensor<128x64xf32>) -> tensor<?x64xf32>
)";
  for (int layer = 0; layer < layers; ++layer) {
    std::string one = replace(layerText.str(), "#onnx", "@onnx");
    one = replace(one, "KEEP", keep);
    one = replace(one, "#", std::to_string(layer));
    one = replace(one, "+", std::to_string(layer + 1));
    text += replace(one, "@onnx", "#onnx");
  }
  text += replace(R"(
  %last = transformer.select_tokens %x+, %rows : tensor<?x64xf32>
  %logits = transformer.linear %last, %table layout nk : (tensor<?x64xf32>, tensor<128x64xf32>) -> tensor<?x128xf32>
  return %logits, %c+ : tensor<?x128xf32>, !cache
})",
                  "+", std::to_string(layers));
  module = parseSourceString<ModuleOp>(text, &context);
}

func::FuncOp SmallStep::get() {
  return module->lookupSymbol<func::FuncOp>("step");
}

static deploy::FigureAttr makeFigure(MLIRContext &context, double value) {
  return deploy::FigureAttr::get(&context,
                                 Builder(&context).getF64FloatAttr(value),
                                 deploy::FigureKind::assumed, "test");
}

deploy::ChipInterface makeChip(MLIRContext &context, std::string name,
                               std::map<std::string, double> figures,
                               int64_t count) {
  Builder builder(&context);
  SmallVector<NamedAttribute> attributes;
  for (const auto &[key, value] : figures) {
    attributes.push_back(builder.getNamedAttr(key, makeFigure(context, value)));
  }
  return deploy::RooflineAttr::get(
      &context, deploy::ChipAttr::get(&context, name, "toy", DictionaryAttr()),
      count, builder.getDictionaryAttr(attributes), StringAttr());
}

deploy::FleetAttr makeFleet(MLIRContext &context,
                            ArrayRef<deploy::ChipInterface> chips,
                            double linkBytesPerSecond, double latencySeconds) {
  Builder builder(&context);
  SmallVector<Attribute> all(chips.begin(), chips.end()), links;
  for (size_t i = 0; i < chips.size(); ++i) {
    for (size_t j = i + 1; j < chips.size(); ++j) {
      links.push_back(deploy::LinkAttr::get(
          &context, chips[i].getChip().getName(), chips[j].getChip().getName(),
          makeFigure(context, linkBytesPerSecond),
          makeFigure(context, latencySeconds)));
    }
  }
  return deploy::FleetAttr::get(&context, "toys", builder.getArrayAttr(all),
                                builder.getArrayAttr(links));
}

} // namespace tandem::test
