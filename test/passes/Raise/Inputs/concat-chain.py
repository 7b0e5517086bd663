"""concat-chain.py LINKS LAYERS: a value joined with itself LINKS times, then read by LAYERS pairs of transposes."""
import sys

links, layers = int(sys.argv[1]), int(sys.argv[2])
rows, columns = "tensor<?x?x4xf32>", "tensor<?x4x?xf32>"
print(f'func.func @main(%x0: {rows} {{onnx.dims = ["b", "n", 4]}}) -> {rows} {{')
print("  %w = onnx.constant dense<1.0> : tensor<4x4xf32>")
for i in range(links):
    print(f'  %x{i + 1} = onnx.node "Concat"(%x{i}, %x{i}) {{axis = 1 : i64}} : ({rows}, {rows}) -> {rows}')
value, order = f"%x{links}", "{perm = array<i64: 0, 2, 1>}"
for i in range(layers):
    print(f'  %t{i} = onnx.node "Transpose"({value}) {order} : ({rows}) -> {columns}')
    print(f'  %u{i} = onnx.node "Transpose"(%t{i}) {order} : ({columns}) -> {rows}')
    print(f'  %y{i} = onnx.node "MatMul"(%u{i}, %w) {{}} : ({rows}, tensor<4x4xf32>) -> {rows}')
    value = f"%y{i}"
print(f"  return {value} : {rows}\n}}")
