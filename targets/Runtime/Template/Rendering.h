//===- Rendering.h - bounds of one rendering --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Templates come with models, from anyone. Whatever a template makes is made
// and counted here, so that endless loops, huge ranges and deep recursion end
// with an error within two seconds and 200 MB. Errors name the line.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_RENDERING_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_RENDERING_H

#include <ctime>

#include "tandem/targets/Runtime/Template/Value.h"

namespace tandem::runtime::jinja {

/// Several hundred times what published templates need for a full context.
inline constexpr uint64_t maximumSteps = 4'000'000;
inline constexpr uint64_t maximumBytes = 64 << 20;
/// Of expressions, statements and macros within each other.
inline constexpr int maximumNesting = 1500;
/// Of lists and mappings within each other.
inline constexpr int maximumValueDepth = 200;

/// Throws the template's error at a line: it is malformed or asks for too much.
[[noreturn]] void failAt(int line, const std::string &what);
/// Throws the error for valid Jinja that Tandem does not know.
[[noreturn]] void refuseAt(int line, const std::string &construct);

class Namespace;

/// Counts what one rendering uses and makes its values.
class Rendering {
public:
  explicit Rendering(const std::tm &now) : now(now) {}
  ~Rendering();

  /// Counts work; about 100 ns a step.
  void spend(uint64_t steps = 1);
  /// Counts memory that is made, whether or not it is given back.
  void hold(uint64_t bytes);

  [[noreturn]] void fail(const std::string &what) const { failAt(line, what); }
  [[noreturn]] void refuse(const std::string &construct) const {
    refuseAt(line, construct);
  }
  /// Fails because an undefined value was used.
  [[noreturn]] void failUndefined(const Value &value) const;

  Value text(std::string bytes, bool isMarkup = false);
  Value list(std::vector<Value> items,
             Sequence::Form form = Sequence::Form::List);
  Value tuple(std::vector<Value> items) {
    return list(std::move(items), Sequence::Form::Tuple);
  }
  Value mapping(std::vector<std::pair<Value, Value>> entries);
  Value undefined(std::string why);
  std::shared_ptr<Namespace> makeNamespace();
  template <class T, class... Given> Value object(Given &&...given) {
    hold(sizeof(T) + 32);
    return Value(std::static_pointer_cast<Object>(
        std::make_shared<T>(std::forward<Given>(given)...)));
  }

  int line = 1; ///< of what is evaluated
  const std::tm now;

private:
  friend class Nesting;
  int requireDepth(int depth) const;

  uint64_t steps = 0;
  uint64_t bytes = 0;
  int nesting = 0;
  /// They may hold each other in circles.
  std::vector<std::shared_ptr<Namespace>> namespaces;
};

/// One level of recursion, as long as it lives.
class Nesting {
public:
  explicit Nesting(Rendering &rendering) : rendering(rendering) {
    if (++rendering.nesting > maximumNesting) {
      --rendering.nesting;
      rendering.fail("is nested deeper than " + std::to_string(maximumNesting) +
                     ": endless recursion?");
    }
  }
  ~Nesting() { --rendering.nesting; }
  Nesting(const Nesting &) = delete;

private:
  Rendering &rendering;
};

/// Builds a text of a length that is not known before.
class TextBuilder {
public:
  explicit TextBuilder(Rendering &rendering) : rendering(rendering) {}

  void append(std::string_view piece) {
    rendering.hold(piece.size());
    bytes += piece;
  }
  void append(size_t count, std::string_view piece) {
    rendering.spend(count / 16);
    for (size_t i = 0; i < count; ++i) {
      append(piece);
    }
  }
  std::string take() { return std::move(bytes); }

private:
  Rendering &rendering;
  std::string bytes;
};

/// A sequence that is walked over once, as Python's generators are.
class Iterator : public Object {
public:
  explicit Iterator(std::vector<Value> items);
  const char *typeName() const override { return "generator"; }
  std::vector<Value> take() { return std::move(items); }

private:
  std::vector<Value> items;
};

/// Made by `namespace(...)`: the one thing that `set` can change.
class Namespace : public Object {
public:
  const char *typeName() const override { return "Namespace"; }
  std::optional<Value> attribute(Rendering &rendering,
                                 std::string_view name) override;
  void set(Rendering &rendering, const std::string &name, Value value);
  /// Lets go of what it holds, itself perhaps.
  void clear() { mapping.entries.clear(); }

private:
  Mapping mapping;
};

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_RENDERING_H
