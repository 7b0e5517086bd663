"""Programs compiled by XLA: the one file that uses jaxlib's private calls.

They are the same in jax 0.10.2 and 0.12; other versions may differ.
"""
import os

from tandem.errors import TandemError


def load_jax(platform):
    """The modules used here, with jax set up for one platform."""
    os.environ.setdefault("JAX_PLATFORMS", platform)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import jax
        from jax._src import compiler, xla_bridge
        from jax._src.lib import xla_client
    except ImportError as error:
        raise TandemError(7, f"XLA is not installed ({error}); pip install jax==0.10.2") from None
    return jax, compiler, xla_bridge, xla_client


class Device:
    """The first device of a platform: 'cpu' or 'tpu'."""

    def __init__(self, platform):
        self.jax, self._compiler, bridge, self._client = load_jax(platform)
        try:
            self._backend = bridge.get_backend(platform)
        except RuntimeError as error:
            raise TandemError(7, f"XLA has no platform '{platform}' here: {error}") from None
        self._device = self._backend.local_devices()[0]

    def put(self, array):
        return self.jax.device_put(array, self._device)

    def compile(self, name, text):
        """Compiles StableHLO text, or bytes of its portable form."""
        options = self._compiler.get_compile_options(num_replicas=1, num_partitions=1)
        try:
            loaded = self._backend.compile_and_load(text, self._client.DeviceList((self._device,)), options)
        except Exception as error:  # jaxlib raises several unrelated types
            raise TandemError(8, f"XLA refuses program '{name}': {error}") from None
        return Executable(loaded)


class Executable:
    """A compiled program."""

    def __init__(self, loaded):
        self._loaded = loaded
        # Bytes of arguments whose place results take: the cache, if all is well.
        self.alias_bytes = loaded.get_compiled_memory_stats().alias_size_in_bytes

    def __call__(self, arguments):
        """Runs it. Arrays on the device; aliased arguments are used up."""
        results = self._loaded.execute_sharded(arguments).disassemble_into_single_device_arrays()
        return [result[0] for result in results]
