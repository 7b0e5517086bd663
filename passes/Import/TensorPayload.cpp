//===- TensorPayload.cpp - where the elements of a tensor are ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of onnx-ml.proto: which typed field holds which element type.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/TensorPayload.h"

#include "tandem/passes/Import/TypeImport.h"
#include "llvm/ADT/StringSet.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using ::onnx::TensorProto;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

//===----------------------------------------------------------------------===//
// Typed fields
//===----------------------------------------------------------------------===//

/// Appends the low `size` bytes of each value, little endian.
template <typename Values>
static std::string packIntegers(const Values &values, unsigned size) {
  std::string bytes;
  bytes.reserve(values.size() * size);
  for (auto value : values) {
    for (unsigned i = 0; i < size; ++i) {
      bytes.push_back(static_cast<char>(uint64_t(value) >> (8 * i)));
    }
  }
  return bytes;
}

template <typename Values> static std::string packFloats(const Values &values) {
  return std::string(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(*values.data()));
}

/// Bytes that an int32_data value stands for; types below a byte are packed.
static unsigned getBytesPerValue(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

/// Name of the typed field that holds elements of `dataType`.
static StringRef getTypedField(int dataType) {
  switch (dataType) {
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    return "float_data";
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    return "double_data";
  case TensorProto::INT64:
    return "int64_data";
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return "uint64_data";
  default:
    return "int32_data";
  }
}

/// The payload fields that `tensor` has, by name.
static SmallVector<StringRef> listPayloads(const TensorProto &tensor) {
  SmallVector<StringRef> names;
  auto add = [&](bool has, StringRef name) {
    if (has) {
      names.push_back(name);
    }
  };
  add(tensor.has_raw_data() || tensor.has_segment(), "raw_data");
  add(tensor.float_data_size() > 0, "float_data");
  add(tensor.int32_data_size() > 0, "int32_data");
  add(tensor.string_data_size() > 0, "string_data");
  add(tensor.int64_data_size() > 0, "int64_data");
  add(tensor.double_data_size() > 0, "double_data");
  add(tensor.uint64_data_size() > 0, "uint64_data");
  return names;
}

static Expected<std::string> decodeTyped(const TensorProto &tensor,
                                         StringRef field, Type element) {
  StringRef expected = getTypedField(tensor.data_type());
  if (field != expected) {
    return makeError("has its elements of type " +
                     getDataTypeName(tensor.data_type()) + " in " + field +
                     ", expected " + expected + " or raw_data");
  }
  if (field == "float_data") {
    return packFloats(tensor.float_data());
  }
  if (field == "double_data") {
    return packFloats(tensor.double_data());
  }
  unsigned size = getBytesPerValue(element);
  if (field == "int64_data") {
    return packIntegers(tensor.int64_data(), size);
  }
  if (field == "uint64_data") {
    return packIntegers(tensor.uint64_data(), size);
  }
  return packIntegers(tensor.int32_data(), size);
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

namespace {
/// What external_data says; a length of -1 is not stated.
struct External {
  std::string location;
  int64_t offset = 0;
  int64_t length = -1;
};
} // namespace

static Error parseSize(StringRef key, StringRef text, int64_t &value) {
  if (!text.getAsInteger(10, value) && value >= 0) {
    return Error::success();
  }
  return makeError("external data " + key + " is '" + text +
                   "', expected a number of bytes from 0 to 2^63-1");
}

static Expected<External> parseExternal(const TensorProto &tensor) {
  External external;
  llvm::StringSet<> seen;
  for (const auto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (!seen.insert(key).second) {
      return makeError("external data has key '" + key + "' twice");
    }
    Error error = Error::success();
    if (key == "location") {
      external.location = value.str();
    } else if (key == "offset") {
      error = parseSize(key, value, external.offset);
    } else if (key == "length") {
      error = parseSize(key, value, external.length);
    } else if (key != "checksum" && key != "basepath") {
      error = makeError("external data has key '" + key +
                        "', expected location, offset, length, checksum or "
                        "basepath");
    }
    if (error) {
      return error;
    }
  }
  Expected<std::string> location = normalizeLocation(external.location);
  if (!location) {
    return location.takeError();
  }
  external.location = std::move(*location);
  return external;
}

//===----------------------------------------------------------------------===//
// resolvePayload
//===----------------------------------------------------------------------===//

static Error checkLength(uint64_t actual, uint64_t expected) {
  if (actual == expected) {
    return Error::success();
  }
  return makeError("has " + Twine(actual) + " bytes of elements, expected " +
                   Twine(expected) + " from its type and dimensions");
}

static Expected<TensorPayload> resolveFile(StringRef file, uint64_t offset,
                                           uint64_t length, uint64_t expected,
                                           WeightFiles &files, bool mayLack) {
  if (Error error = checkLength(length, expected)) {
    return error;
  }
  TensorPayload payload;
  payload.file = file.str();
  payload.offset = offset;
  if (mayLack && files.isAbsent(file)) {
    return payload;
  }
  Expected<ArrayRef<char>> bytes = files.range(file, offset, length);
  if (!bytes) {
    return bytes.takeError();
  }
  payload.view = *bytes;
  return payload;
}

static Expected<TensorPayload> resolveExternal(const TensorProto &tensor,
                                               uint64_t expected,
                                               WeightFiles &files,
                                               bool mayLack) {
  Expected<External> external = parseExternal(tensor);
  if (!external) {
    return external.takeError();
  }
  uint64_t length = external->length < 0 ? expected : external->length;
  return resolveFile(external->location, external->offset, length, expected,
                     files, mayLack);
}

Expected<TensorPayload>
tandem::import::resolvePayload(const TensorProto &tensor, ShapedType type,
                               WeightFiles &files, bool mayLack) {
  std::optional<int64_t> expected = tandem::onnx::getByteSize(type);
  if (!expected) {
    return makeError("has a type without a size in bytes");
  }
  SmallVector<StringRef> fields = listPayloads(tensor);
  bool isExternal = tensor.data_location() == TensorProto::EXTERNAL;
  if (fields.size() + isExternal > 1) {
    return makeError("has its elements twice: in " + fields.front() + " and " +
                     (isExternal ? "external data" : fields[1]));
  }
  if (isExternal) {
    return resolveExternal(tensor, *expected, files, mayLack);
  }
  TensorPayload payload;
  if (tensor.has_segment()) {
    return resolveFile(files.getModelName(), tensor.segment().begin(),
                       tensor.segment().end() - tensor.segment().begin(),
                       *expected, files, mayLack);
  }
  if (tensor.has_raw_data()) {
    payload.view =
        ArrayRef<char>(tensor.raw_data().data(), tensor.raw_data().size());
  } else if (!fields.empty()) {
    Type element = type.getElementType();
    if (auto complex = dyn_cast<ComplexType>(element)) {
      element = complex.getElementType();
    }
    Expected<std::string> decoded =
        decodeTyped(tensor, fields.front(), element);
    if (!decoded) {
      return decoded.takeError();
    }
    payload.decoded = std::move(*decoded);
  }
  if (Error error = checkLength(payload.bytes().size(), *expected)) {
    return error;
  }
  return payload;
}
