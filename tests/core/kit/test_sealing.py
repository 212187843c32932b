"""Sealed numbers open only where they were written, and only unchanged."""

from collections.abc import Iterator

import pytest

from server.kit import sealing
from server.kit.sealing import Algorithm, Keyring, SealBroken

OLD, NEW, INDEX, NEW_INDEX = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
NUMBER = "330299193602290029"
PLACE = "resident.national_id|01JQ0000000000000000000000"


def ring(data: str = f"1:{OLD}", index: str = f"1:{INDEX}", algorithm: str = "AES-256-GCM") -> Keyring:
    return Keyring.from_words(data_keys=data, index_keys=index, algorithm=algorithm)


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    before = sealing._keyring
    sealing.configure(ring())
    yield
    sealing._keyring = before
    sealing._derived.cache_clear()


@pytest.fixture(params=["AES-256-GCM", "SM4-GCM"])
def algorithm(request: pytest.FixtureRequest) -> str:
    sealing.configure(ring(algorithm=request.param))
    return str(request.param)


class TestSeal:
    def test_opens_where_it_was_written(self, algorithm: str) -> None:
        token = sealing.seal(NUMBER, place=PLACE)

        assert sealing.open_sealed(token, place=PLACE) == NUMBER
        assert token[1] == Algorithm[algorithm.replace("-", "_")]
        assert len(token) == 50
        assert NUMBER.encode() not in token

    def test_bytes_are_sealed_as_they_are(self, algorithm: str) -> None:
        assert algorithm
        scan = bytes(range(256))

        token = sealing.seal_bytes(scan, place=PLACE)

        assert sealing.open_sealed_bytes(token, place=PLACE) == scan
        assert len(token) == len(scan) + 32

    def test_two_seals_of_one_number_differ(self, algorithm: str) -> None:
        assert algorithm

        assert sealing.seal(NUMBER, place=PLACE) != sealing.seal(NUMBER, place=PLACE)

    def test_refuses_every_single_changed_bit(self, algorithm: str) -> None:
        assert algorithm
        token = sealing.seal(NUMBER, place=PLACE)

        for bit in range(len(token) * 8):
            changed = bytearray(token)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(SealBroken):
                sealing.open_sealed(bytes(changed), place=PLACE)

    @pytest.mark.parametrize(
        "place",
        [
            "resident.national_id|01JQ0000000000000000000001",  # moved to another row
            "resident.phone|01JQ0000000000000000000000",  # moved to another column
        ],
    )
    def test_refuses_a_token_that_was_moved(self, algorithm: str, place: str) -> None:
        assert algorithm
        token = sealing.seal(NUMBER, place=PLACE)

        with pytest.raises(SealBroken):
            sealing.open_sealed(token, place=place)

    @pytest.mark.parametrize("length", range(0, 50, 7))
    def test_refuses_a_cut_token(self, length: int) -> None:
        with pytest.raises(SealBroken):
            sealing.open_sealed(sealing.seal(NUMBER, place=PLACE)[:length], place=PLACE)


class TestPublishedVectors:
    """The ciphers themselves, against RFC 8998 appendix A.1 and the GCM specification, test case 16."""

    AAD = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")

    def test_sm4_gcm(self) -> None:
        key, nonce = (
            bytes.fromhex("0123456789abcdeffedcba9876543210"),
            bytes.fromhex("00001234567800000000abcd"),
        )
        plain = bytes.fromhex(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
        )

        body = sealing.encrypt(Algorithm.SM4_GCM, key, nonce, plain, self.AAD)

        assert body.hex() == (
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec"
        )
        assert sealing.decrypt(Algorithm.SM4_GCM, key, nonce, body, self.AAD) == plain

    def test_aes_256_gcm(self) -> None:
        key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
        nonce = bytes.fromhex("cafebabefacedbaddecaf888")
        plain = bytes.fromhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )

        body = sealing.encrypt(Algorithm.AES_256_GCM, key, nonce, plain, self.AAD)

        assert body.hex() == (
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b"
        )


