//===- SequenceFilters.cpp - filters that walk over items -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <list>

#include "tandem/targets/Runtime/Template/Filters.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

/// `item.a.b` for attribute "a.b"; digits are places in a list.
static Value followPath(Rendering &rendering, Value item, const Value &path,
                        const Value *fallback = nullptr) {
  if (!path.asText()) {
    return path.isNone() ? item : getItem(rendering, item, path);
  }
  const std::string &names = path.asText()->bytes;
  for (size_t start = 0; start <= names.size();) {
    size_t end = std::min(names.find('.', start), names.size());
    std::string name = names.substr(start, end - start);
    start = end + 1;
    bool isNumber = !name.empty() && name.size() < 10 &&
                    name.find_first_not_of("0123456789") == name.npos;
    item = getItem(rendering, item,
                   isNumber ? Value(int64_t(std::stoll(name)))
                            : rendering.text(name));
    if (fallback && item.isUndefined()) {
      item = *fallback;
    }
  }
  return item;
}

static Value ignoreCase(Rendering &rendering, const Value &value) {
  return value.asText() ? rendering.text(toLower(value.asText()->bytes))
                        : value;
}

namespace {
/// What sorting and comparing filters look at of an item.
class Key {
public:
  Key(Call &call, size_t caseParameter, size_t attributeParameter)
      : call(call), isCaseSensitive(call.flag(caseParameter, false)),
        path(call.has(attributeParameter) ? *call.given[attributeParameter]
                                          : Value()) {}
  Value of(const Value &item) const {
    Value key = followPath(call.rendering, item, path);
    return isCaseSensitive ? key : ignoreCase(call.rendering, key);
  }

private:
  Call &call;
  bool isCaseSensitive;
  Value path;
};
} // namespace

static Value makeIterator(Call &call, std::vector<Value> items) {
  call.rendering.hold(items.size() * sizeof(Value));
  return call.rendering.object<Iterator>(std::move(items));
}

using KeyedItems = std::list<std::pair<Value, Value>>;

/// Sorts items by keys that were computed once; equal keys keep their order,
/// also when the order is reversed. A list: its sort is stable and bears keys
/// without a consistent order.
static std::vector<Value> sortByKey(Rendering &rendering, KeyedItems keyed,
                                    bool isReverse) {
  keyed.sort([&](const auto &a, const auto &b) {
    Order order = compare(rendering, a.first, b.first);
    return order == (isReverse ? Order::Greater : Order::Less);
  });
  std::vector<Value> items;
  for (auto &[key, item] : keyed) {
    items.push_back(std::move(item));
  }
  return items;
}

Value filterSort(Call &call) {
  Rendering &rendering = call.rendering;
  bool isCaseSensitive = call.flag(1, false);
  std::vector<Value> paths; // "a,b" sorts by a, then by b
  if (call.find(2) && call.given[2]->asText()) {
    const std::string &names = call.text(2);
    for (size_t start = 0; start <= names.size();) {
      size_t end = std::min(names.find(',', start), names.size());
      paths.push_back(rendering.text(names.substr(start, end - start)));
      start = end + 1;
    }
  } else {
    paths.push_back(call.find(2) ? *call.given[2] : Value());
  }
  KeyedItems keyed;
  for (Value &item : iterate(rendering, call.self)) {
    std::vector<Value> key;
    for (const Value &path : paths) {
      Value part = followPath(rendering, item, path);
      key.push_back(isCaseSensitive ? part : ignoreCase(rendering, part));
    }
    keyed.emplace_back(rendering.list(std::move(key)), std::move(item));
  }
  return rendering.list(
      sortByKey(rendering, std::move(keyed), call.flag(0, false)));
}

