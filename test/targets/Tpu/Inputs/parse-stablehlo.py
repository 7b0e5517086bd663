"""Usage: parse-stablehlo.py FILE.mlir: reads it with jaxlib's StableHLO."""
import sys

from jax._src.interpreters import mlir
from jaxlib.mlir import ir
from jaxlib.mlir.dialects import func

with mlir.make_ir_context(), open(sys.argv[1]) as text:
    module = ir.Module.parse(text.read())
    assert module.operation.verify()
    print("read:", sum(isinstance(op, func.FuncOp) for op in module.body.operations), "functions")
