"""A site profile explains its mistakes."""

import pytest

from schemas import site

GOOD = 'site = "demo"\nname = "x"\ntime_zone = "Asia/Tokyo"\nmax_quarantine_share = 0.02\n'


def test_every_profile_of_the_project_is_valid() -> None:
    assert [site.load(name).site for name in site.known()] == list(site.known())


UNIT = GOOD + '[feeds.lab_result]\nunits = [{{written = "{}", means = "{}", {}}}]\n'


@pytest.mark.parametrize(
    ("written", "means", "more", "says"),
    [
        ("mg%", "mg/deciliter", 'code = "1988-5"', "mg/deciliter is no spelling that schemas/codes/unit.csv lists for"),
        ("mg/L", "kg", 'code = "1988-5"', "kg is no spelling that schemas/codes/unit.csv lists for crp: mg/dL"),
        ("mg", "mg/dL", 'code = "1988-5"', "mg measures mass, and mg/dL mass by volume"),
        ("g", "mg/dL", "factor = 2", "g measures mass, and mg/dL mass by volume"),
        ("ng/dL", "ng/mL", "factor = 0.1", "1 ng/dL is 0.01 ng/mL, not 0.1"),
        ("mg/L", "mg/dL", "factor = -1", "Input should be greater than 0"),
        ("x", "mg/dL", 'code = "CRP"', "CRP is no code of the study's analytes: 11253-2"),
    ],
)
def test_a_unit_that_can_t_be_is_refused(written: str, means: str, more: str, says: str) -> None:
    with pytest.raises(site.ProfileError) as caught:
        site.parse("demo", UNIT.format(written, means, more))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("written", "means", "more"),
    [
        ("µg/100mL", "mg/dL", "factor = 0.001"),
        ("nmol/dL", "ng/mL", 'factor = 8.04, code = "11253-2"'),  # another quantity of this analyte
        ("mg%", "mg/dL", "factor = 1"),
        ("ng/dl", "ng/mL", 'code = "11253-2"'),  # what the printer says is not what was measured
    ],
)
def test_a_unit_of_the_hospital_s_own(written: str, means: str, more: str) -> None:
    (unit,) = site.parse("demo", UNIT.format(written, means, more)).feed("lab_result").units
    assert (unit.written, unit.means) == (written, means)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + 'encodng = "utf-8"\n', "encodng is not a key of a site profile. Did you mean encoding?"),
        (GOOD + "wards = 3\n", "wards is not a key of a site profile. There are: site, name, time_zone"),
        (GOOD.replace("Tokyo", "Edo"), "time_zone: is not an IANA time zone"),
        (GOOD.replace("0.02", "2"), "max_quarantine_share: Input should be less than or equal to 1"),
        (GOOD + 'encoding = "cp923"\n', "line 5: encoding: cp923 is no encoding that Python reads"),
        (GOOD.replace('time_zone = "Asia/Tokyo"\n', ""), "time_zone: Field required"),
        (GOOD.replace('"demo"', '"other"'), 'calls its site other; write site = "demo"'),
        ("site = \n", "is not valid TOML"),
    ],
)
def test_mistakes_name_the_key_and_the_cure(text: str, says: str) -> None:
    with pytest.raises(site.ProfileError) as caught:
        site.parse("demo", text)
    assert says in str(caught.value)
    assert str(caught.value).startswith("schemas/sites/demo.toml")