class TestRotation:
    def test_a_new_key_seals_while_the_old_one_still_opens(self) -> None:
        old = sealing.seal(NUMBER, place=PLACE)
        sealing.configure(ring(data=f"2:{NEW},1:{OLD}"))
        new = sealing.seal(NUMBER, place=PLACE)

        assert sealing.sealed_with(old) == (Algorithm.AES_256_GCM, 1)
        assert sealing.sealed_with(new) == (Algorithm.AES_256_GCM, 2)
        assert sealing.open_sealed(old, place=PLACE) == sealing.open_sealed(new, place=PLACE) == NUMBER
        assert new.startswith(sealing.current_header())
        assert not old.startswith(sealing.current_header())

    def test_a_destroyed_key_opens_nothing(self) -> None:
        old = sealing.seal(NUMBER, place=PLACE)
        sealing.configure(ring(data=f"2:{NEW}"))

        with pytest.raises(SealBroken):
            sealing.open_sealed(old, place=PLACE)

    def test_the_algorithm_can_change_while_old_tokens_open(self) -> None:
        old = sealing.seal(NUMBER, place=PLACE)
        sealing.configure(ring(algorithm="SM4-GCM"))

        assert sealing.open_sealed(old, place=PLACE) == NUMBER
        assert not old.startswith(sealing.current_header())

    def test_several_index_keys_search_and_one_writes(self) -> None:
        old = sealing.blind_index(NUMBER, column="resident.national_id")
        sealing.configure(ring(index=f"2:{NEW_INDEX},1:{INDEX}"))
        new = sealing.blind_index(NUMBER, column="resident.national_id")

        assert new.startswith(sealing.current_index_prefix())
        assert not old.startswith(sealing.current_index_prefix())
        assert sealing.index_candidates(NUMBER, column="resident.national_id") == [new, old]

    def test_keys_that_no_longer_seal_or_write_are_spare(self) -> None:
        sealing.configure(ring(data=f"2:{NEW},1:{OLD}", index=f"2:{NEW_INDEX},1:{INDEX}"))

        assert sealing.spare_keys() == sealing.SpareKeys(data=(1,), index=(1,))


class TestBlindIndex:
    @pytest.mark.parametrize(
        "typed", ["33029919400101001x", " 330299 19400101 001X ", "３３０２９９19400101001Ｘ"]
    )
    def test_finds_a_number_however_it_was_typed(self, typed: str) -> None:
        column = "resident.national_id"

        assert sealing.blind_index(typed, column=column) == sealing.blind_index(
            "33029919400101001X", column=column
        )

    @pytest.mark.parametrize("typed", ["+86 138-0000-1234", "8613800001234", "１３８００００１２３４"])
    def test_finds_a_phone_however_it_was_typed(self, typed: str) -> None:
        column = "account.phone"

        assert sealing.blind_index(typed, column=column) == sealing.blind_index("13800001234", column=column)

    def test_tells_nothing_across_columns(self) -> None:
        assert sealing.blind_index(NUMBER, column="resident.phone") != sealing.blind_index(
            NUMBER, column="account.phone"
        )


class TestKeyring:
    @pytest.mark.parametrize(
        "words",
        ["", "1", "0:" + OLD, "70000:" + OLD, "1:abcd", "1:" + OLD + ",1:" + NEW, "a:" + OLD, "1:xyz"],
    )
    def test_refuses_words_that_are_not_keys(self, words: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            ring(data=words)

    def test_refuses_one_key_for_both_duties(self) -> None:
        with pytest.raises(ValueError, match="index key"):
            ring(index=f"1:{OLD}")

    def test_refuses_an_unknown_algorithm(self) -> None:
        with pytest.raises(ValueError, match="SM4-GCM"):
            ring(algorithm="ROT13")

    def test_never_prints_a_key(self) -> None:
        assert "1111" not in repr(ring())
