//===- GraphImport.h - nodes and graphs of ONNX as operations ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fills a block from a GraphProto or the nodes of a function.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_GRAPHIMPORT_H
#define TANDEM_PASSES_IMPORT_GRAPHIMPORT_H

#include "mlir/IR/Builders.h"
#include "tandem/passes/Import/Reporter.h"
#include "tandem/passes/Import/Scope.h"
#include "tandem/passes/Import/WeightFiles.h"

namespace google::protobuf {
template <typename T> class RepeatedPtrField;
} // namespace google::protobuf

namespace onnx {
class AttributeProto;
class GraphProto;
class NodeProto;
class TensorProto;
class ValueInfoProto;
} // namespace onnx

namespace tandem::import {

/// Version of each imported domain; ai.onnx has the empty name.
using Opsets = llvm::StringMap<int64_t>;

/// `domain` with the empty name for ai.onnx.
llvm::StringRef normalizeDomain(llvm::StringRef domain);

/// `domain` as messages and keys name it: ai.onnx is never empty.
llvm::StringRef getDomainName(llvm::StringRef domain);

/// What the nodes of one model or function share.
struct GraphContext {
  WeightFiles &files;
  Reporter &reporter;
  Opsets opsets;
  std::string where; ///< starts each message: empty, or the function
  /// Attributes that `ref_attr_name` may name; null outside functions.
  const llvm::StringSet<> *functionAttributes = nullptr;
};

/// Imports graphs at the builder's insertion point. Problems go to the
/// reporter; the IR made then is not meant to be used.
class GraphImporter {
public:
  GraphImporter(GraphContext &graph, mlir::OpBuilder &builder)
      : graph(graph), builder(builder), context(builder.getContext()) {}

  /// Notes the types that the graph states for its values.
  void declareTypes(const ::onnx::GraphProto &proto, Scope &scope);
  /// Imports the initialisers as constants.
  void importInitializers(const ::onnx::GraphProto &proto, Scope &scope);
  /// Imports the nodes in their order.
  void importNodes(
      const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes,
      Scope &scope);
  /// Gives `name` a value, or reports that it has one.
  void define(llvm::StringRef name, mlir::Value value, Scope &scope);
  /// The value of a graph output; reports where there is none.
  mlir::Value findOutput(llvm::StringRef name, Scope &scope);
  /// The type of a graph input; `!onnx.unknown` where none is stated.
  mlir::Type importInputType(const ::onnx::ValueInfoProto &input);

private:
  void importNode(const ::onnx::NodeProto &node, int index, Scope &scope);
  bool importConstantNode(const ::onnx::NodeProto &node, mlir::Location loc,
                          llvm::StringRef where, Scope &scope);
  llvm::Expected<mlir::TypedAttr>
  importConstantValue(const ::onnx::NodeProto &node);
  mlir::Value makeConstant(llvm::Expected<mlir::TypedAttr> value,
                           mlir::Location loc, const llvm::Twine &where);
  void importSubgraph(const ::onnx::GraphProto &proto, mlir::Region &region,
                      Scope &parent);
  mlir::Value findInput(llvm::StringRef name, llvm::StringRef where,
                        Scope &scope);
  llvm::SmallVector<mlir::Value> findInputs(const ::onnx::NodeProto &node,
                                            mlir::Location loc,
                                            llvm::StringRef where,
                                            Scope &scope);
  mlir::DictionaryAttr importAttributes(
      const ::onnx::NodeProto &node, llvm::StringRef where,
      llvm::SmallVectorImpl<const ::onnx::AttributeProto *> &graphs);
  mlir::IntegerAttr findOpset(llvm::StringRef domain, llvm::StringRef where);
  void declareType(const ::onnx::ValueInfoProto &info, Scope &scope);

  GraphContext &graph;
  mlir::OpBuilder &builder;
  mlir::MLIRContext *context;
};

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_GRAPHIMPORT_H
