"""The products that the synthetic hospital uses, by their codes in `schemas/codes/product.csv`."""

import csv
import functools
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Product:
    """One product: its code, name, strength in mg of one unit, and route."""

    code: str
    name: str
    strength_mg: float
    form: str
    route: str


@functools.cache
def product(code: str) -> Product:
    """The product with this code; an unknown code raises `KeyError`."""
    text = (resources.files("schemas") / "codes" / "product.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["product_code"] == code:
            return Product(code, row["product_name"], float(row["strength_mg"] or 0), row["form"], row["route"])
    raise KeyError(code)


PROGRAF_HALF_MG = "3999014M2029"
PROGRAF_1_MG = "3999014M1022"
GRACEPTOR_1_MG = "3999014N2024"
TACROLIMUS_GENERIC_1_MG = "3999014M1057"
TACROLIMUS_OINTMENT = "2699709M1036"
PREDNISOLONE_5_MG = "2456001F1345"
PREDNISOLONE_1_MG = "DEMO-PSL1"
PREDNISOLONE_IV = "DEMO-PSLIV20"
PREDNISOLONE_ENEMA = "2456700X1025"
METHYLPREDNISOLONE_500_MG = "2456400D3094"
HYDROCORTISONE_IV = "2452400D1106"
AZATHIOPRINE_50_MG = "3999005F1040"
MESALAMINE = ("2399009F2030", "2399009F3028", "2399009F4024")
INFLIXIMAB, ADALIMUMAB, GOLIMUMAB = "2399402F1026", "3999426G1024", "3999433G1024"
VEDOLIZUMAB, USTEKINUMAB = "2399405F1020", "3999431A1022"
