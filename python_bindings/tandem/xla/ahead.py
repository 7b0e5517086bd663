"""Programs compiled for a TPU by libtpu on a machine without one.

It proves that Google's compiler takes the text, keeps the cache in place and
fits the chip's memory; it proves no number and no speed.
"""
import os

from tandem.errors import TandemError
from tandem.xla.program import load_jax

# What libtpu calls one chip of a generation. It does not know the eighth: the
# seventh stands for it, and reports say so.
TOPOLOGIES = {"v5e": "v5e:1x1", "v6e": "v6e:1x1", "7x": "tpu7x:1x1x1"}
PROXY = "tpu7x:1x1x1"


def choose_topology(part, named=None):
    """(topology, whether it stands for another generation)."""
    generation = part.text.get("device")
    if named:
        return named, TOPOLOGIES.get(generation) != named
    return TOPOLOGIES.get(generation, PROXY), generation not in TOPOLOGIES


class Compiler:
    """libtpu for one topology; the device does not exist."""

    def __init__(self, topology):
        # Two processes may compile at once, and no server is asked for a TPU.
        os.environ.update(ALLOW_MULTIPLE_LIBTPU_LOAD="true", TPU_SKIP_MDS_QUERY="1", TPU_MIN_LOG_LEVEL="3")
        os.environ.setdefault("TPU_ACCELERATOR_TYPE", "v6e-1")
        os.environ.setdefault("TPU_WORKER_HOSTNAMES", "localhost")
        _, self._options, _, self._client = load_jax("cpu")
        try:
            import libtpu  # noqa: F401
            from jax.experimental import topologies
            from jax._src.interpreters import mlir
            from jaxlib.mlir import ir
        except ImportError as error:
            raise TandemError(7, f"libtpu is not installed ({error}); pip install libtpu==0.0.52") from None
        self._mlir, self._ir = mlir, ir
        try:
            described = topologies.get_topology_desc(topology_name=topology, platform="tpu", chips_per_host_bounds=(1, 1, 1))
        except Exception as error:  # jaxlib raises several unrelated types
            raise TandemError(2, f"libtpu does not know topology '{topology}': {error}") from None
        self._device = described.devices[0]

    def memory(self, name, text):
        """Bytes that the compiled program takes, by kind."""
        import numpy
        options = self._options.get_compile_options(1, 1, numpy.array([[self._device.id]]))
        try:
            with self._mlir.make_ir_context() as context, self._ir.Location.unknown(context):
                module = self._ir.Module.parse(text)
                compiled = self._device.client.compile(module, self._client.DeviceList((self._device,)), options)
        except Exception as error:  # as above
            raise TandemError(5, f"libtpu refuses program '{name}': {error}") from None
        stats = compiled.get_compiled_memory_stats()
        return {kind: getattr(stats, f"{kind}_size_in_bytes") for kind in ("argument", "output", "alias", "temp", "generated_code")}


def report(part, cache_bytes, topology=None):
    """A line for each program; a cache that is not updated in place is refused."""
    named, stands_in = choose_topology(part, topology)
    compiler = Compiler(named)
    wanted = part.text.get("device", "no generation")
    yield {"part": part.id, "topology": named, "stands_for": wanted if stands_in else None}
    for program in part.text["programs"]:
        memory = compiler.memory(program["name"], part.program_code(program))
        if memory["alias"] < cache_bytes:  # devices pad, so there may be more
            raise TandemError(6, f"program '{program['name']}' updates {memory['alias']} bytes in place, the cache has {cache_bytes}")
        yield {"program": program["name"], **{f"{kind}_bytes": size for kind, size in memory.items()}}
