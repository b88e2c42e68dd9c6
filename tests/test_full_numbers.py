"""What the tests take for somebody's whole number."""

import pytest

from tests.full_numbers import full_numbers

NIK = "3673010504819001"


@pytest.mark.parametrize(
    "text", [NIK, f"nik{NIK}", f"kode {NIK}a", f"catatan:{'0a' * 16} {NIK}", NIK * 2]
)
def test_a_number_is_found_wherever_it_stands(text):
    assert NIK in full_numbers(text)


@pytest.mark.parametrize("text", ["04f892ea42dd62cb3081946008582655", "3673**********01", NIK[:-1]])
def test_a_hash_and_a_masked_number_are_none(text):
    assert full_numbers(text) == []
