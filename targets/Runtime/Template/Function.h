//===- Function.h - filters, tests, methods and functions -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All that a template can call by name stands in tables of `Function`. An entry
// without code is known to Jinja but outside the subset: it is refused by name.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_FUNCTION_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_FUNCTION_H

#include <span>

#include "tandem/targets/Runtime/Template/Rendering.h"

namespace tandem::runtime::jinja {

struct Call;

/// An entry of a table.
struct Function {
  std::string_view name;
  /// Names of the parameters with blanks between; "?" follows an optional one,
  /// "*" alone takes whatever else is passed.
  std::string_view parameters;
  Value (*run)(Call &call); ///< null: outside the subset
};

/// What a function gets.
struct Call {
  Rendering &rendering;
  const Function &function;
  Value self;                                ///< what it is applied to
  std::vector<std::optional<Value>> given{}; ///< per parameter
  Arguments more{};                          ///< what "*" takes

  bool has(size_t i) const { return given[i].has_value(); }
  /// A parameter that is given and not none, else null.
  const Value *find(size_t i) const;
  int64_t integer(size_t i, int64_t fallback) const;
  bool flag(size_t i, bool fallback) const;
  /// The bytes of a text; fails for anything else.
  const std::string &text(size_t i) const;
  const Text &selfText() const;
  [[noreturn]] void fail(const std::string &what) const;
};

/// Binds arguments to parameters, as Python does, and runs the function.
Value callFunction(Rendering &rendering, const Function &function,
                   const Value &self, Arguments &&arguments);

/// The entry of that name or null.
const Function *findFilter(std::string_view name);
const Function *findTest(std::string_view name);
const Function *findGlobal(std::string_view name);
const Function *findTextMethod(std::string_view name);
const Function *findSequenceMethod(const Sequence &sequence,
                                   std::string_view name);
const Function *findMappingMethod(std::string_view name);

/// Runs a filter or a test that the template names in a text.
Value applyFilter(Rendering &rendering, const std::string &name,
                  const Value &value, Arguments &&arguments);
bool applyTest(Rendering &rendering, const std::string &name,
               const Value &value, Arguments &&arguments);

/// `+`, with Python's meaning.
Value add(Rendering &rendering, const Value &a, const Value &b);
/// `format % values`.
Value formatPercent(Rendering &rendering, const Text &format,
                    const Value &values);
/// `format.format(...)`.
Value formatBraces(Rendering &rendering, const Text &format,
                   const Arguments &arguments);
/// `text` with &, <, >, ' and " as entities, unless it is markup.
Value escapeMarkup(Rendering &rendering, const Value &value);
/// json.dumps.
struct JsonStyle {
  std::optional<std::string> indent;
  std::string itemSeparator = ", ";
  std::string keySeparator = ": ";
  bool escapesNonAscii = false;
  bool sortsKeys = false;
};
std::string toJson(Rendering &rendering, const Value &value,
                   const JsonStyle &style);

/// A function as a value: a global one, or a method with what it belongs to.
class BoundFunction : public Object {
public:
  BoundFunction(const Function &function, Value self)
      : function(function), self(std::move(self)) {
    depth = this->self.depth() + 1;
  }
  const char *typeName() const override { return "builtin_function_or_method"; }
  bool isCallable() const override { return true; }
  Value call(Rendering &rendering, Arguments &&arguments) override {
    return callFunction(rendering, function, self, std::move(arguments));
  }

private:
  const Function &function;
  Value self;
};

/// Looks an entry up in one table.
const Function *findIn(std::span<const Function> table, std::string_view name);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_FUNCTION_H
