//===- Records.h - structs read from and written to JSON --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A record is a struct with one function template
//
//   template <class Visitor> void describe(Visitor &visit, FileRecord &record)
//   {
//     visit("path", record.path, "where the file lies in the bundle");
//   }
//
// which three visitors share: RecordReader (strict: no key missing, none
// unknown but `x-*`), RecordWriter, and RecordSchema, which makes the published
// JSON schema. std::optional members may be absent.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_RECORDS_H
#define TANDEM_TARGETS_RUNTIME_RECORDS_H

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Json.h"

namespace tandem::runtime {

template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {};
template <class T> struct IsVector : std::false_type {};
template <class T> struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
void readValue(const Json &json, T &value, const std::string &where);
template <class T> Json writeValue(T &value);
template <class T> Json schemaOf();

/// Fills a record from a JSON object.
class RecordReader {
public:
  RecordReader(const Json &object, std::string where)
      : object(object), where(std::move(where)) {
    if (!object.is_object()) {
      fail("must be an object");
    }
  }

  template <class T>
  void operator()(const char *key, T &value, const char * /*meaning*/) {
    seen.insert(key);
    auto found = object.find(key);
    if (found != object.end()) {
      readValue(*found, value, where + "." + key);
    } else if (!IsOptional<T>::value) {
      fail(std::string("lacks key '") + key + "'");
    }
  }

  /// Rejects keys that the record does not know.
  void finish() const {
    for (const auto &[key, value] : object.items()) {
      if (!seen.count(key) && key.rfind("x-", 0) != 0) {
        fail("has unknown key '" + key + "'; keys of others start with 'x-'");
      }
    }
  }

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw Failure(ExitCode::InputRejected, where + " " + what);
  }

  const Json &object;
  std::string where;
  std::set<std::string> seen;
};

/// Builds the JSON object of a record.
class RecordWriter {
public:
  template <class T>
  void operator()(const char *key, T &value, const char * /*meaning*/) {
    if constexpr (IsOptional<T>::value) {
      if (value) {
        object[key] = writeValue(*value);
      }
    } else {
      object[key] = writeValue(value);
    }
  }

  Json object = Json::object();
};

/// Builds the JSON schema of a record.
class RecordSchema {
public:
  template <class T>
  void operator()(const char *key, T & /*value*/, const char *meaning) {
    Json schema = schemaOf<T>();
    schema["description"] = meaning;
    schemas["properties"][key] = std::move(schema);
    if (!IsOptional<T>::value) {
      schemas["required"].push_back(key);
    }
  }

  Json schemas = {{"type", "object"},
                  {"additionalProperties", false},
                  {"patternProperties", {{"^x-", Json::object()}}}};
};

template <class T>
void readValue(const Json &json, T &value, const std::string &where) {
  auto require = [&](bool holds, const char *what) {
    if (!holds) {
      throw Failure(ExitCode::InputRejected, where + " must be " + what);
    }
  };
  if constexpr (IsOptional<T>::value) {
    readValue(json, value.emplace(), where);
  } else if constexpr (std::is_same_v<T, std::string>) {
    require(json.is_string(), "a string");
    value = json.get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    require(json.is_boolean(), "true or false");
    value = json.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    require(json.is_number_unsigned() &&
                json.get<uint64_t>() <=
                    static_cast<uint64_t>(std::numeric_limits<T>::max()),
            "a whole number from 0 in range");
    value = static_cast<T>(json.get<uint64_t>());
  } else if constexpr (std::is_floating_point_v<T>) {
    require(json.is_number(), "a number");
    value = json.get<T>();
  } else if constexpr (IsVector<T>::value) {
    require(json.is_array(), "a list");
    value.clear();
    for (const Json &element : json) {
      std::string name = where + "[" + std::to_string(value.size()) + "]";
      readValue(element, value.emplace_back(), name);
    }
  } else {
    RecordReader reader(json, where);
    describe(reader, value);
    reader.finish();
  }
}

template <class T> Json writeValue(T &value) {
  if constexpr (IsVector<T>::value) {
    Json list = Json::array();
    for (auto &element : value) {
      list.push_back(writeValue(element));
    }
    return list;
  } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
    RecordWriter writer;
    describe(writer, value);
    return std::move(writer.object);
  } else {
    return Json(value);
  }
}

template <class T> Json schemaOf() {
  if constexpr (IsOptional<T>::value) {
    return schemaOf<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}, {"minimum", 0}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return {{"type", "number"}};
  } else if constexpr (IsVector<T>::value) {
    return {{"type", "array"}, {"items", schemaOf<typename T::value_type>()}};
  } else {
    RecordSchema schema;
    T example;
    describe(schema, example);
    return std::move(schema.schemas);
  }
}

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_RECORDS_H
