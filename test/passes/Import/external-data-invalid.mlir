// RUN: split-file %s %t
// RUN: truncate -s 32 %t/w.bin
// RUN: %import %t all --verify-diagnostics
// Tests that external data lies in the model's folder, inside its file.

//--- parent.textproto
# expected-error@unknown {{initialiser 'w': external data location '../w.bin' contains '..', expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "../w.bin" } }
}

//--- inner_parent.textproto
# expected-error@unknown {{initialiser 'w': external data location 'a/../../w.bin' contains '..', expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "a/../../w.bin" } }
}

//--- absolute.textproto
# expected-error@unknown {{initialiser 'w': external data location '/etc/passwd' is absolute, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "/etc/passwd" } }
}

//--- drive.textproto
# expected-error@unknown {{initialiser 'w': external data location 'C:w.bin' names a drive, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "C:w.bin" } }
}

//--- backslash.textproto
# expected-error@unknown {{initialiser 'w': external data location 'a\\w.bin' contains a backslash, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "a\\w.bin" } }
}

//--- nul.textproto
# expected-error@unknown {{initialiser 'w': external data location 'w.bin\00x' contains a NUL byte, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin\000x" } }
}

//--- empty.textproto
# expected-error@unknown {{initialiser 'w': external data location '' is empty, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL }
}

//--- dot.textproto
# expected-error@unknown {{initialiser 'w': external data location './' is empty, expected a path relative to the model's folder; move the file there and correct the location}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "./" } }
}

//--- key_twice.textproto
# expected-error@unknown {{initialiser 'w': external data has key 'location' twice}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "location" value: "v.bin" } }
}

//--- unknown_key.textproto
# expected-error@unknown {{initialiser 'w': external data has key 'url', expected location, offset, length, checksum or basepath}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "url" } }
}

//--- negative_offset.textproto
# expected-error@unknown {{initialiser 'w': external data offset is '-1', expected a number of bytes from 0 to 2^63-1}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "offset" value: "-1" } }
}

//--- huge_length.textproto
# expected-error@unknown {{initialiser 'w': external data length is '99999999999999999999', expected a number of bytes from 0 to 2^63-1}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "length" value: "99999999999999999999" } }
}

//--- length.textproto
# expected-error@unknown {{initialiser 'w': has 20 bytes of elements, expected 16 from its type and dimensions}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "length" value: "20" } }
}

//--- beyond_end.textproto
# expected-error@unknown {{initialiser 'w': needs 16 bytes at offset 17 of 'w.bin', which has 32 bytes; the file is cut off or belongs to another model}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "offset" value: "17" } }
}

//--- offset_overflow.textproto
# expected-error@unknown {{initialiser 'w': needs 16 bytes at offset 9223372036854775807 of 'w.bin', which has 32 bytes; the file is cut off or belongs to another model}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 4 data_location: EXTERNAL external_data { key: "location" value: "w.bin" } external_data { key: "offset" value: "9223372036854775807" } }
}

//--- linear_size.textproto
# expected-error@unknown {{initialiser 'w': needs 68719476736 bytes at offset 0 of 'w.bin', which has 32 bytes; the file is cut off or belongs to another model}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: [131072, 131072] data_location: EXTERNAL external_data { key: "location" value: "w.bin" } }
}
