//===- StableHloOps.cpp - the subset of StableHLO we use --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration, and the forms of attributes, which are StableHLO's own.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/IR/StableHloOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::stablehlo;

#include "tandem/targets/Tpu/IR/StableHloDialect.cpp.inc"
#include "tandem/targets/Tpu/IR/StableHloEnums.cpp.inc"

namespace {
/// A list of dimensions by its keyword.
struct Field {
  StringRef keyword;
  SmallVector<int64_t> values = {};
};
} // namespace

/// Parses `<keyword = [1, 2], keyword = 1>`; a list that is left out is empty,
/// as in StableHLO.
static ParseResult parseFields(AsmParser &parser,
                               MutableArrayRef<Field> fields) {
  return parser.parseCommaSeparatedList(
      AsmParser::Delimiter::LessGreater, [&]() -> ParseResult {
        StringRef keyword;
        SMLoc location = parser.getCurrentLocation();
        if (parser.parseKeyword(&keyword) || parser.parseEqual()) {
          return failure();
        }
        auto *field = llvm::find_if(
            fields, [&](Field &field) { return field.keyword == keyword; });
        if (field == fields.end()) {
          return parser.emitError(location)
                 << "'" << keyword << "' is no list of this attribute";
        }
        auto parseValue = [&]() -> ParseResult {
          return parser.parseInteger(field->values.emplace_back());
        };
        int64_t single = 0;
        OptionalParseResult isSingle = parser.parseOptionalInteger(single);
        if (isSingle.has_value()) {
          field->values = {single};
          return *isSingle;
        }
        return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                              parseValue);
      });
}

static void printFields(AsmPrinter &printer, ArrayRef<Field> fields) {
  auto isFull = [](const Field &field) { return !field.values.empty(); };
  printer << "<";
  llvm::interleaveComma(llvm::make_filter_range(fields, isFull), printer,
                        [&](const Field &field) {
                          printer << field.keyword << " = [";
                          llvm::interleaveComma(field.values, printer);
                          printer << "]";
                        });
}

Attribute DotDimensionsAttr::parse(AsmParser &parser, Type) {
  Field fields[] = {{"lhs_batching_dimensions"},
                    {"rhs_batching_dimensions"},
                    {"lhs_contracting_dimensions"},
                    {"rhs_contracting_dimensions"}};
  if (parseFields(parser, fields)) {
    return {};
  }
  return get(parser.getContext(), fields[0].values, fields[1].values,
             fields[2].values, fields[3].values);
}

void DotDimensionsAttr::print(AsmPrinter &printer) const {
  printFields(
      printer,
      {{"lhs_batching_dimensions", llvm::to_vector(getLhsBatch())},
       {"rhs_batching_dimensions", llvm::to_vector(getRhsBatch())},
       {"lhs_contracting_dimensions", llvm::to_vector(getLhsContracting())},
       {"rhs_contracting_dimensions", llvm::to_vector(getRhsContracting())}});
  printer << ">";
}

Attribute GatherDimensionsAttr::parse(AsmParser &parser, Type) {
  Field fields[] = {{"offset_dims"},
                    {"collapsed_slice_dims"},
                    {"start_index_map"},
                    {"index_vector_dim"}};
  SMLoc location = parser.getCurrentLocation();
  if (parseFields(parser, fields)) {
    return {};
  }
  if (fields[3].values.size() != 1) {
    parser.emitError(location) << "'index_vector_dim' must be given, one value";
    return {};
  }
  return get(parser.getContext(), fields[0].values, fields[1].values,
             fields[2].values, fields[3].values.front());
}

void GatherDimensionsAttr::print(AsmPrinter &printer) const {
  printFields(printer,
              {{"offset_dims", llvm::to_vector(getOffset())},
               {"collapsed_slice_dims", llvm::to_vector(getCollapsed())},
               {"start_index_map", llvm::to_vector(getStartIndexMap())}});
  printer << ", index_vector_dim = " << getIndexVector() << ">";
}

static ParseResult parsePrecisions(OpAsmParser &parser, ArrayAttr &attribute) {
  SmallVector<Attribute> values;
  auto parseOne = [&]() -> ParseResult {
    FailureOr<Precision> value = FieldParser<Precision>::parse(parser);
    if (failed(value)) {
      return failure();
    }
    values.push_back(PrecisionAttr::get(parser.getContext(), *value));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne)) {
    return failure();
  }
  attribute = parser.getBuilder().getArrayAttr(values);
  return success();
}

static void printPrecisions(OpAsmPrinter &printer, Operation *,
                            ArrayAttr attribute) {
  printer << "[";
  llvm::interleaveComma(attribute.getAsRange<PrecisionAttr>(), printer,
                        [&](PrecisionAttr precision) {
                          printer << stringifyPrecision(precision.getValue());
                        });
  printer << "]";
}

#define GET_ATTRDEF_CLASSES
#include "tandem/targets/Tpu/IR/StableHloAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "tandem/targets/Tpu/IR/StableHloOps.cpp.inc"

void StableHloDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "tandem/targets/Tpu/IR/StableHloOps.cpp.inc"
      >();
}

void StableHloDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tandem/targets/Tpu/IR/StableHloAttributes.cpp.inc"
      >();
}
