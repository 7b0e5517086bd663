// RUN: rm -rf %t && split-file %s %t && mkdir %t/folder.bin && mkfifo %t/pipe.bin
// RUN: ln -s /dev/zero %t/device.bin && ln -s nowhere %t/broken.bin
// RUN: %import %t all --verify-diagnostics
// Tests that external data is a regular file.

//--- folder.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}folder.bin' is not a regular file}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "folder.bin" } }
}

//--- pipe.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}pipe.bin' is not a regular file}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "pipe.bin" } }
}

//--- device.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}device.bin' is not a regular file}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "device.bin" } }
}

//--- missing.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}missing.bin' cannot be opened: No such file or directory}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "missing.bin" } }
}

//--- broken.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}broken.bin' cannot be opened: No such file or directory}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "broken.bin" } }
}

