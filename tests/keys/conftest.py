"""Other keys for one test, and the ones of this process afterwards."""

from collections.abc import Callable, Iterator

import pytest

from server.kit import sealing
from server.kit.sealing import Algorithm, Keyring

NEW_DATA, NEW_INDEX = b"7" * 32, b"8" * 32


@pytest.fixture
def ring() -> Iterator[Keyring]:
    """The keys with which the town was sealed."""
    before = sealing._keyring
    assert before is not None
    yield before
    sealing.configure(before)


@pytest.fixture
def new_keys(ring: Keyring) -> Callable[..., None]:
    """Seal with a second key and write with a second index key from now on; the old ones stay unless said."""

    def configure(algorithm: Algorithm = Algorithm.SM4_GCM, *, with_the_old: bool = True) -> None:
        sealing.configure(
            Keyring(
                data_keys={2: NEW_DATA, **(ring.data_keys if with_the_old else {})},
                sealing_key=2,
                index_keys={2: NEW_INDEX, **(ring.index_keys if with_the_old else {})},
                writing_key=2,
                algorithm=algorithm,
            )
        )

    return configure
