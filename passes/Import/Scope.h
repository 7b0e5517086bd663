//===- Scope.h - the names that a graph can see -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A graph sees its own names and those of the graphs around it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_SCOPE_H
#define TANDEM_PASSES_IMPORT_SCOPE_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace tandem::import {

/// The values and stated types of one graph.
class Scope {
public:
  explicit Scope(Scope *parent) : parent(parent) {}

  /// The value that `name` means here, or null.
  mlir::Value find(llvm::StringRef name) const {
    auto it = values.find(name);
    if (it != values.end()) {
      return it->second;
    }
    return parent ? parent->find(name) : mlir::Value();
  }
  /// Gives `name` a value; false where this graph has one already.
  bool define(llvm::StringRef name, mlir::Value value) {
    return values.try_emplace(name, value).second;
  }

  /// Notes that a node of this graph makes `name`, perhaps further down.
  void announce(llvm::StringRef name) { announced.insert(name); }
  /// Whether this graph or one around it makes `name` somewhere.
  bool isAnnounced(llvm::StringRef name) const {
    return announced.contains(name) || (parent && parent->isAnnounced(name));
  }

  /// Notes the type that the file states for `name`.
  void setType(llvm::StringRef name, mlir::Type type) { types[name] = type; }
  /// The stated type of `name`, or null.
  mlir::Type getType(llvm::StringRef name) const { return types.lookup(name); }

private:
  Scope *parent;
  llvm::StringMap<mlir::Value> values;
  llvm::StringMap<mlir::Type> types;
  llvm::StringSet<> announced;
};

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_SCOPE_H
