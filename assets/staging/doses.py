"""Doses in milligrams: tablets and capsules take their strength from the product list."""

import polars as pl

from assets.staging.codes import codes


def read_doses(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `dose_mg`, null where a dose counted in units is of a product without known strength."""
    products = codes("product").select("product_code", strength_mg=pl.col("strength_mg").cast(pl.Float64))
    frame = frame.join(products, on="product_code", how="left", maintain_order="left")
    milligrams = pl.when(pl.col("dose_unit") == "mg").then(1.0)
    per_unit = milligrams.when(pl.col("dose_unit").is_in(["tablet", "capsule"])).then("strength_mg")
    return frame.with_columns(dose_mg=pl.col("dose") * per_unit)
