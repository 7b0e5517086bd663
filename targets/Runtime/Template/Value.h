//===- Value.h - values of chat templates -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a template's expressions compute, with Python's meaning: templates see
// code points, insertion order, and numbers that equal truth values. Texts,
// sequences and mappings never change once made, as in Jinja's immutable
// sandbox, and are shared; `Rendering` makes them, because it counts.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_VALUE_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_VALUE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::runtime::jinja {

class Rendering;
class Value;
struct Arguments;

struct None {};

/// What a missing name or attribute gives; an error only once it is used.
struct Undefined {
  std::shared_ptr<const std::string> why; ///< "'x' is undefined"
};

/// A text in UTF-8.
struct Text {
  std::string bytes;
  bool isAscii;
  bool isMarkup; ///< made by `safe` or `escape`: `+` escapes what is not
};

struct Sequence {
  enum class Form { List, Tuple, Range, Keys, Values, Items };
  Form form;
  std::vector<Value> items;
  int depth; ///< of nesting, itself included
};

struct Mapping {
  std::vector<std::pair<Value, Value>> entries;
  int depth;

  const Value *find(const Value &key) const;
  const Value *find(std::string_view key) const;
};

/// Whatever has identity: functions, macros, namespaces, loops, iterators.
class Object : public std::enable_shared_from_this<Object> {
public:
  virtual ~Object() = default;
  /// Python's name of the type, for messages.
  virtual const char *typeName() const = 0;
  virtual std::optional<Value> attribute(Rendering &rendering,
                                         std::string_view name);
  virtual bool isCallable() const { return false; }
  virtual Value call(Rendering &rendering, Arguments &&arguments);
  /// What printing it gives; empty where Python prints an address.
  virtual std::string print() const { return ""; }

  int depth = 1; ///< of nesting of the values that it owns
};

/// One value.
class Value {
public:
  Value() = default;
  Value(Undefined value) : storage(std::move(value)) {}
  Value(bool value) : storage(value) {}
  Value(int64_t value) : storage(value) {}
  Value(double value) : storage(value) {}
  Value(std::shared_ptr<const Text> value) : storage(std::move(value)) {}
  Value(std::shared_ptr<const Sequence> value) : storage(std::move(value)) {}
  Value(std::shared_ptr<const Mapping> value) : storage(std::move(value)) {}
  Value(std::shared_ptr<Object> value) : storage(std::move(value)) {}
  template <class T> Value(T *) = delete; // would become a truth value

  bool isNone() const { return std::holds_alternative<None>(storage); }
  bool isUndefined() const { return asUndefined(); }
  const Undefined *asUndefined() const {
    return std::get_if<Undefined>(&storage);
  }
  const bool *asBoolean() const { return std::get_if<bool>(&storage); }
  const double *asFloat() const { return std::get_if<double>(&storage); }
  const Text *asText() const { return get<const Text>(); }
  const Sequence *asSequence() const { return get<const Sequence>(); }
  const Mapping *asMapping() const { return get<const Mapping>(); }
  Object *asObject() const { return get<Object>(); }
  template <class T> T *as() const { return dynamic_cast<T *>(asObject()); }

  /// An integer that is no truth value.
  std::optional<int64_t> integer() const;
  /// An integer; True is 1 and False is 0.
  std::optional<int64_t> index() const;
  /// Any number as a double.
  std::optional<double> number() const;

  /// Python's `bool(value)`.
  bool isTrue() const;
  /// Python's name of the type.
  const char *typeName() const;
  /// Levels of sequences and mappings; 0 for what holds none.
  int depth() const;
  /// Python's `is`, as far as it does not depend on addresses.
  bool isSame(const Value &other) const;

private:
  template <class T> T *get() const {
    auto *held = std::get_if<std::shared_ptr<T>>(&storage);
    return held ? held->get() : nullptr;
  }

  std::variant<None, Undefined, bool, int64_t, double,
               std::shared_ptr<const Text>, std::shared_ptr<const Sequence>,
               std::shared_ptr<const Mapping>, std::shared_ptr<Object>>
      storage;
};

/// What a call passes.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

/// Python's `a == b`.
bool isEqual(Rendering &rendering, const Value &a, const Value &b);
/// Fails for values that have no order; NaN is unordered.
enum class Order { Less, Equal, Greater, None };
Order compare(Rendering &rendering, const Value &a, const Value &b);
/// Python's `needle in container`.
bool isIn(Rendering &rendering, const Value &needle, const Value &container);

/// Python's `str(value)` and `repr(value)`.
std::string toText(Rendering &rendering, const Value &value);
std::string toSource(Rendering &rendering, const Value &value);
/// Python's `repr` of a float: the shortest digits that give it back.
std::string floatText(double value);

/// Whether a value can be iterated, without doing so.
bool isIterable(const Value &value);
/// The items of what a `for` can walk over; an iterator is empty afterwards.
std::vector<Value> iterate(Rendering &rendering, const Value &value);

/// `object.name`: an attribute first, then an item.
Value getAttribute(Rendering &rendering, const Value &object,
                   std::string_view name);
/// `object[index]`: an item first, then an attribute.
Value getItem(Rendering &rendering, const Value &object, const Value &index);
/// `object[start:stop:step]`; none stands for what is left out.
Value getSlice(Rendering &rendering, const Value &object, const Value &start,
               const Value &stop, const Value &step);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_VALUE_H
