//===- Filters.h - filters that walk over items -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the table in Filters.cpp takes from SequenceFilters.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_FILTERS_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_FILTERS_H

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

Value filterBatch(Call &call);
Value filterDictSort(Call &call);
Value filterFirst(Call &call);
Value filterItems(Call &call);
Value filterJoin(Call &call);
Value filterLast(Call &call);
Value filterList(Call &call);
Value filterMap(Call &call);
Value filterMax(Call &call);
Value filterMin(Call &call);
Value filterReject(Call &call);
Value filterRejectAttribute(Call &call);
Value filterReverse(Call &call);
Value filterSelect(Call &call);
Value filterSelectAttribute(Call &call);
Value filterSort(Call &call);
Value filterSum(Call &call);
Value filterUnique(Call &call);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_FILTERS_H
