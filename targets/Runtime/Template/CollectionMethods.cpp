//===- CollectionMethods.cpp - methods of lists and mappings --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Those that change nothing; Jinja's immutable sandbox refuses the others.
//
//===----------------------------------------------------------------------===//

#include <algorithm>

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

static Value refuseChange(Call &call) {
  call.fail(std::string("would change a '") + call.self.typeName() +
            "', which templates may not");
}

static Value count(Call &call) {
  const std::vector<Value> &items = call.self.asSequence()->items;
  return int64_t(
      std::count_if(items.begin(), items.end(), [&](const Value &item) {
        return isEqual(call.rendering, item, *call.given[0]);
      }));
}

static Value index(Call &call) {
  const std::vector<Value> &items = call.self.asSequence()->items;
  auto found = std::find_if(items.begin(), items.end(), [&](const Value &item) {
    return isEqual(call.rendering, item, *call.given[0]);
  });
  if (found == items.end()) {
    call.fail("does not find the item");
  }
  return int64_t(found - items.begin());
}

static Value same(Call &call) { return call.self; }

static Value get(Call &call) {
  const Mapping &mapping = *call.self.asMapping();
  call.rendering.spend(mapping.entries.size() / 8);
  const Value *found = mapping.find(*call.given[0]);
  return found ? *found : call.has(1) ? *call.given[1] : Value();
}

template <Sequence::Form form> static Value view(Call &call) {
  using Form = Sequence::Form;
  std::vector<Value> items;
  for (const auto &[key, value] : call.self.asMapping()->entries) {
    items.push_back(form == Form::Keys ? key
                    : form == Form::Values
                        ? value
                        : call.rendering.tuple({key, value}));
  }
  return call.rendering.list(std::move(items), form);
}

static const Function listMethods[] = {
    {"append", "object", refuseChange},
    {"clear", "", refuseChange},
    {"copy", "", same},
    {"count", "value", count},
    {"extend", "iterable", refuseChange},
    {"index", "value", index},
    {"insert", "*", refuseChange},
    {"pop", "*", refuseChange},
    {"remove", "*", refuseChange},
    {"reverse", "", refuseChange},
    {"sort", "*", refuseChange},
};

static const Function tupleMethods[] = {
    {"count", "value", count},
    {"index", "value", index},
};

static const Function mappingMethods[] = {
    {"clear", "", refuseChange},
    {"copy", "", same},
    {"fromkeys", "*", nullptr},
    {"get", "key default?", get},
    {"items", "", view<Sequence::Form::Items>},
    {"keys", "", view<Sequence::Form::Keys>},
    {"pop", "*", refuseChange},
    {"popitem", "*", refuseChange},
    {"setdefault", "*", refuseChange},
    {"update", "*", refuseChange},
    {"values", "", view<Sequence::Form::Values>},
};

const Function *findSequenceMethod(const Sequence &sequence,
                                   std::string_view name) {
  switch (sequence.form) {
  case Sequence::Form::List:
    return findIn(listMethods, name);
  case Sequence::Form::Tuple:
  case Sequence::Form::Range:
    return findIn(tupleMethods, name);
  default:
    return nullptr;
  }
}

const Function *findMappingMethod(std::string_view name) {
  return findIn(mappingMethods, name);
}

} // namespace tandem::runtime::jinja
