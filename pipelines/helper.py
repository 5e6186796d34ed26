"""What the processes beside a night have loaded before they are asked: importing this module takes seconds."""

import gc

gc.disable()  # nothing that libraries build while they load is garbage

from expectations import run  # noqa: E402

run.load()
gc.freeze()
gc.enable()
gc.set_threshold(50_000, 20, 20)  # Great Expectations makes many small objects that live long