Value filterDictSort(Call &call) {
  Rendering &rendering = call.rendering;
  const Mapping *mapping = call.self.asMapping();
  if (!mapping) {
    call.fail(std::string("applies to a mapping, not to '") +
              call.self.typeName() + "'");
  }
  std::string by = call.has(1) ? call.text(1) : "key";
  if (by != "key" && by != "value") {
    call.fail("sorts by 'key' or by 'value'");
  }
  KeyedItems keyed;
  for (const auto &[key, value] : mapping->entries) {
    const Value &chosen = by == "key" ? key : value;
    keyed.emplace_back(call.flag(0, false) ? chosen
                                           : ignoreCase(rendering, chosen),
                       rendering.tuple({key, value}));
  }
  return rendering.list(
      sortByKey(rendering, std::move(keyed), call.flag(2, false)));
}

static Value extreme(Call &call, Order wanted) {
  Rendering &rendering = call.rendering;
  std::vector<Value> items = iterate(rendering, call.self);
  if (items.empty()) {
    return rendering.undefined("there is no item, the sequence is empty");
  }
  Key key(call, 0, 1);
  size_t best = 0;
  Value bestKey = key.of(items[0]);
  for (size_t i = 1; i < items.size(); ++i) {
    Value candidate = key.of(items[i]);
    if (compare(rendering, candidate, bestKey) == wanted) {
      best = i;
      bestKey = std::move(candidate);
    }
  }
  return items[best];
}

Value filterMax(Call &call) { return extreme(call, Order::Greater); }
Value filterMin(Call &call) { return extreme(call, Order::Less); }

Value filterUnique(Call &call) {
  Key key(call, 0, 1);
  std::vector<Value> seen, items;
  for (Value &item : iterate(call.rendering, call.self)) {
    Value candidate = key.of(item);
    bool isNew = std::none_of(seen.begin(), seen.end(), [&](const Value &old) {
      return isEqual(call.rendering, old, candidate);
    });
    if (isNew) {
      seen.push_back(std::move(candidate));
      items.push_back(std::move(item));
    }
  }
  return makeIterator(call, std::move(items));
}

Value filterBatch(Call &call) {
  Rendering &rendering = call.rendering;
  int64_t size = call.integer(0, 0);
  if (size < 1) {
    call.fail("needs a size of at least 1");
  }
  std::vector<Value> batches, batch;
  for (Value &item : iterate(rendering, call.self)) {
    if (int64_t(batch.size()) == size) {
      batches.push_back(rendering.list(std::exchange(batch, {})));
    }
    batch.push_back(std::move(item));
  }
  if (!batch.empty()) {
    if (const Value *filler = call.find(1)) {
      rendering.hold(std::min(uint64_t(size), maximumBytes) * sizeof(Value));
      batch.resize(size_t(size), *filler);
    }
    batches.push_back(rendering.list(std::move(batch)));
  }
  return makeIterator(call, std::move(batches));
}

Value filterFirst(Call &call) {
  std::vector<Value> items = iterate(call.rendering, call.self);
  return items.empty() ? call.rendering.undefined(
                             "there is no first item, the sequence is empty")
                       : items.front();
}

Value filterLast(Call &call) {
  if (call.self.as<Iterator>()) {
    call.fail("applies to a sequence, not to a generator; make it a list");
  }
  std::vector<Value> items = iterate(call.rendering, call.self);
  return items.empty() ? call.rendering.undefined(
                             "there is no last item, the sequence is empty")
                       : items.back();
}

Value filterReverse(Call &call) {
  std::vector<Value> items = iterate(call.rendering, call.self);
  std::reverse(items.begin(), items.end());
  if (!call.self.asText()) {
    return makeIterator(call, std::move(items));
  }
  TextBuilder result(call.rendering);
  for (const Value &item : items) {
    result.append(item.asText()->bytes);
  }
  return call.rendering.text(result.take());
}

Value filterItems(Call &call) {
  std::vector<Value> items;
  if (const Mapping *mapping = call.self.asMapping()) {
    for (const auto &[key, value] : mapping->entries) {
      items.push_back(call.rendering.tuple({key, value}));
    }
  } else if (!call.self.isUndefined()) {
    call.fail(std::string("applies to a mapping, not to '") +
              call.self.typeName() + "'");
  }
  return makeIterator(call, std::move(items));
}

