//===- WireFormatTest.cpp - fields of an encoded message --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/WireFormat.h"

#include "gtest/gtest.h"

using namespace llvm;
using namespace tandem::import;

/// The fields of `bytes` as text, or the error.
static std::string read(StringRef bytes) {
  ArrayRef<char> file(bytes.data(), bytes.size());
  WireReader reader(file, 0, file.size());
  std::string text;
  while (true) {
    Expected<std::optional<WireField>> field = reader.next();
    if (!field) {
      return toString(field.takeError());
    }
    if (!*field) {
      return text;
    }
    text += std::to_string((*field)->number) + ":" +
            std::to_string((*field)->valueBegin) + "-" +
            std::to_string((*field)->end) + " ";
  }
}

TEST(WireFormat, FieldsOfEveryType) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(StringRef("\x08\x96\x01", 3)), "1:1-3 ");
  EXPECT_EQ(read("\x12\x02hi"), "2:2-4 ");
  EXPECT_EQ(read(StringRef("\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0", 14)),
            "3:1-5 4:6-14 ");
}

TEST(WireFormat, ErrorsNameTheByte) {
  EXPECT_EQ(read("\x12\x02h"),
            "byte 0: field 2 needs 2 bytes, its message has 1 left; the file "
            "is cut off or damaged");
  EXPECT_EQ(read("\x12\x01h\x12"),
            "byte 4: a number is cut off by the end of its message");
  EXPECT_EQ(read("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "byte 0: field 2 needs 18446744073709551615 bytes, its message "
            "has 0 left; the file is cut off or damaged");
}

TEST(WireFormat, NestedMessagesReadBack) {
  WireWriter writer;
  size_t outer = writer.beginMessage(7);
  writer.varint(1, 300);
  size_t inner = writer.beginMessage(2);
  writer.endMessage(inner);
  writer.endMessage(outer);
  std::string bytes = writer.take();
  EXPECT_EQ(read(bytes), "7:6-15 ");
  EXPECT_EQ(read(StringRef(bytes).drop_front(6)), "1:1-3 2:9-9 ");
  ArrayRef<char> file(bytes.data(), bytes.size());
  WireReader reader(file, 6, file.size());
  EXPECT_EQ(WireReader::varint(file, *cantFail(reader.next())), 300u);
}
