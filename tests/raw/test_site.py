"""A site profile explains its mistakes."""

import pytest

from schemas import site

GOOD = 'site = "demo"\nname = "x"\ntime_zone = "Asia/Tokyo"\nmax_quarantine_share = 0.02\n'


def test_every_profile_of_the_project_is_valid() -> None:
    assert [site.load(name).site for name in site.known()] == list(site.known())


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