Value filterJoin(Call &call) {
  Rendering &rendering = call.rendering;
  std::string separator =
      call.has(0) ? toText(rendering, *call.given[0]) : std::string();
  TextBuilder result(rendering);
  bool isFirst = true;
  for (const Value &item : iterate(rendering, call.self)) {
    result.append(isFirst ? "" : separator);
    isFirst = false;
    result.append(toText(
        rendering,
        call.find(1) ? followPath(rendering, item, *call.given[1]) : item));
  }
  return rendering.text(result.take());
}

Value filterList(Call &call) {
  return call.rendering.list(iterate(call.rendering, call.self));
}

Value filterSum(Call &call) {
  Value sum = call.has(1) ? *call.given[1] : Value(int64_t(0));
  for (const Value &item : iterate(call.rendering, call.self)) {
    sum = add(call.rendering, sum,
              call.find(0) ? followPath(call.rendering, item, *call.given[0])
                           : item);
  }
  return sum;
}

/// Takes the name of a filter or test off the arguments.
static std::string takeName(Call &call, const char *what) {
  std::vector<Value> &given = call.more.positional;
  if (given.empty() || !given[0].asText()) {
    call.fail(std::string("needs ") + what);
  }
  std::string name = given[0].asText()->bytes;
  given.erase(given.begin());
  return name;
}

Value filterMap(Call &call) {
  Rendering &rendering = call.rendering;
  if (!call.self.isTrue()) { // none, say
    return makeIterator(call, {});
  }
  std::vector<Value> results;
  std::vector<Value> items = iterate(rendering, call.self);
  auto &named = call.more.named;
  auto path = std::find_if(named.begin(), named.end(), [](const auto &entry) {
    return entry.first == "attribute";
  });
  if (call.more.positional.empty() && path != named.end()) {
    const Value *fallback = nullptr;
    for (const auto &[name, value] : named) {
      if (name == "default") {
        fallback = value.isNone() ? nullptr : &value;
      } else if (name != "attribute") {
        call.fail("takes no argument '" + name + "'");
      }
    }
    for (Value &item : items) {
      results.push_back(
          followPath(rendering, std::move(item), path->second, fallback));
    }
  } else {
    std::string name = takeName(call, "the name of a filter or 'attribute='");
    for (const Value &item : items) {
      results.push_back(
          applyFilter(rendering, name, item, Arguments(call.more)));
    }
  }
  return makeIterator(call, std::move(results));
}

/// Items for which a test, or their truth, is as wanted.
static Value select(Call &call, bool wanted, bool ofAttribute) {
  Rendering &rendering = call.rendering;
  if (!call.self.isTrue()) { // none, say
    return makeIterator(call, {});
  }
  std::vector<Value> selected;
  std::vector<Value> items = iterate(rendering, call.self);
  Value path;
  std::vector<Value> &given = call.more.positional;
  if (ofAttribute) {
    if (given.empty()) {
      call.fail("needs the name of an attribute");
    }
    path = std::move(given[0]);
    given.erase(given.begin());
  }
  std::optional<std::string> test;
  if (!given.empty()) {
    test = takeName(call, "the name of a test");
  }
  for (Value &item : items) {
    Value value = followPath(rendering, item, path);
    bool holds = test ? applyTest(rendering, *test, value, Arguments(call.more))
                      : value.isTrue();
    if (holds == wanted) {
      selected.push_back(std::move(item));
    }
  }
  return makeIterator(call, std::move(selected));
}

Value filterSelect(Call &call) { return select(call, true, false); }
Value filterReject(Call &call) { return select(call, false, false); }
Value filterSelectAttribute(Call &call) { return select(call, true, true); }
Value filterRejectAttribute(Call &call) { return select(call, false, true); }

} // namespace tandem::runtime::jinja
