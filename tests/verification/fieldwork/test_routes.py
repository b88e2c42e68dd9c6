"""What each way into the list asks for."""

import pytest

from workbench.errors import WrongUse
from workbench.verification.fieldwork.routes import papers, route, routes


@pytest.mark.parametrize(
    ("code", "shown", "reason", "lacking"),
    [
        ("musyawarah", {"BERITA_ACARA", "KTP_KK"}, "", 0),
        ("musyawarah", {"KTP_KK"}, "", 1),
        ("musyawarah", {"SPTJM", "KTP_KK"}, " ", 1),
        ("musyawarah", {"SPTJM", "KTP_KK"}, "Banjir, tidak dapat berkumpul", 0),
        ("penetapan_kemensos", {"BERITA_ACARA", "KTP_KK"}, "", 1),
        ("penetapan_kemensos", {"PENETAPAN"}, "", 0),
        ("usul_mandiri", {"BERITA_ACARA"}, "", 3),
        ("usul_mandiri", {"PERMOHONAN", "KTP_KK", "KUNJUNGAN"}, "", 0),
    ],
)
def test_a_proposal_lacking_its_route_s_papers_is_told_which(code, shown, reason, lacking):
    found = route(code).missing(shown, reason)
    assert len(found) == lacking
    assert all(one.endswith(".") for one in found)


def test_minutes_make_the_reason_of_an_sptjm_unnecessary():
    assert route("musyawarah").missing({"BERITA_ACARA", "SPTJM", "KTP_KK"}) == ()


def test_routes_ask_only_for_papers_that_have_words():
    for one in routes():
        assert {paper for demand in one.demands for paper in demand} <= set(papers())


def test_another_route_is_none():
    with pytest.raises(WrongUse):
        route("lewat_belakang")
